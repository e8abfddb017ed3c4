"""The parts in which an invariant scans a large table, so that it can report progress.

Each part is a condition on one column. Together they cover the transaction's snapshot of the
table, each row once. Parts bound PostgreSQL's memory; no state is kept between them, so a check
writes nothing, not even a temporary table.
"""

from dataclasses import dataclass
from typing import Protocol

from django.db.backends.utils import CursorWrapper

_PAGES_EACH = 2048
_ACCOUNTS_SPLIT_MAX = 12
_COUNT_PAGES = """
    SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::int
"""
_FIND_BOUNDS = """
    SELECT quote_literal(id) FROM (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS total
          FROM ledger_account) ordered
     WHERE place > 0 AND place %% greatest(1, ceil(total / %s::numeric)) = 0
     ORDER BY id
"""
# Index lookups row by row, because the rows of a part are close together in the other table
# too. Any other join would read that table whole for each part.
_JOIN = """
    SELECT set_config('enable_hashjoin', '{0}', true),
           set_config('enable_mergejoin', '{0}', true)
"""
_LOOK_UP, _JOIN_FREELY = _JOIN.format("off"), _JOIN.format("on")


@dataclass(frozen=True, slots=True)
class Part:
    """A range of a column, written in SQL: `f"{part:t.id}"` is true where `t.id` is in it."""

    low: str | None = None
    high: str | None = None

    def __format__(self, column: str) -> str:
        """Return the condition; no bounds are no condition."""
        conditions = []
        if self.low is not None:
            conditions.append(f"{column} >= {self.low}")
        if self.high is not None:
            conditions.append(f"{column} < {self.high}")
        return " AND ".join(conditions) or "true"


class Split(Protocol):
    """A way to split a scan into parts."""

    def list_parts(self, cursor: CursorWrapper) -> list[Part]:
        """Return the parts, in order; also sets how the transaction's queries are planned."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A single part: for small tables, or sums from end to end."""

    def list_parts(self, cursor: CursorWrapper) -> list[Part]:
        """Return one part without bounds."""
        cursor.execute(_JOIN_FREELY)
        return [Part()]


@dataclass(frozen=True, slots=True)
class Pages:
    """The rows of a table as they lie on disk, by their `ctid`."""

    table: str
    each: int = _PAGES_EACH

    def list_parts(self, cursor: CursorWrapper) -> list[Part]:
        """Return parts of a fixed number of pages."""
        cursor.execute(_LOOK_UP)
        cursor.execute(_COUNT_PAGES, [self.table])
        (pages,) = cursor.fetchone()
        return _make_parts([f"'({page},0)'" for page in range(self.each, pages, self.each)])


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts with all their transfers, by ranges of the account's id.

    A part may read the table of transfers twice, so there are never many: one for every
    `each` pages of that table, and `at_most` so many.
    """

    each: int = _PAGES_EACH
    at_most: int = _ACCOUNTS_SPLIT_MAX

    def list_parts(self, cursor: CursorWrapper) -> list[Part]:
        """Return parts of about the same number of accounts."""
        cursor.execute(_JOIN_FREELY)
        cursor.execute(_COUNT_PAGES, ["ledger_transfer"])
        (pages,) = cursor.fetchone()
        cursor.execute(_FIND_BOUNDS, [min(self.at_most, 1 + pages // self.each)])
        return _make_parts([bound for (bound,) in cursor.fetchall()])


def _make_parts(bounds: list[str]) -> list[Part]:
    return [Part(low, high) for low, high in zip([None, *bounds], [*bounds, None], strict=True)]
