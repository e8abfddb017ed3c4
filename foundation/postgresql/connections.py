"""A connection that gives up on a silent server, and a cursor that outlives a migration."""

import traceback
from typing import Any, Self

import psycopg
from django.db.backends.postgresql.base import CursorMixin
from psycopg import errors, pq
from psycopg.abc import PQGen

from foundation.postgresql.server import Server

# Longer than a lock wait may take, so that a merely busy server is not probed.
_SILENCE_S = 2.5
_INTERVAL_S = 0.1
_IDLE = pq.TransactionStatus.IDLE
# Errors a connection does not recover from: a server that became a standby (25006), and classes
# that mean that the session is over or the server in trouble.
_SPOILING = ("08", "25006", "25P03", "25P04", "57P", "58", "XX")


def ends_session(failure: psycopg.Error) -> bool:
    """Return whether the session is over or in doubt, and not only its transaction."""
    return failure.sqlstate is None or failure.sqlstate.startswith(_SPOILING)


class Connection(psycopg.Connection[Any]):
    """A connection that knows whether it is still usable.

    If it has a `server`, no wait lasts longer than `limit_s`: PostgreSQL ends statements by
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
            OperationalError: refused, or not answered in time (`ConnectionTimeout`).
        """
        try:
            connection = super().connect(*args, **kwargs)
        except errors.ConnectionTimeout as late:
            # A frame of psycopg holds both the error and the socket until garbage collection: a
            # server that hung would serve all of these sockets when it goes on.
            traceback.clear_frames(late.__traceback__)
            raise
        connection.add_notice_handler(connection.note)
        return connection

    def wait(
        self, gen: PQGen[Any], interval: float = _INTERVAL_S, timeout: float | None = None
    ) -> Any:  # noqa: ANN401  whatever the generator gives
        """Wait for the server, up to the limit.

        Raises:
            OperationalError: the server is silent; the statement's outcome is unknown.
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
        """Note a commit that was acknowledged without the standby that it waited for."""
        if notice.source_function == "SyncRepWaitForLSN":
            self.is_in_doubt = True

    def check_commit(self) -> None:
        """Refuse to report a commit that the standby may not have.

        Raises:
            OperationalError: without a code, as for a lost connection.
        """
        if self.is_in_doubt:
            self.is_spoiled = True
            raise psycopg.OperationalError("The commit was not confirmed by the standby.")


class Cursor(CursorMixin, psycopg.Cursor[Any]):
    """A cursor whose prepared statements survive a change of the tables they read."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:  # noqa: ANN401
        """Execute; a statement planned before a migration is planned and executed again.

        Only as the first statement of its transaction: otherwise the whole transaction has to
        run again, which only its beginner can do (`ledger/transactions.py`).
        """
        # Its declared class has fewer members than the connection has.
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
            if ends_session(failure):
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
