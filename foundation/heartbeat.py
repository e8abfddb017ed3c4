"""Signs of life: a process reports to its supervisor that it still works.

The protocol is systemd's `sd_notify`, so that one line serves a unit with `WatchdogSec=` and
the demo's own watch. Without a listener it does nothing.
"""

import contextlib
import os
import socket
import time
from pathlib import Path

_ALIVE = b"WATCHDOG=1"


def report_alive() -> None:
    """Send one sign of life; never waits, never fails."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    # "@" stands for an abstract socket, whose name begins with a zero byte.
    name = "\0" + address[1:] if address.startswith("@") else address
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender,
    ):
        sender.settimeout(0)
        sender.sendto(_ALIVE, name)


class Listener:
    """The supervisor's end: knows when the last sign of life came."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._socket.bind(str(path))
        self._last = time.monotonic()

    def measure_silence(self) -> float:
        """Return the seconds since the last sign of life, or since listening began."""
        with contextlib.suppress(BlockingIOError):
            while self._socket.recv(64):
                self._last = time.monotonic()
        return time.monotonic() - self._last

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
