"""Select and add up what belongs in a till's closing.

The same sums are of what no closing has counted yet (an X report), and of a closing's entries.
A sale counts at the till that made it; a refund at its own till, or, made elsewhere, at the
sale's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from ledger.typed import write_percent
from merchants.models import StaffMember
from pos.desk import list_waiting
from pos.models import Closing, ClosingSum, SumKind, Terminal
from pos.queries import first_id_at
from pos.report_sums import By, Sums, sum_rows
from pos.vat_parts import TIPS

# A refund or a movement is made within moments; more would be a fault of the clocks. A
# movement's id is its form's, which may be open for days.
_MADE_WITHIN = timedelta(hours=1)
_EVER = datetime.min.replace(tzinfo=UTC)
# A till that waits for more payments at once is none that people sell at.
_OPEN_MAX = 1000
# What a closing before has left out was not paid by then, and no charge lives longer.
_UNCLOSED = """
    SELECT c.id, 'sale' AS kind FROM pos_charge c
     WHERE c.terminal_id = %(till)s AND c.store_id = %(store)s AND c.id >= %(first_sale)s
       AND c.status IN ('captured', 'cashed')
       AND NOT EXISTS (SELECT FROM pos_closingentry e WHERE e.id = c.id)
    UNION ALL
    SELECT r.id, 'refund' FROM pos_charge c JOIN pos_refund r ON r.charge_id = c.id
     WHERE c.store_id = %(store)s AND c.refunded_minor > 0 AND c.id >= %(first_refunded)s
       AND coalesce(r.terminal_id, c.terminal_id) = %(till)s AND r.id >= %(first_made)s
       AND NOT EXISTS (SELECT FROM pos_closingentry e WHERE e.id = r.id)
    UNION ALL
    SELECT m.id, 'movement' FROM pos_cashmovement m
     WHERE m.terminal_id = %(till)s AND m.store_id = %(store)s
       AND m.created_at >= %(moved_since)s
       AND NOT EXISTS (SELECT FROM pos_closingentry e WHERE e.id = m.id)
"""
_LOOK = f"SELECT f.id, f.kind FROM ({_UNCLOSED}) f"  # noqa: S608  the names are ours
_TAKE = f"""
    INSERT INTO pos_closingentry (id, closing_id, kind)
    SELECT f.id, %(closing)s, f.kind FROM ({_UNCLOSED}) f
"""  # noqa: S608  the names are ours
_CLOSED = "(SELECT id, kind FROM pos_closingentry WHERE closing_id = %(closing)s)"
# What an X report adds up by several statements, while sales go on.
_SEEN = "(SELECT * FROM unnest(%(ids)s::uuid[], %(kinds)s::text[]))"
_ROWS = """
    SELECT e.id, e.kind, c.id AS charge_id, NULL::uuid AS balance_id, 0::bigint AS fee_minor,
           coalesce(r.amount_minor, c.amount_minor) AS amount_minor,
           coalesce(r.tip_minor, c.tip_minor) AS tip_minor,
           coalesce(r.rounding_minor, c.rounding_minor) AS rounding_minor,
           coalesce(r.created_at, c.captured_at) AS at, c.status = 'cashed' AS is_cash
      FROM {entries} e (id, kind)
      LEFT JOIN pos_refund r ON e.kind = 'refund' AND r.id = e.id
      JOIN pos_charge c ON c.id = coalesce(r.charge_id, e.id)
"""
_TOTALS = """
    SELECT count(*) FILTER (WHERE f.kind = 'sale'),
           coalesce(sum(f.amount_minor) FILTER (WHERE f.kind = 'sale'), 0)::bigint,
           count(*) FILTER (WHERE f.kind = 'refund'),
           coalesce(sum(f.amount_minor) FILTER (WHERE f.kind = 'refund'), 0)::bigint,
           coalesce(sum(CASE f.kind WHEN 'sale' THEN f.tip_minor ELSE -f.tip_minor END),
                    0)::bigint,
           coalesce(sum((SELECT sum(k.discount_minor) FROM pos_chargeline k
                          WHERE k.charge_id = f.id)) FILTER (WHERE f.kind = 'sale'), 0)::bigint
      FROM ({rows}) f
"""
_TENDERS = """
    SELECT f.is_cash, count(*) FILTER (WHERE f.kind = 'sale'),
           coalesce(sum(f.amount_minor) FILTER (WHERE f.kind = 'sale'), 0)::bigint,
           coalesce(sum(f.amount_minor) FILTER (WHERE f.kind = 'refund'), 0)::bigint
      FROM ({rows}) f GROUP BY 1 ORDER BY 1
"""
_CASH = """
    SELECT m.float_minor, m.paid_in_minor, m.paid_out_minor, s.sales, s.refunds, s.rounding
      FROM (SELECT coalesce(sum(amount_minor) FILTER (WHERE m.kind = 'float'), 0)::bigint
                       AS float_minor,
                   coalesce(sum(amount_minor) FILTER (WHERE m.kind = 'in'), 0)::bigint
                       AS paid_in_minor,
                   coalesce(sum(amount_minor) FILTER (WHERE m.kind = 'out'), 0)::bigint
                       AS paid_out_minor
              FROM {entries} e (id, kind) JOIN pos_cashmovement m
                ON e.kind = 'movement' AND m.id = e.id) m,
           (SELECT coalesce(sum(f.amount_minor + f.rounding_minor)
                                FILTER (WHERE f.kind = 'sale'), 0)::bigint AS sales,
                   coalesce(sum(f.amount_minor + f.rounding_minor)
                                FILTER (WHERE f.kind = 'refund'), 0)::bigint AS refunds,
                   coalesce(sum(CASE f.kind WHEN 'sale' THEN f.rounding_minor
                                            ELSE -f.rounding_minor END), 0)::bigint AS rounding
              FROM ({rows}) f WHERE f.is_cash) s
"""
# A line for each entry, in the order of ids: its kind, id, amount, rounding and way. Written
# with a closing named `z`; `check_books` writes it anew.
ENTRIES_HASH = """
    (SELECT encode(sha256(convert_to(coalesce(string_agg(
                concat_ws(' ', e.kind, e.id,
                          coalesce(r.amount_minor, m.amount_minor, c.amount_minor),
                          coalesce(r.rounding_minor, c.rounding_minor, 0),
                          coalesce(m.kind, c.status)),
                E'\\n' ORDER BY e.id), ''), 'UTF8')), 'hex')
       FROM pos_closingentry e
       LEFT JOIN pos_refund r ON e.kind = 'refund' AND r.id = e.id
       LEFT JOIN pos_cashmovement m ON e.kind = 'movement' AND m.id = e.id
       LEFT JOIN pos_charge c ON c.id = coalesce(r.charge_id, e.id)
      WHERE e.closing_id = z.id)
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries are added up: SQL that lists ids and kinds, and the facts that it names."""

    entries: str
    facts: Mapping[str, Any]

    @property
    def rows(self) -> str:
        """Return SQL that lists the sales and refunds, as `sum_rows` wants them."""
        return _ROWS.format(entries=self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a closing's columns say; all but counts are minor units."""

    sales_count: int
    sales_minor: int
    refunds_count: int
    refunds_minor: int
    tips_minor: int
    discounts_minor: int
    float_minor: int
    paid_in_minor: int
    paid_out_minor: int
    cash_sales_minor: int
    cash_refunds_minor: int
    rounding_minor: int

    @property
    def is_nothing(self) -> bool:
        """Return whether nothing was sold, given back or moved."""
        moved = self.float_minor or self.paid_in_minor or self.paid_out_minor
        return not (self.sales_count or self.refunds_count or moved)

    @property
    def expected_minor(self) -> int:
        """Return the cash that should be in the drawer."""
        put_in = self.float_minor + self.paid_in_minor + self.cash_sales_minor
        return put_in - self.paid_out_minor - self.cash_refunds_minor


def select_unclosed(terminal: Terminal, last: Closing | None) -> Selection:
    """Select what no closing of the till has counted; `last` is its latest one."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, _find_bounds(terminal, last))
        rows = cursor.fetchall()
    return Selection(
        _SEEN, {"ids": [row[0] for row in rows], "kinds": [row[1] for row in rows]}
    )


def take_entries(closing_id: UUID, *, terminal: Terminal, last: Closing | None) -> Selection:
    """Count in a closing what none has counted, by one statement; select what it took."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, _find_bounds(terminal, last) | {"closing": closing_id})
    return Selection(_CLOSED, {"closing": closing_id})


def hash_entries(closing_id: UUID) -> str:
    """Return the hash over each entry of a closing and its amount."""
    sql = f"SELECT {ENTRIES_HASH} FROM (SELECT %(closing)s::uuid AS id) z"  # noqa: S608  ours
    return str(_list_rows(sql, {"closing": closing_id})[0][0])


def read_totals(selection: Selection) -> Totals:
    """Count and add up the sales, refunds and cash."""
    (whole,) = _list_rows(_TOTALS.format(rows=selection.rows), selection.facts)
    sql = _CASH.format(rows=selection.rows, entries=selection.entries)
    (cash,) = _list_rows(sql, selection.facts)
    return Totals(
        sales_count=whole[0],
        sales_minor=whole[1],
        refunds_count=whole[2],
        refunds_minor=whole[3],
        tips_minor=whole[4],
        discounts_minor=whole[5],
        float_minor=cash[0],
        paid_in_minor=cash[1],
        paid_out_minor=cash[2],
        cash_sales_minor=cash[3],
        cash_refunds_minor=cash[4],
        rounding_minor=cash[5],
    )


def list_sums(selection: Selection, terminal: Terminal) -> list[ClosingSum]:
    """List the sums by tender, rate and cashier, and what waits for payment; unsaved."""
    return [
        *_number(_list_tenders(selection)),
        *_number(_list_rates(selection)),
        *_number(_list_cashiers(selection)),
        *_number(_list_open(terminal)),
    ]


def _list_tenders(selection: Selection) -> list[ClosingSum]:
    return [
        ClosingSum(
            kind=SumKind.TENDER,
            key="cash" if is_cash else "wallet",
            count=count,
            sold_minor=sold,
            refunded_minor=refunded,
        )
        for is_cash, count, sold, refunded in _list_rows(
            _TENDERS.format(rows=selection.rows), selection.facts
        )
    ]


def _list_rates(selection: Selection) -> list[ClosingSum]:
    rows = [row for row in _sum_by(By.VAT, selection) if row.key != str(TIPS)]
    if all(row.key is None for row in rows):
        return []
    rates = [
        _make(
            SumKind.VAT,
            row,
            label=write_percent(int(row.key)) if row.key else "",
            vat_minor=row.vat_minor if row.key else None,
        )
        for row in rows
    ]
    return sorted(rates, key=lambda each: -int(each.key or -1))


def _list_cashiers(selection: Selection) -> list[ClosingSum]:
    rows = _sum_by(By.CASHIER, selection)
    people = StaffMember.objects.filter(pk__in=[row.key for row in rows if row.key])
    names = {str(pk): name for pk, name in people.values_list("pk", "user__name")}
    sums = [_make(SumKind.CASHIER, row, label=names.get(row.key or "", "")) for row in rows]
    return sorted(sums, key=lambda each: (not each.key, each.label, each.key))


def _list_open(terminal: Terminal) -> list[ClosingSum]:
    return [
        ClosingSum(
            kind=SumKind.OPEN,
            key=str(charge.id),
            label=charge.short_code_grouped,
            count=1,
            sold_minor=charge.amount_minor,
            refunded_minor=0,
        )
        for charge in list_waiting(terminal, most=_OPEN_MAX)
    ]


def _sum_by(by: By, selection: Selection) -> list[Sums]:
    return sum_rows(by, selection.rows, dict(selection.facts))


def _make(kind: SumKind, row: Sums, **facts: Any) -> ClosingSum:
    return ClosingSum(
        kind=kind,
        key=row.key or "",
        count=row.units,
        sold_minor=row.sold_minor,
        refunded_minor=row.refunded_minor,
        **facts,
    )


def _number(sums: Sequence[ClosingSum]) -> Sequence[ClosingSum]:
    for position, each in enumerate(sums):
        each.position = position
    return sums


def _find_bounds(terminal: Terminal, last: Closing | None) -> dict[str, Any]:
    begin, nil = last.closed_at if last else None, UUID(int=0)
    open_for = 2 * timedelta(seconds=settings.CHARGE_LIFE_MAX_S)
    window = open_for + timedelta(days=settings.REFUND_WINDOW_DAYS)
    return {
        "till": terminal.id,
        "store": terminal.store_id,
        "first_sale": first_id_at(begin - open_for) if begin else nil,
        "first_refunded": first_id_at(begin - window) if begin else nil,
        "first_made": first_id_at(begin - _MADE_WITHIN) if begin else nil,
        "moved_since": begin - _MADE_WITHIN if begin else _EVER,
    }


def _list_rows(sql: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return list(cursor.fetchall())
