"""The few connections that a process's threads share, the warmest first."""

import select
import threading
import time
from collections import deque
from collections.abc import Callable

import psycopg

from foundation.postgresql.connections import Connection
from foundation.postgresql.server import Server

# No thread waits longer for a connection: the last one is then free for what needs none.
_TURN_S = 1.0
# The server ends a statement first; only where it does not, this side gives up.
_MARGIN_S = 1.0
_USUAL_LIMIT_S = 5.0
_ALL_IN_USE = "All connections to the database are in use."
_LOOK = """
    SELECT pg_backend_pid(), setting::int FROM pg_settings
     WHERE name = 'statement_timeout'
"""


class Pool:
    """At most `most` connections, whichever threads come and go.

    A thread that ends leaves none behind, because it holds one only while it answers. Who
    finds all of them taken waits a moment; when none comes back meanwhile, whoever comes next
    is refused at once until one does.
    """

    def __init__(
        self, *, most: int, life_s: float, connect: Callable[[], psycopg.Connection]
    ) -> None:
        self.server = Server(connect)
        self._most, self._life_s = most, life_s
        self._idle: list[tuple[float, Connection]] = []
        self._lent = 0
        self._is_stuck = False
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    def take(self) -> tuple[float, Connection] | None:
        """Take the connection that was used last, with when it was opened. None: open one.

        Raises:
            OperationalError: the server is silent, or all are taken and none comes back.
        """
        if self.server.is_silent():
            raise psycopg.OperationalError("The database does not answer.")
        self._take_place()
        while True:
            with self._lock:
                if not self._idle:
                    return None
                opened_at, connection = self._idle.pop()
            if self._is_good(opened_at, connection):
                return opened_at, connection
            connection.close()

    def watch(self, connection: Connection) -> None:
        """Set how long a new connection waits for this server: its own limit and a margin.

        Where a pooler stands between, nothing is prepared: some of them run what another
        client has prepared under the same name.
        """
        connection.server, connection.limit_s = self.server, _USUAL_LIMIT_S + _MARGIN_S
        with connection.cursor() as cursor:
            backend_pid, limit_ms = cursor.execute(_LOOK).fetchone() or (0, 0)
        if backend_pid != connection.info.backend_pid:
            connection.prepare_threshold = None
        if limit_ms:
            connection.limit_s = limit_ms / 1000 + _MARGIN_S

    def give_back(self, opened_at: float, connection: Connection) -> None:
        """Put the connection back for other threads."""
        with self._lock:
            self._idle.append((opened_at, connection))
            self._free_place()

    def let_go(self) -> None:
        """Note that a connection that was taken is there no longer."""
        with self._lock:
            self._free_place()

    def _take_place(self) -> None:
        with self._lock:
            if self._lent < self._most:
                self._lent += 1
                return
            if self._is_stuck:
                raise psycopg.OperationalError(_ALL_IN_USE)
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(_TURN_S):
            return
        with self._lock:
            # Else it was given at this very moment.
            if not turn.is_set():
                self._waiting.remove(turn)
                self._is_stuck = True
                raise psycopg.OperationalError(_ALL_IN_USE)

    def _free_place(self) -> None:
        self._is_stuck = False
        if self._waiting:
            # Handed on, or whoever comes at this moment would always be quicker.
            self._waiting.popleft().set()
        else:
            self._lent -= 1

    def _is_good(self, opened_at: float, connection: Connection) -> bool:
        is_young = time.monotonic() - opened_at < self._life_s
        return is_young and not connection.closed and not has_news(connection.fileno())


def has_news(descriptor: int) -> bool:
    """Return whether an idle connection's socket has something to say: that it was ended."""
    # Not `select`, which knows no descriptor above 1023.
    look = select.poll()
    look.register(descriptor, select.POLLIN)
    return bool(look.poll(0))
