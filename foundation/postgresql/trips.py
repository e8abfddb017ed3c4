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


class _Asked:
    """A statement, and then its first row, or what went wrong."""

    __slots__ = ("failure", "is_alone", "parameters", "row", "sql", "together", "turn")

    def __init__(self, sql: str, parameters: Parameters) -> None:
        self.sql, self.parameters = sql, parameters
        self.row: Row = None
        self.failure: Exception | None = psycopg.OperationalError(ALL_IN_USE)
        # Locked while others decide: then it is answered, or leads those in `together`.
        self.turn = threading.Lock()
        self.together: list[_Asked] = []
        self.is_alone = False

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
        self._under_way = 0
        self._is_stuck = False
        self._waiting: list[_Asked] = []

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

    def _begins(self, asked: _Asked) -> bool:
        # Otherwise it waits; where others have waited in vain it does neither, and has failed.
        with self._lock:
            if self._under_way < self._most:
                self._under_way += 1
                asked.together = [asked]
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
                may_start = self._under_way < self._connections
                if may_start or waited_s >= _TURN_S:
                    self._waiting.remove(asked)
                    if may_start:
                        self._under_way += 1
                        asked.together = [asked, *self._take_first()]
                    else:
                        self._is_stuck = True
                    return

    def _take_first(self) -> list[_Asked]:
        first, self._waiting = self._waiting[:_TOGETHER_MAX], self._waiting[_TOGETHER_MAX:]
        return first

    def _lead(self, leader: _Asked) -> None:
        try:
            self._ask(leader.together)
        finally:
            self._hand_over()
            for other in leader.together[1:]:
                other.turn.release()

    def _hand_over(self) -> None:
        with self._lock:
            self._is_stuck = False
            is_one_too_many = self._under_way > self._most
            following = [] if is_one_too_many else self._take_first()
            if not following:
                self._under_way -= 1
                return
        following[0].together = following
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
        with connection.pipeline():
            cursors = [_execute(connection, asked) for asked in together]
    connection.check_commit()
    return [cursor.fetchone() for cursor in cursors]


def _execute(connection: Connection, asked: _Asked) -> psycopg.Cursor[Any]:
    return connection.execute(asked.sql, asked.parameters, binary=True)
