"""A connection that gives up on a silent server, and a cursor that outlives a migration."""

import traceback
from typing import Any, Self

import psycopg
from django.db.backends.postgresql.base import CursorMixin
from psycopg import errors, pq
from psycopg.abc import PQGen

from foundation.postgresql.server import Server

# Longer than a wait for a lock may take, so that a server that is merely busy is not asked.
_SILENCE_S = 2.5
_INTERVAL_S = 0.1
_IDLE = pq.TransactionStatus.IDLE
# What a connection does not recover from: a server that became a standby (25006), and classes
# of errors that say that the session is over, or the server in trouble.
_SPOILING = ("08", "25006", "25P03", "25P04", "57P", "58", "XX")


class Connection(psycopg.Connection[Any]):
    """A connection that remembers what has happened to it.

    Where it has a `server`, no wait lasts longer than `limit_s`: PostgreSQL ends statements by
    itself, but not while it hangs, and never a COMMIT that waits for a standby.
    """

    is_spoiled = False
    is_in_doubt = False
    server: Server | None = None
    limit_s = 0.0

    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> Self:
        """Connect, and listen to the server's notices.

        Raises:
            OperationalError: refused, or, as `ConnectionTimeout`, not answered in time.
        """
        try:
            connection = super().connect(*args, **kwargs)
        except errors.ConnectionTimeout as late:
            # A frame of psycopg's holds both the error and the socket until garbage is
            # collected: a server that hung would serve all of them when it goes on.
            traceback.clear_frames(late.__traceback__)
            raise
        connection.add_notice_handler(connection.note)
        return connection

    def wait(
        self, gen: PQGen[Any], interval: float = _INTERVAL_S, timeout: float | None = None
    ) -> Any:  # noqa: ANN401  whatever the generator gives
        """Wait for the server, but not for ever.

        Raises:
            OperationalError: it is silent; nobody knows what became of the statement.
        """
        if self.server is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, _SILENCE_S)
        except errors._WaitTimeout:  # noqa: SLF001  `wait` documents it
            if not self.server.answers():
                raise self.give_up() from None
        try:
            return super().wait(gen, interval, self.limit_s - _SILENCE_S)
        except errors._WaitTimeout:  # noqa: SLF001  `wait` documents it
            raise self.give_up() from None

    def give_up(self) -> psycopg.OperationalError:
        """End the connection on this side, whatever the server is doing."""
        self.is_spoiled = True
        self.pgconn.finish()
        return psycopg.OperationalError("The database does not answer.")

    def note(self, notice: errors.Diagnostic) -> None:
        """Notice that a commit was acknowledged without the standby that it waited for."""
        if notice.source_function == "SyncRepWaitForLSN":
            self.is_in_doubt = True

    def check_commit(self) -> None:
        """Refuse to report a commit that the standby may not have.

        Raises:
            OperationalError: without a code, as where the connection is lost.
        """
        if self.is_in_doubt:
            self.is_spoiled = True
            raise psycopg.OperationalError("The commit was not confirmed by the standby.")


class Cursor(CursorMixin, psycopg.Cursor[Any]):
    """A cursor whose prepared statements survive a change of the tables they read."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:  # noqa: ANN401
        """Execute; what was planned before a migration is planned and executed again.

        Only where nothing came before it in its transaction: else the whole transaction has
        to run again, and only who began it can do that (`ledger/transactions.py`).
        """
        # Its own class says less of it than it is.
        connection: Any = self.connection
        began = connection.pgconn.transaction_status == _IDLE
        try:
            try:
                super().execute(query, params, **options)
            except errors.FeatureNotSupported:
                if not began:
                    raise
                _forget_plans(connection)
                super().execute(query, params, **options)
        except psycopg.Error as failure:
            if failure.sqlstate is None or failure.sqlstate.startswith(_SPOILING):
                connection.is_spoiled = True
            raise
        if connection.is_in_doubt:
            connection.check_commit()
        return self


def _forget_plans(connection: Connection) -> None:
    if connection.autocommit:
        connection.execute("DEALLOCATE ALL")
    else:
        # psycopg deallocates by itself after this.
        connection.rollback()
