"""Connections shared by a process's threads, and checked before each request."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from psycopg import errors

from foundation.postgresql.connections import Connection, Cursor
from foundation.postgresql.pool import Pool, has_news
from foundation.postgresql.trips import Trips

_IDLE = psycopg.pq.TransactionStatus.IDLE
Parameters = Mapping[str, Any] | Sequence[Any]
Row = tuple[Any, ...]


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own; where there is a `shared` pool, each request borrows from it."""

    shared: ClassVar[Pool | None] = None
    trips: ClassVar[Trips | None] = None
    connection: Connection | None
    _lender: Pool | None = None
    _opened_at = 0.0

    @classmethod
    def share_connections(cls, *, most: int) -> None:
        """Share at most so many connections among the threads of this process."""
        cls.shared = cls._make_pool(most)

    @classmethod
    def share_trips(cls, *, most: int, threads: int) -> None:
        """Share round trips among so many threads' single statements, at most so many at once.

        Each thread may have to ask alone, so there may be as many connections, beside others;
        but one thread stays free of statements that wait.
        """
        cls.trips = Trips(
            cls._make_pool(threads), most=most, connections=threads - 1, connect=cls._connect
        )

    @classmethod
    def _make_pool(cls, most: int) -> Pool:
        life_s = connections[DEFAULT_DB_ALIAS].settings_dict["CONN_MAX_AGE"]
        return Pool(most=most, life_s=life_s, connect=cls._connect)

    @staticmethod
    def _connect() -> Connection:
        own = connections[DEFAULT_DB_ALIAS]
        return Connection.connect(
            **own.get_connection_params() | {"cursor_factory": Cursor, "autocommit": True}
        )

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """Open a connection to the server."""
        self.isolation_level = IsolationLevel.READ_COMMITTED
        connection = Connection.connect(
            **conn_params | {"cursor_factory": Cursor, "autocommit": True}
        )
        if self._lender is not None:
            try:
                self._lender.watch(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def connect(self) -> None:
        """Take a connection from the shared ones, or open one.

        Raises:
            OperationalError: the server does not answer, or all connections are in use.
        """
        if self.shared is None:
            super().connect()
            return
        taken = self.shared.take()
        self._lender = self.shared
        if taken is not None:
            self._opened_at, self.connection = taken
            self._begin_clean()
            return
        try:
            super().connect()
        except BaseException as failure:
            self._leave()
            if isinstance(failure, errors.ConnectionTimeout):
                self.shared.server.note_silence()
            raise
        self.close_at = None
        self._opened_at = time.monotonic()

    def close_if_unusable_or_obsolete(self) -> None:
        """Return the connection to the pool between requests; close an unusable one."""
        if self._lender is None:
            super().close_if_unusable_or_obsolete()
        else:
            self.give_back()

    def give_back(self) -> None:
        """Return a connection of the pool, or close it if it is unusable; others are kept."""
        if self._lender is not None and self.connection is not None:
            self._give_back()

    def is_usable(self) -> bool:
        """Return whether the connection is still there.

        An idle connection's socket is readable only if the connection was ended: polling it
        replaces Django's `SELECT 1`, a quarter of a checkout's round trips.
        """
        connection = self.connection
        if connection is None or connection.closed or connection.is_spoiled:
            return False
        if self.errors_occurred or has_news(connection.fileno()):
            usable: bool = super().is_usable()
            return usable
        return True

    def fetch_row(self, sql: str, parameters: Parameters) -> Row | None:
        """Run a statement and return its first row, as `fetch_rows` does."""
        rows = self.fetch_rows(sql, parameters)
        return rows[0] if rows else None

    def fetch_rows(self, sql: str, parameters: Parameters) -> list[Row]:
        """Run a statement and return its rows, without Django's wrappers around a cursor.

        They cost as much as the driver. While statements are logged or wrapped, they are used.
        Values come in binary form, so an enum is cast to text in the statement.
        """
        if self.queries_logged or self.execute_wrappers:
            with self.cursor() as wrapped:
                wrapped.execute(sql, parameters)
                rows: list[Row] = wrapped.fetchall()
            return rows
        self.ensure_connection()
        self.validate_no_broken_transaction()
        assert self.connection is not None, "it was just opened, or it failed"
        with self.wrap_database_errors:
            cursor = self.connection.execute(sql, parameters, binary=True)
            found: list[Row] = cursor.fetchall()
            cursor.close()
        return found

    def fetch_row_by_trip(
        self, sql: str, parameters: Mapping[str, Any] | Sequence[Any]
    ) -> tuple[Any, ...] | None:
        """Run a whole command's statement and return its first row.

        Where this process shares round trips, it is committed when this returns. Elsewhere it
        is a part of the caller's transaction, if there is one.
        """
        if self.trips is None:
            return self.fetch_row(sql, parameters)
        with self.wrap_database_errors:
            return self.trips.fetch_row(sql, parameters)

    def _give_back(self) -> None:
        connection, lender = self.connection, self._lender
        assert connection is not None, "whoever calls this has looked"
        assert lender is not None, "whoever calls this has looked"
        is_clean = self.autocommit and not (self.in_atomic_block or connection.is_spoiled)
        if is_clean and connection.pgconn.transaction_status == _IDLE:
            self.connection = self._lender = None
            lender.give_back(self._opened_at, connection)
        else:
            self.close()

    def _begin_clean(self) -> None:
        # As `connect` leaves a new connection; a returned one is clean already.
        self.in_atomic_block = self.needs_rollback = self.closed_in_transaction = False
        self.savepoint_ids, self.atomic_blocks, self.run_on_commit = [], [], []
        self.autocommit = self.health_check_done = True
        self.errors_occurred = False
        self.close_at = None

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs leave it out
        with self.wrap_database_errors:
            if self.connection is not None:
                self.connection.check_commit()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._leave()

    def _leave(self) -> None:
        lender, self._lender = self._lender, None
        if lender is not None:
            lender.let_go()
