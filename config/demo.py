"""`make demo`: the whole system on this machine, with invented shops, customers and money."""

import argparse
import contextlib
import errno
import os
import shutil
import signal
import socket
import sys
import time
from types import FrameType

from config.announcement import describe_demo
from config.nginx import bracket
from config.processes import ProcessFailed, stop_leftovers, stop_when_parent_dies
from config.programs import ROOT
from config.stack import Stack
from config.state import FolderInUse, StateFolder, write_private

_FOLDER = ROOT / ".tessera" / "demo"
# Scripts drive the demo by this file; it is there exactly while everything is up.
_FACTS = ROOT / ".tessera" / "demo.json"
_PORT = 9000
_PORTS_TRIED = 50
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - only when asked for by HOST
_LABELS = {
    "postgres": "PostgreSQL, the books",
    "valkey": "Valkey, the messages",
    "migrations": "Tables",
    "static files": "Styles and scripts",
    "web": "Pages and API",
    "streams": "Live updates",
    "worker": "Background jobs",
    "beat": "Timetable",
    "nginx": "Front door",
    "people": "Shops and customers",
}


class DemoRefused(Exception):
    """The demo cannot start; the message says why and what to do."""


def main() -> int:
    """Run or reset the demo and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m config.demo", description=__doc__)
    parser.add_argument("--reset", action="store_true", help="forget everything stored")
    parser.add_argument(
        "--stop-with-parent", action="store_true", help="stop when the caller is gone"
    )
    arguments = parser.parse_args()
    if arguments.stop_with_parent:
        stop_when_parent_dies()
    for number in _STOP_SIGNALS:
        signal.signal(number, _interrupt)
    try:
        if arguments.reset:
            reset_demo()
        else:
            run_demo()
    except KeyboardInterrupt:
        say("Stopped.")
    except (DemoRefused, ProcessFailed) as error:
        say(f"\n{error}")
        return 1
    except PermissionError as error:
        say(f"\n{error}\nDid another user run the demo here before?")
        return 1
    return 0


def run_demo() -> None:
    """Start everything, say where it is, and keep it running until Ctrl-C or SIGTERM.

    Raises:
        DemoRefused: it runs already, or the address cannot be had.
        ProcessFailed: a process did not come up.
    """
    _check_free()
    host = os.environ.get("HOST") or "127.0.0.1"
    port = choose_port(host, wanted=os.environ.get("PORT", ""))
    public = find_lan_address() if host in _EVERYWHERE else host
    say(f"Starting Tessera in {_FOLDER} (the first time takes a little longer)")
    stack = Stack(
        _FOLDER,
        host=host,
        port=port,
        environment={
            "DEMO": "1",
            # People try the demo again and again: the PIN is asked above 30.00 only.
            "NO_PIN_SUM_MAX_MINOR": "0",
            "NO_PIN_COUNT_MAX": "0",
            "PUBLIC_URL": f"http://{bracket(public)}:{port}",
            "ALLOWED_HOSTS": ",".join(
                [bracket(public), "localhost", "127.0.0.1", "[::1]", socket.gethostname()]
            ),
        },
        report=report_step,
    )
    _FACTS.unlink(missing_ok=True)
    with stack:
        try:
            _load(stack)
            _watch(stack)
        finally:
            _FACTS.unlink(missing_ok=True)


def reset_demo() -> None:
    """Remove everything the demo stored.

    Raises:
        DemoRefused: it is running.
    """
    _check_free()
    state = StateFolder(_FOLDER)
    state.hold()
    stop_leftovers(state.path, marks=(str(state.path), str(state.run)))
    shutil.rmtree(state.path)
    _FACTS.unlink(missing_ok=True)
    state.release()
    say("The demo's data are gone. The next `make demo` starts afresh.")


def choose_port(host: str, *, wanted: str) -> int:
    """Find the port to serve on: the wanted one, or the first free one from 9000.

    Raises:
        DemoRefused: the wanted port is taken or no port at all, or the host is not ours.
    """
    if wanted:
        if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
            raise DemoRefused(f"PORT={wanted} is not a port; choose one from 1 to 65535.")
        if not _is_free(host, port=int(wanted)):
            raise DemoRefused(
                f"Port {wanted} is taken by another program.\n"
                "Choose another one (make demo PORT=9100), or none and let the demo find one."
            )
        return int(wanted)
    for port in range(_PORT, _PORT + _PORTS_TRIED):
        if _is_free(host, port=port):
            if port != _PORT:
                say(f"Port {_PORT} is taken by another program, so this demo uses {port}.")
            return port
    raise DemoRefused(f"Every port from {_PORT} to {_PORT + _PORTS_TRIED - 1} is taken.")


def find_lan_address() -> str:
    """Find this machine's address in its local network; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a UDP socket only asks the routing table. The address is for examples.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        address: str = probe.getsockname()[0]
        return address


def say(text: str) -> None:
    """Print a line at once, also into a pipe; a reader who has gone away is no failure."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def report_step(step: str, seconds: float) -> None:
    """Print a finished step and the time it took."""
    encoding = (sys.stdout.encoding or "").lower()
    tick = "✓" if encoding.startswith("utf") else "ok"
    say(f"  {tick} {_LABELS.get(step, step):<24}{seconds:5.1f} s")


def _check_free() -> None:
    probe = StateFolder(_FOLDER)
    try:
        probe.hold()
    except FolderInUse as error:
        raise DemoRefused(
            f"The demo is running already: {error}.\n"
            f"Its addresses are in {_FACTS}; stop it there with Ctrl-C."
        ) from error
    probe.release()


def _is_free(host: str, *, port: int) -> bool:
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise DemoRefused(f"Cannot serve on {host}, port {port}: {error.strerror}.") from error
    return True


def _load(stack: Stack) -> None:
    began = time.monotonic()
    path = _FOLDER / "demo_data.json"
    # It dates back what it sells, which the application may not.
    stack.manage_as_owner("load_demo", "--output", str(path), "--base-url", stack.url)
    report_step("people", time.monotonic() - began)
    facts = path.read_text()
    write_private(_FACTS, facts)
    say(describe_demo(facts, url=stack.url))
    if stack.host not in _EVERYWHERE:
        say("  Only this machine can reach it; for phones near you: make demo HOST=0.0.0.0")
    say(f"  Logs: {_FOLDER / 'logs'}\n  Ctrl-C stops everything.\n")


def _watch(stack: Stack) -> None:
    while True:
        time.sleep(0.5)
        for name in stack.find_dead():
            say(f"{stack.processes[name].describe_end()}\nStarting {name} again.")
            time.sleep(1)
            try:
                stack.start(name)
                say(f"{name} is back.")
            except ProcessFailed as error:
                say(f"{error}\nTrying again.")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C would leave the stop half done; every step of it ends by itself.
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.write(1, b"\nStopping, which takes a few seconds.\n")
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
