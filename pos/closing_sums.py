"""Select and add up what belongs in a till's closing.

The same sums are of what no closing has counted yet (an X report), and of a closing's entries.
A sale counts at the till that made it; a refund at its own till, or, made elsewhere, at the
sale's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
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
from pos.vat import take_out_vat

# A refund is made within moments; more would be a fault of the clocks.
_REFUND_LASTS = timedelta(hours=1)
# A till that waits for more payments at once is none that people sell at.
_OPEN_MAX = 1000
_ROW = "NULL::uuid AS balance_id, 0::bigint AS fee_minor"
# What a closing before has left out was not paid by then, and no charge lives longer.
_UNCLOSED = f"""
    SELECT c.id, 'sale' AS kind, c.id AS charge_id, c.amount_minor, c.captured_at AS at, {_ROW}
      FROM pos_charge c
     WHERE c.terminal_id = %(till)s AND c.store_id = %(store)s AND c.id >= %(first_sale)s
       AND c.status = 'captured'
       AND NOT EXISTS (SELECT FROM pos_closingentry e WHERE e.id = c.id)
    UNION ALL
    SELECT r.id, 'refund', c.id, r.amount_minor, r.created_at, {_ROW}
      FROM pos_charge c JOIN pos_refund r ON r.charge_id = c.id
     WHERE c.store_id = %(store)s AND c.refunded_minor > 0 AND c.id >= %(first_refunded)s
       AND coalesce(r.terminal_id, c.terminal_id) = %(till)s AND r.id >= %(first_refund)s
       AND NOT EXISTS (SELECT FROM pos_closingentry e WHERE e.id = r.id)
"""  # noqa: S608  the names are ours
_NAMED = f"""
    SELECT e.id, e.kind, coalesce(r.charge_id, c.id) AS charge_id,
           coalesce(r.amount_minor, c.amount_minor) AS amount_minor,
           coalesce(r.created_at, c.captured_at) AS at, {_ROW}
      FROM {{entries}}
      LEFT JOIN pos_charge c ON e.kind = 'sale' AND c.id = e.id
      LEFT JOIN pos_refund r ON e.kind = 'refund' AND r.id = e.id
     WHERE {{which}}
"""  # noqa: S608  the names are ours
_CLOSED = _NAMED.format(entries="pos_closingentry e", which="e.closing_id = %(closing)s")
# What an X report adds up by several statements, while sales go on.
_SEEN = _NAMED.format(
    entries="unnest(%(ids)s::uuid[], %(kinds)s::text[]) AS e (id, kind)", which="true"
)
_LOOK = f"SELECT f.id, f.kind FROM ({_UNCLOSED}) f"  # noqa: S608  the names are ours
_TAKE = f"""
    INSERT INTO pos_closingentry (id, closing_id, kind)
    SELECT f.id, %(closing)s, f.kind FROM ({_UNCLOSED}) f
"""  # noqa: S608  the names are ours
_TOTALS = """
    SELECT count(*) FILTER (WHERE f.kind = 'sale'),
           coalesce(sum(f.amount_minor) FILTER (WHERE f.kind = 'sale'), 0)::bigint,
           count(*) FILTER (WHERE f.kind = 'refund'),
           coalesce(sum(f.amount_minor) FILTER (WHERE f.kind = 'refund'), 0)::bigint
      FROM ({rows}) f
"""
# Of the text that names each entry and its amount, a line each, in the order of ids.
_ENTRIES_HASH = f"""
    SELECT encode(sha256(convert_to(coalesce(string_agg(
               concat_ws(' ', f.kind, f.id, f.amount_minor), E'\\n' ORDER BY f.id), ''),
               'UTF8')), 'hex')
      FROM ({_CLOSED}) f
"""  # noqa: S608  the names are ours


@dataclass(frozen=True, slots=True)
class Selection:
    """Which sales and refunds are added up: rows of SQL, and the facts that it names."""

    rows: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many sales and refunds there are, and their sums in minor units."""

    sales_count: int
    sales_minor: int
    refunds_count: int
    refunds_minor: int


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


def hash_entries(taken: Selection) -> str:
    """Return the hash over each entry of a closing and its amount."""
    return str(_read_row(_ENTRIES_HASH, taken.facts)[0])


def read_totals(selection: Selection) -> Totals:
    """Count and add up the sales and refunds."""
    row = _read_row(_TOTALS.format(rows=selection.rows), selection.facts)
    return Totals(
        sales_count=row[0], sales_minor=row[1], refunds_count=row[2], refunds_minor=row[3]
    )


def list_sums(selection: Selection, terminal: Terminal) -> list[ClosingSum]:
    """List the sums by tender, rate and cashier, and what waits for payment; unsaved."""
    whole = read_totals(selection)
    tenders = [
        _make(
            SumKind.TENDER,
            key="wallet",
            count=whole.sales_count,
            sold_minor=whole.sales_minor,
            refunded_minor=whole.refunds_minor,
        )
    ]
    return [
        *_number(tenders if whole.sales_count or whole.refunds_count else []),
        *_number(_list_rates(selection)),
        *_number(_list_cashiers(selection)),
        *_number(_list_open(terminal)),
    ]


def _list_rates(selection: Selection) -> list[ClosingSum]:
    rows = _sum_by(By.VAT, selection)
    if all(row.key is None for row in rows):
        return []
    rates = [
        _make_of(
            SumKind.VAT,
            row,
            label=write_percent(int(row.key)) if row.key else "",
            vat_minor=take_out_vat(row.sold_minor - row.refunded_minor, int(row.key))
            if row.key
            else None,
        )
        for row in rows
    ]
    return sorted(rates, key=lambda each: -int(each.key or -1))


def _list_cashiers(selection: Selection) -> list[ClosingSum]:
    rows = _sum_by(By.CASHIER, selection)
    people = StaffMember.objects.filter(pk__in=[row.key for row in rows if row.key])
    names = {str(pk): name for pk, name in people.values_list("pk", "user__name")}
    sums = [_make_of(SumKind.CASHIER, row, label=names.get(row.key or "", "")) for row in rows]
    return sorted(sums, key=lambda each: (not each.key, each.label, each.key))


def _list_open(terminal: Terminal) -> list[ClosingSum]:
    return [
        _make(
            SumKind.OPEN,
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


def _make_of(kind: SumKind, row: Sums, **facts: Any) -> ClosingSum:
    return _make(
        kind,
        key=row.key or "",
        count=row.units,
        sold_minor=row.sold_minor,
        refunded_minor=row.refunded_minor,
        **facts,
    )


def _make(kind: SumKind, **facts: Any) -> ClosingSum:
    return ClosingSum(kind=kind, **facts)


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
        "first_refund": first_id_at(begin - _REFUND_LASTS) if begin else nil,
    }


def _read_row(sql: str, facts: Mapping[str, Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        row: tuple[Any, ...] = cursor.fetchone()
    return row
