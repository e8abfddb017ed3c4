"""Guesses that led nowhere, counted in the database: a cache that is away makes none easier."""

from typing import NamedTuple
from uuid import UUID

from django.db import connection


class Count(NamedTuple):
    """Misses of the last minute: of everybody who is counted together, and of one alone."""

    together: int
    alone: int


class Misses:
    """The misses that a table holds; the clock is the database's.

    The column `of` says who is counted together, `by` who of them it was, if that is another
    one. A caller who must not be passed by guesses at the same moment holds a lock.
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
        """Return how many there were in the last minute."""
        with connection.cursor() as cursor:
            cursor.execute(self._count, {"of": of, "by": by or of})
            return Count(*cursor.fetchone())

    def add(self, of: UUID, *, by: UUID | None = None) -> None:
        """Write one down, and forget those of more than a day ago."""
        with connection.cursor() as cursor:
            cursor.execute(self._add, {"of": of, "by": by or of})
