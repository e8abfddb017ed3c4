"""`make demo`: the whole system on this machine, with invented shops, customers and money."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from demo.announcement import describe_demo
from demo.bank.branch import write_settings
from demo.customers import BANK
from demo.settings import STATE, settings_path
from servers.places import (
    LOOPBACK,
    PlaceRefused,
    bracket,
    find_lan_address,
    is_everywhere,
    is_free,
    is_loopback,
)
from servers.processes import ProcessFailed, stop_leftovers, stop_when_parent_dies
from servers.stack import Stack
from servers.state import FolderInUse, StateFolder, write_private
from servers.watch import Watch

_PORT = 9000
_PORTS_TRIED = 50
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LABELS = {
    "postgres": "PostgreSQL, the books",
    "valkey": "Valkey, the messages",
    "migrations": "Tables",
    "static files": "Styles and scripts",
    "web": "Pages and API",
    "streams": "Live updates",
    "worker": "Background jobs",
    "banker": "Bank statements",
    "beat": "Timetable",
    "bank": "Simulated bank",
    "nginx": "Front door",
    "content": "Shops and customers",
}


class DemoRefused(Exception):
    """The demo cannot start; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """The files of a demo."""

    state: Path = STATE

    @property
    def folder(self) -> Path:
        """Return the folder of its servers."""
        return self.state / "demo"

    @property
    def facts(self) -> Path:
        """Return the file by which scripts drive the demo; it exists while everything is up."""
        return self.state / "demo.json"

    @property
    def kept_facts(self) -> Path:
        """Return the file that keeps them between two runs."""
        return self.folder / "demo_data.json"


def main() -> int:
    """Run or reset the demo and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo.run", description=__doc__)
    parser.add_argument("--reset", action="store_true", help="forget everything stored")
    parser.add_argument(
        "--stop-with-parent", action="store_true", help="stop when the caller is gone"
    )
    parser.add_argument(
        "--state", type=Path, default=STATE, help="where to keep it, to run a second one"
    )
    arguments = parser.parse_args()
    place = Place(arguments.state.absolute())
    if arguments.stop_with_parent:
        stop_when_parent_dies()
    for number in _STOP_SIGNALS:
        signal.signal(number, _interrupt)
    try:
        if arguments.reset:
            reset_demo(place)
        else:
            run_demo(place)
    except KeyboardInterrupt:
        say("Stopped.")
    except (DemoRefused, PlaceRefused, ProcessFailed) as error:
        say(f"\n{error}")
        return 1
    except PermissionError as error:
        say(f"\n{error}\nDid another user run the demo here before?")
        return 1
    except OSError as error:
        say(f"\nThe demo cannot go on: {error}.")
        return 1
    return 0


def run_demo(place: Place) -> None:
    """Start everything, print its addresses, and keep it running until Ctrl-C or SIGTERM.

    Raises:
        DemoRefused: it runs already, or the address is not available.
        ProcessFailed: a process did not start.
    """
    _check_free(place)
    host, public = choose_hosts(os.environ.get("HOST", ""))
    port = choose_port(host, wanted=os.environ.get("PORT", ""))
    url = f"http://{bracket(public)}:{port}"
    say(f"Starting Tessera in {place.folder} (the first time takes a little longer)")
    stack = Stack(
        place.folder,
        host=host,
        port=port,
        environment={
            "DEMO": "1",
            # People try the demo again and again: the PIN is asked above 30.00 only.
            "NO_PIN_SUM_MAX_MINOR": "0",
            "NO_PIN_COUNT_MAX": "0",
            "PUBLIC_URL": url,
            "ALLOWED_HOSTS": ",".join(
                [bracket(public), "localhost", "127.0.0.1", "[::1]", socket.gethostname()]
            ),
        },
        # `migrate` has just made the checks.
        content=(
            *("load_demo", "--skip-checks"),
            *("--output", str(place.kept_facts), "--base-url", url),
        ),
        report=report_step,
    )
    place.facts.unlink(missing_ok=True)
    write_settings(place.folder / "bank", BANK)
    with stack:
        try:
            _announce(stack, place)
            _keep(stack)
        finally:
            for path in (place.facts, settings_path(place.state)):
                path.unlink(missing_ok=True)


def reset_demo(place: Place) -> None:
    """Remove everything the demo stored.

    Raises:
        DemoRefused: it is running.
    """
    _check_free(place)
    state = StateFolder(place.folder)
    state.hold()
    stop_leftovers(state.path, marks=(str(state.path), str(state.run)))
    shutil.rmtree(state.path)
    place.facts.unlink(missing_ok=True)
    state.release()
    say("The demo's data are gone. The next `make demo` starts afresh.")


def choose_hosts(wanted: str) -> tuple[str, str]:
    """Return the host to serve on and the host for addresses.

    This machine alone is always called `localhost`: browsers make passkeys for a name, and not
    for 127.0.0.1.
    """
    host = wanted or LOOPBACK
    if is_everywhere(host):
        found = find_lan_address()
        return host, LOOPBACK if is_loopback(found) else found
    return (LOOPBACK, LOOPBACK) if is_loopback(host) else (host, host)


def choose_port(host: str, *, wanted: str) -> int:
    """Find the port to serve on: the wanted one, or the first free one from 9000.

    Raises:
        DemoRefused: the wanted port is taken or no port at all.
        PlaceRefused: the host is not this machine's.
    """
    if wanted:
        if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
            raise DemoRefused(f"PORT={wanted} is not a port; choose one from 1 to 65535.")
        if not is_free(host, port=int(wanted)):
            raise DemoRefused(
                f"Port {wanted} is taken by another program.\n"
                "Choose another one (make demo PORT=9100), or none and let the demo find one."
            )
        return int(wanted)
    for port in range(_PORT, _PORT + _PORTS_TRIED):
        if is_free(host, port=port):
            if port != _PORT:
                say(f"Port {_PORT} is taken by another program, so this demo uses {port}.")
            return port
    raise DemoRefused(f"Every port from {_PORT} to {_PORT + _PORTS_TRIED - 1} is taken.")


def say(text: str) -> None:
    """Print a line at once; a closed pipe or a full disk is no failure."""
    with contextlib.suppress(OSError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def report_step(step: str, seconds: float) -> None:
    """Print a finished step and the time it took."""
    encoding = (sys.stdout.encoding or "").lower()
    tick = "✓" if encoding.startswith("utf") else "ok"
    say(f"  {tick} {_LABELS.get(step, step):<24}{seconds:5.1f} s")


def _check_free(place: Place) -> None:
    probe = StateFolder(place.folder)
    try:
        probe.hold()
    except FolderInUse as error:
        raise DemoRefused(
            f"The demo is running already: {error}.\n"
            f"Its addresses are in {place.facts}; stop it there with Ctrl-C."
        ) from error
    probe.release()


def _announce(stack: Stack, place: Place) -> None:
    facts = place.kept_facts.read_text()
    write_private(settings_path(place.state), json.dumps(stack.settings))
    write_private(place.facts, facts)
    say(describe_demo(facts, url=stack.url, facts_path=place.facts))
    if is_loopback(stack.host):
        say("  Only this machine can reach it; for phones near you: make demo HOST=0.0.0.0")
    say(f"  Logs: {place.folder / 'logs'}\n  Ctrl-C stops everything.\n")


def _keep(stack: Stack) -> None:
    watch = Watch(stack, say=say)
    while True:
        time.sleep(0.5)
        watch.look()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C would leave the stop unfinished; every step of it ends by itself.
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.write(1, b"\nStopping, which takes a few seconds.\n")
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
