"""Whether the database server answers at all; one thread probes for all."""

import math
import threading
import time
from collections.abc import Callable

import psycopg

_ASK_AGAIN_S = 0.5


class Server:
    """A server that may hang: then it accepts connections and does not answer.

    `connect` opens a connection for a probe, and has to give up in time.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        self._connect = connect
        self._asking = threading.Lock()
        self._told_at = -math.inf
        self._is_silent = False

    def answers(self) -> bool:
        """Probe the server; callers meanwhile wait for the same result."""
        came_at = time.monotonic()
        with self._asking:
            if self._told_at < came_at:
                self._ask()
            return not self._is_silent

    def is_silent(self) -> bool:
        """Return whether the server was silent last time; one caller probes it now and then."""
        if not self._is_silent:
            return False
        if self._asking.acquire(blocking=False):
            try:
                if time.monotonic() - self._told_at > _ASK_AGAIN_S:
                    self._ask()
            finally:
                self._asking.release()
        return self._is_silent

    def note_silence(self) -> None:
        """Remember that a connection could not be opened in time."""
        self._told_at, self._is_silent = time.monotonic(), True

    def _ask(self) -> None:
        try:
            self._connect().close()
            self._is_silent = False
        except psycopg.OperationalError as failure:
            # A refusal is an answer too: a server that says "too many clients" does not hang.
            self._is_silent = isinstance(failure, psycopg.errors.ConnectionTimeout)
        self._told_at = time.monotonic()
