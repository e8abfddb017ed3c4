"""Add up a merchant's sales and refunds by what a report asks for.

The settlement lines are what the ledger says: each is a capture or a refund, of its amount. A
refund counts on its own day, and to the till and the cashier who made it.

A sale's goods are shared among its items by their prices, and so are its fee and its refunds:
each share is the difference of two rounded running sums, so that the shares of an amount are
that amount, and those of all refunds of a sale the sale's own. By rate of VAT the documents'
own tables are added up (`pos/vat_parts.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from pos.vat_parts import PARTS, TIPS

# More are not added up while somebody waits; to share one out takes some four times as long.
LINES_MAX = 200_000
_SHARED_COST = 4


class By(StrEnum):
    """How a report is split."""

    DAY = "day"
    STORE = "store"
    TILL = "till"
    CASHIER = "cashier"
    ITEM = "item"
    VAT = "vat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which sales and refunds: of balances, of a store or of all, of days of the shop."""

    balance_ids: Sequence[UUID]
    store_id: UUID | None
    # Both are included.
    first_day: date
    last_day: date
    time_zone: str

    @property
    def days_count(self) -> int:
        """Return how many days it has."""
        return (self.last_day - self.first_day).days + 1


class Sums(NamedTuple):
    """What was added up for a key, in minor units; `units` are sales, or pieces sold."""

    balance_id: UUID
    key: str | None
    units: int
    sold_minor: int
    refunded_minor: int
    fee_minor: int
    # Of tips less those refunded, within the sums above.
    tip_minor: int
    # Of the documents, by rate alone.
    vat_minor: int


# The key of tips among items: no item's name has such a character. By rate it is `TIPS`.
TIPS_KEY = "\x01"
_SEEN = """
    WITH seen AS (
        SELECT l.id, l.balance_id, l.store_id, l.kind, l.charge_id, l.amount_minor, l.fee_minor,
               l.tip_minor, l.at
          FROM merchants_settlementline l
         WHERE l.balance_id = ANY(%(balances)s) AND l.settlement_id IS NULL
           AND l.at >= %(begin)s AND l.at < %(end)s
           AND (%(store)s::uuid IS NULL OR l.store_id = %(store)s)
        UNION ALL
        SELECT l.id, l.balance_id, l.store_id, l.kind, l.charge_id, l.amount_minor, l.fee_minor,
               l.tip_minor, l.at
          FROM merchants_settlement s
          JOIN merchants_settlementline l ON l.settlement_id = s.id
         WHERE s.balance_id = ANY(%(balances)s) AND s.closed_at > %(begin)s
           AND l.at >= %(begin)s AND l.at < %(end)s
           AND (%(store)s::uuid IS NULL OR l.store_id = %(store)s)
    )
"""
_SEEN_ALONE = "      FROM seen f"
_WHOLE = """
    SELECT f.balance_id, {key} AS key,
           count(*) FILTER (WHERE f.kind = 'sale'),
           coalesce(sum(f.amount_minor) FILTER (WHERE f.kind = 'sale'), 0)::bigint,
           coalesce(sum(f.amount_minor) FILTER (WHERE f.kind = 'refund'), 0)::bigint,
           sum(f.fee_minor)::bigint,
           sum(CASE f.kind WHEN 'sale' THEN f.tip_minor ELSE -f.tip_minor END)::bigint, 0
{source}
     GROUP BY 1, 2
"""
_MADE = """
      FROM seen f
      LEFT JOIN pos_charge c ON f.kind = 'sale' AND c.id = f.id
      LEFT JOIN pos_refund r ON f.kind = 'refund' AND r.id = f.id
"""
# A sale without items is one piece, of no name; a tip is one of its own. What was refunded of a
# sale's goods before counts from the refunds made before: a charge is locked for each.
_PIECES = f"""
    , goods AS (
        SELECT f.*, f.amount_minor - f.tip_minor AS goods_minor,
               coalesce(
                   (SELECT sum(r.amount_minor - r.tip_minor) FROM pos_refund r
                     WHERE f.kind = 'refund' AND r.charge_id = f.charge_id AND r.id < f.id),
                   0) AS earlier
          FROM seen f
    ), piece AS (
        SELECT f.*, line.name, coalesce(line.quantity, 1) AS quantity,
               coalesce(line.paid_minor, 1) AS price,
               coalesce(
                   sum(line.paid_minor) OVER (PARTITION BY f.id ORDER BY line.position), 1
               ) AS upto,
               coalesce(sum(line.paid_minor) OVER (PARTITION BY f.id), 1) AS whole
          FROM goods f
          LEFT JOIN (
              SELECT *, quantity * unit_price_minor - discount_minor + added_vat_minor
                        AS paid_minor
                FROM pos_chargeline) line ON line.charge_id = f.charge_id
    ), cut AS (
        SELECT id, balance_id, kind, name, quantity, amount_minor, fee_minor,
               div(2 * (earlier + goods_minor) * upto + whole, 2 * whole)
               - div(2 * (earlier + goods_minor) * (upto - price) + whole, 2 * whole)
               - div(2 * earlier * upto + whole, 2 * whole)
               + div(2 * earlier * (upto - price) + whole, 2 * whole) AS minor,
               div(2 * goods_minor * upto + whole, 2 * whole) AS goods_upto
          FROM piece
         UNION ALL
        SELECT id, balance_id, kind, '{TIPS_KEY}', 0, amount_minor, fee_minor, tip_minor,
               amount_minor
          FROM seen WHERE tip_minor > 0
    ), share AS (
        SELECT *,
               div(2 * fee_minor * goods_upto + amount_minor, 2 * amount_minor)
               - div(2 * fee_minor * (goods_upto - minor) + amount_minor, 2 * amount_minor)
               AS share_fee_minor
          FROM cut
    )
    SELECT f.balance_id, f.name AS key,
           coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'sale'), 0)::bigint,
           coalesce(sum(f.minor) FILTER (WHERE f.kind = 'sale'), 0)::bigint,
           coalesce(sum(f.minor) FILTER (WHERE f.kind = 'refund'), 0)::bigint,
           sum(f.share_fee_minor)::bigint,
           coalesce(sum(CASE f.kind WHEN 'sale' THEN f.minor ELSE -f.minor END)
                    FILTER (WHERE f.name = '{TIPS_KEY}'), 0)::bigint,
           0
      FROM share f
     GROUP BY 1, 2
"""  # noqa: S608  the key is ours
_RATES = f"""
    {PARTS}
    SELECT f.balance_id, f.vat_bps::text AS key,
           coalesce(sum(f.units) FILTER (WHERE f.kind = 'sale'), 0)::bigint,
           coalesce(sum(f.minor) FILTER (WHERE f.kind = 'sale'), 0)::bigint,
           coalesce(sum(f.minor) FILTER (WHERE f.kind = 'refund'), 0)::bigint,
           sum(f.part_fee_minor)::bigint,
           coalesce(sum(CASE f.kind WHEN 'sale' THEN f.minor ELSE -f.minor END)
                    FILTER (WHERE f.vat_bps = {TIPS}), 0)::bigint,
           sum(CASE f.kind WHEN 'sale' THEN f.vat_minor ELSE -f.vat_minor END)::bigint
      FROM part f
     GROUP BY 1, 2
"""  # noqa: S608  the fragment is ours
_SQL = {
    By.DAY: _WHOLE.format(key="(f.at AT TIME ZONE %(zone)s)::date::text", source=_SEEN_ALONE),
    By.STORE: _WHOLE.format(key="f.store_id::text", source=_SEEN_ALONE),
    By.TILL: _WHOLE.format(key="coalesce(c.terminal_id, r.terminal_id)::text", source=_MADE),
    By.CASHIER: _WHOLE.format(key="coalesce(c.cashier_id, r.cashier_id)::text", source=_MADE),
    By.ITEM: _PIECES,
    By.VAT: _RATES,
}
_COUNT = "SELECT count(*) FROM (SELECT FROM seen LIMIT %(more)s) counted"


def find_most(by: By) -> int:
    """Return how many sales and refunds are added up while somebody waits."""
    return LINES_MAX // _SHARED_COST if by in {By.ITEM, By.VAT} else LINES_MAX


def sum_lines(by: By, scope: Scope) -> list[Sums] | None:
    """Add up the sales and refunds of a scope, in one statement.

    None: there are more than `find_most` says.
    """
    facts, most = _list_facts(scope), find_most(by)
    with connection.cursor() as cursor:
        cursor.execute(_SEEN + _COUNT, facts | {"more": most + 1})
        if cursor.fetchone()[0] > most:
            return None
        cursor.execute(_SEEN + _SQL[by], facts)
        return [Sums(*row) for row in cursor.fetchall()]


def sum_rows(by: By, rows: str, facts: dict[str, Any]) -> list[Sums]:
    """Add up sales and refunds that other SQL selects.

    It gives the columns id, balance_id, kind, charge_id, amount_minor, fee_minor and at.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"WITH seen AS ({rows})" + _SQL[by], facts)
        return [Sums(*row) for row in cursor.fetchall()]


def sum_day_by_day(by: By, scope: Scope) -> Iterator[list[Sums]]:
    """Yield what `sum_lines` would return of each day, however much and long it is."""
    for ahead in range(scope.days_count):
        day = scope.first_day + timedelta(days=ahead)
        facts = _list_facts(replace(scope, first_day=day, last_day=day))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(_SEEN + _SQL[by], facts)
            rows = cursor.fetchall()
        yield [Sums(*row) for row in rows]


def merge_sums(many: Iterable[Sums]) -> list[Sums]:
    """Add up the sums of the same balance and key."""
    figures: dict[tuple[UUID, str | None], list[int]] = {}
    for sums in many:
        merged = figures.setdefault((sums.balance_id, sums.key), [0] * len(sums[2:]))
        for place, figure in enumerate(sums[2:]):
            merged[place] += figure
    return [Sums(balance_id, key, *each) for (balance_id, key), each in figures.items()]


def find_bounds(
    first_day: date, last_day: date, *, time_zone: str
) -> tuple[datetime, datetime]:
    """Return the midnights, of the shop's clock, that days begin with and end before."""
    zone = ZoneInfo(time_zone)
    after = last_day + timedelta(days=1)
    return (
        datetime.combine(first_day, time.min, tzinfo=zone),
        datetime.combine(after, time.min, tzinfo=zone),
    )


def _list_facts(scope: Scope) -> dict[str, Any]:
    begin, end = find_bounds(scope.first_day, scope.last_day, time_zone=scope.time_zone)
    return {
        "balances": list(scope.balance_ids),
        "store": scope.store_id,
        "begin": begin,
        "end": end,
        "zone": scope.time_zone,
    }
