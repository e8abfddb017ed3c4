"""Wrong guesses, counted in the database, so that an unreachable cache makes none easier."""

from typing import NamedTuple
from uuid import UUID

from django.db import connection


class Count(NamedTuple):
    """Misses of the last minute: of the whole group, and of one member."""

    together: int
    alone: int


class Misses:
    """The misses in a table; the clock is the database's.

    The column `of` is the group, `by` the member, if it is another. A caller that must count
    simultaneous guesses exactly holds a lock.
    """

    def __init__(self, table: str, *, of: str, by: str = "") -> None:
        columns = [of, by] if by else [of]
        self._count = f"""
            SELECT count(*), count(*) FILTER (WHERE {by or of} = %(by)s) FROM {table}
             WHERE {of} = %(of)s AND missed_at > clock_timestamp() - interval '1 minute'
        """  # noqa: S608  the names are ours
        self._add = f"""
            WITH forgotten AS (
                DELETE FROM {table}
                 WHERE {of} = %(of)s AND missed_at < clock_timestamp() - interval '1 day')
            INSERT INTO {table} ({", ".join(columns)}, missed_at)
            VALUES ({", ".join(("%(of)s", "%(by)s")[: len(columns)])}, clock_timestamp())
        """  # noqa: S608  the names are ours

    def count(self, of: UUID, *, by: UUID | None = None) -> Count:
        """Return the misses of the last minute."""
        with connection.cursor() as cursor:
            cursor.execute(self._count, {"of": of, "by": by or of})
            return Count(*cursor.fetchone())

    def add(self, of: UUID, *, by: UUID | None = None) -> None:
        """Record a miss, and delete those of more than a day ago."""
        with connection.cursor() as cursor:
            cursor.execute(self._add, {"of": of, "by": by or of})
