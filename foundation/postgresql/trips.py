"""Single statements of several requests in one round trip and one transaction.

A statement that finds another one under way waits for its end, together with all others that
come meanwhile, and they share the next round trip. Nobody waits for more to come, and nobody
waits long: if the one under way waits for a lock, those behind it start without it.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg

from foundation.postgresql.connections import Connection, ends_session
from foundation.postgresql.pool import ALL_IN_USE, Pool

# As many as one transaction may do: those behind it wait for all of them.
_TOGETHER_MAX = 32
# Much longer than a round trip takes.
_PATIENCE_S = 0.1
# A thread's longest wait while all connections are held by others.
_TURN_S = 1.0
# The few statements sent here find single rows by an index, whatever the tables hold, so a plan
# is made once for a connection's whole life.
_PLANNING = """
    SET jit = off; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;
    SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off
"""
Row = tuple[Any, ...] | None
Parameters = Mapping[str, Any] | Sequence[Any]


class _NotSentError(Exception):
    """A statement could not be written; the driver's error is its cause."""


class _Asked:
    """A statement, and then its first row, or what went wrong."""

    __slots__ = (
        *(
            "failure",
            "is_alone",
            "is_overtaken",
            "parameters",
            "row",
            "sql",
            "together",
            "turn",
        ),
    )

    def __init__(self, sql: str, parameters: Parameters) -> None:
        self.sql, self.parameters = sql, parameters
        self.row: Row = None
        self.failure: Exception | None = psycopg.OperationalError(ALL_IN_USE)
        # Locked while others decide: then it is answered, or leads those in `together`.
        self.turn = threading.Lock()
        self.together: list[_Asked] = []
        self.is_alone = self.is_overtaken = False

    def answer(self, row: Row) -> None:
        """Keep its first row."""
        self.row, self.failure = row, None


class Trips:
    """At most `most` round trips at a time, or up to `connections` while some of them wait.

    If a statement fails, nothing of its transaction was done, and each is asked again alone: so
    one request's trouble is no other's. Of a lost connection nothing is known; then all are
    told so.
    """

    def __init__(
        self, pool: Pool, *, most: int, connections: int, connect: Callable[[], Connection]
    ) -> None:
        self._pool, self._connect = pool, connect
        self._most, self._connections = most, connections
        self._lock = threading.Lock()
        self._under_way: list[_Asked] = []
        self._waiting: list[_Asked] = []
        self._is_stuck = False

    def fetch_row(self, sql: str, parameters: Parameters) -> Row:
        """Run a statement, committed by itself or with others, and return its first row.

        Raises:
            Error: what the driver raises; also if all connections are held for long.
        """
        mine = _Asked(sql, parameters)
        if not self._begins(mine):
            self._wait(mine)
        if mine.together:
            self._lead(mine)
        if mine.is_alone:
            self._ask([mine])
        if mine.failure is not None:
            raise mine.failure
        return mine.row

    def count_waiting(self) -> int:
        """Return how many statements wait at this moment."""
        return len(self._waiting)

    def count_under_way(self) -> int:
        """Return how many round trips are under way at this moment."""
        return len(self._under_way)

    def _begins(self, asked: _Asked) -> bool:
        # Otherwise it waits; where others have waited in vain it does neither, and has failed.
        with self._lock:
            if self._has_room():
                self._start([asked])
            elif not self._is_stuck:
                asked.turn.acquire()
                self._waiting.append(asked)
                return False
        return True

    def _wait(self, asked: _Asked) -> None:
        waited_s = 0.0
        while not asked.turn.acquire(timeout=_PATIENCE_S):
            waited_s += _PATIENCE_S
            with self._lock:
                if asked not in self._waiting:
                    continue
                may_start = len(self._under_way) < self._connections
                if may_start or waited_s >= _TURN_S:
                    self._waiting.remove(asked)
                    if may_start:
                        for held in self._under_way:
                            held.is_overtaken = True
                        self._start([asked, *self._take_first(_TOGETHER_MAX - 1)])
                    else:
                        self._is_stuck = True
                    return

    def _has_room(self) -> bool:
        # Those that wait for a lock count no more, once others have started beside them.
        return sum(not leader.is_overtaken for leader in self._under_way) < self._most

    def _start(self, together: list[_Asked]) -> None:
        together[0].together = together
        self._under_way.append(together[0])

    def _take_first(self, most: int) -> list[_Asked]:
        first, self._waiting = self._waiting[:most], self._waiting[most:]
        return first

    def _lead(self, leader: _Asked) -> None:
        together = leader.together
        try:
            self._ask(together)
        finally:
            self._hand_over(leader)
            for other in together[1:]:
                other.turn.release()
            # It names itself there.
            leader.together = []

    def _hand_over(self, leader: _Asked) -> None:
        with self._lock:
            self._under_way.remove(leader)
            self._is_stuck = False
            if not (self._waiting and self._has_room()):
                return
            following = self._take_first(_TOGETHER_MAX)
            self._start(following)
        following[0].turn.release()

    def _ask(self, together: list[_Asked]) -> None:
        try:
            opened_at, connection = self._pool.borrow(self._open)
            try:
                rows = _run(connection, together)
            except BaseException:
                connection.close()
                self._pool.let_go()
                raise
            self._pool.give_back(opened_at, connection)
        except _NotSentError:
            for asked in together:
                asked.is_alone = True
            return
        except psycopg.Error as failure:
            was_undone = not ends_session(failure)
            for asked in together:
                asked.failure = failure
                asked.is_alone = was_undone and len(together) > 1
            return
        for asked, row in zip(together, rows, strict=True):
            asked.answer(row)

    def _open(self) -> Connection:
        connection = self._connect()
        try:
            self._pool.watch(connection)
            # A pooler's sessions are shared, and prepare nothing for us.
            if connection.prepare_threshold is not None:
                connection.execute(_PLANNING)
                connection.prepare_threshold = 0
        except BaseException:
            connection.close()
            raise
        return connection


def _run(connection: Connection, together: list[_Asked]) -> list[Row]:
    if len(together) == 1:
        cursors = [_execute(connection, together[0])]
    else:
        # One transaction: what is between two synchronizations is done or undone as a whole.
        with connection.pipeline() as pipeline:
            cursors = [_send(connection, asked) for asked in together]
            # Here and not at the block's end, which would hide why a commit failed.
            pipeline.sync()
    connection.check_commit()
    return [cursor.fetchone() for cursor in cursors]


def _send(connection: Connection, asked: _Asked) -> psycopg.Cursor[Any]:
    try:
        return _execute(connection, asked)
    except (psycopg.OperationalError, psycopg.InterfaceError):
        raise
    except Exception as failure:
        if getattr(failure, "sqlstate", None) is None:
            # It was never written, and the block's end would commit those before it.
            connection.give_up()
            raise _NotSentError from failure
        raise


def _execute(connection: Connection, asked: _Asked) -> psycopg.Cursor[Any]:
    return connection.execute(asked.sql, asked.parameters, binary=True)
