"""The few connections that a process's threads share, the last used one first."""

import select
import threading
import time
from collections import deque
from collections.abc import Callable

import psycopg

from foundation.postgresql.connections import Connection
from foundation.postgresql.server import Server

# A thread's longest wait for a connection, which leaves a thread for requests without one.
_TURN_S = 1.0
# The server ends a statement first; this side gives up only if it does not.
_MARGIN_S = 1.0
_USUAL_LIMIT_S = 5.0
ALL_IN_USE = "All connections to the database are in use."
_LOOK = """
    SELECT pg_backend_pid(), setting::int FROM pg_settings
     WHERE name = 'statement_timeout'
"""


class Pool:
    """At most `most` connections, however many threads come and go.

    A thread that ends leaves none behind, because it holds one only during a request. If all
    are taken, a thread waits a moment; if none is returned meanwhile, further threads are
    refused at once until one is.
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
        """Take the connection used last, with its opening time; None: open a new one.

        Raises:
            OperationalError: the server is silent, or all are taken and none is returned.
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

    def borrow(self, open_one: Callable[[], Connection]) -> tuple[float, Connection]:
        """Take the connection used last, with its opening time, or open one.

        Raises:
            OperationalError: as `take`, or it could not be opened.
        """
        taken = self.take()
        if taken is not None:
            return taken
        try:
            return time.monotonic(), open_one()
        except BaseException as failure:
            self.let_go()
            if isinstance(failure, psycopg.errors.ConnectionTimeout):
                self.server.note_silence()
            raise

    def watch(self, connection: Connection) -> None:
        """Set how long a new connection waits for this server: its own limit and a margin.

        Behind a pooler nothing is prepared: some poolers would run another client's statement
        of the same name.
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
        """Note that a taken connection no longer exists."""
        with self._lock:
            self._free_place()

    def _take_place(self) -> None:
        with self._lock:
            if self._lent < self._most:
                self._lent += 1
                return
            if self._is_stuck:
                raise psycopg.OperationalError(ALL_IN_USE)
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(_TURN_S):
            return
        with self._lock:
            # Otherwise it was handed over at this very moment.
            if not turn.is_set():
                self._waiting.remove(turn)
                self._is_stuck = True
                raise psycopg.OperationalError(ALL_IN_USE)

    def _free_place(self) -> None:
        self._is_stuck = False
        if self._waiting:
            # Handed to a waiting thread; otherwise newcomers would always be quicker.
            self._waiting.popleft().set()
        else:
            self._lent -= 1

    def _is_good(self, opened_at: float, connection: Connection) -> bool:
        is_young = time.monotonic() - opened_at < self._life_s
        return is_young and not connection.closed and not has_news(connection.fileno())


def has_news(descriptor: int) -> bool:
    """Return whether an idle connection's socket is readable, which means it was ended."""
    # Not `select`, which takes no descriptor above 1023.
    look = select.poll()
    look.register(descriptor, select.POLLIN)
    return bool(look.poll(0))
