"""The books as rows of text, read by COPY: for sealing and checking."""

from collections.abc import Iterator, Sequence

from django.db import connection

_AS_WRITTEN = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO'",
    "SET LOCAL bytea_output = 'hex'",
)
_WITHOUT_LIMITS = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)


class DatabaseSource:
    """The connected database, within the caller's transaction.

    `earliest` is before every instant, and `total` is the SQL function that sums up amounts.
    """

    earliest = "-infinity"
    total = "sum"

    def __init__(self) -> None:
        """Fix how instants and hashes are written until the transaction ends."""
        self._set(_AS_WRITTEN)

    def take_time(self) -> None:
        """Lift the statement limits until the transaction ends."""
        self._set(_WITHOUT_LIMITS)

    def read(
        self, question: str, values: Sequence[str | int] = ()
    ) -> Iterator[list[str | None]]:
        """Return the rows as text, one by one: memory does not grow with their number.

        The connection can run no other query until the last row is read.
        """
        with (
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(f"COPY ({question}) TO STDOUT", values or None) as rows,
        ):
            yield from rows.rows()

    def _set(self, settings: Sequence[str]) -> None:
        with connection.cursor() as cursor:
            for setting in settings:
                cursor.execute(setting)
