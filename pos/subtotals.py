"""Sub-totals of a settlement by day, store, till and cashier, by one statement; then by VAT."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from merchants.models import Settlement
from merchants.reports.subtotals import Part, Subtotal, Subtotals
from pos.vat_sums import read_rate_sums

# `grouping` has a bit for each fact that a row does not keep apart.
_PARTS = {"day": 0b0111, "store": 0b1011, "till": 0b1001, "cashier": 0b1110}
_TOTAL = 0b1111
_SUM_UP = """
    WITH made AS (
        SELECT (l.at AT TIME ZONE %(zone)s)::date AS day, l.store_id,
               coalesce(c.terminal_id, r.terminal_id) AS terminal_id,
               coalesce(c.cashier_id, r.cashier_id) AS cashier_id,
               l.kind = 'sale' AS is_sale, l.amount_minor, l.fee_minor
          FROM merchants_settlementline l
          LEFT JOIN pos_charge c ON c.id = l.id AND l.kind = 'sale'
          LEFT JOIN pos_refund r ON r.id = l.id AND l.kind = 'refund'
         WHERE l.settlement_id = %(settlement)s
    ), summed AS (
        SELECT grouping(day, store_id, terminal_id, cashier_id) AS merged,
               day, store_id, terminal_id, cashier_id,
               count(*) FILTER (WHERE is_sale) AS sales_count,
               coalesce(sum(amount_minor) FILTER (WHERE is_sale), 0)::bigint AS sales,
               count(*) FILTER (WHERE NOT is_sale) AS refunds_count,
               coalesce(sum(amount_minor) FILTER (WHERE NOT is_sale), 0)::bigint AS refunds,
               coalesce(sum(fee_minor), 0)::bigint AS fees
          FROM made
         GROUP BY GROUPING SETS ((day), (store_id), (store_id, terminal_id), (cashier_id), ())
    )
    SELECT s.merged, s.day, coalesce(store.name, ''), coalesce(till.name, ''),
           coalesce(person.name, ''),
           s.sales_count, s.sales, s.refunds_count, s.refunds, s.fees
      FROM summed s
      LEFT JOIN merchants_store store ON store.id = s.store_id
      LEFT JOIN pos_terminal till ON till.id = s.terminal_id
      LEFT JOIN merchants_staffmember member ON member.id = s.cashier_id
      LEFT JOIN identity_user person ON person.id = member.user_id
     ORDER BY s.day, store.name, till.name, person.name, s.store_id, s.terminal_id,
              s.cashier_id
"""


def read_subtotals(settlement: Settlement) -> Subtotals:
    """Add up a settlement's lines in each way; its balance's merchant must be loaded.

    Days are those of the shop's time zone. A till that was moved is a row for each store.
    """
    facts: dict[str, Any] = {
        "settlement": settlement.id,
        "zone": settlement.balance.merchant.time_zone,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # A million lines take some seconds.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_SUM_UP, facts)
        rows = [(merged, _read(row)) for merged, *row in cursor.fetchall()]
    by_key = {
        key: [each for merged, each in rows if merged == bits] for key, bits in _PARTS.items()
    }
    (total,) = (each for merged, each in rows if merged == _TOTAL)
    parts = [Part(key, each) for key, each in by_key.items()]
    return Subtotals(total, parts, read_rate_sums(settlement))


def _read(row: Sequence[Any]) -> Subtotal:
    day, store, till, cashier, sales_count, sales, refunds_count, refunds, fees = row
    return Subtotal(
        day=day,
        store=store,
        till=till,
        cashier=cashier,
        sales_count=sales_count,
        sales_minor=sales,
        refunds_count=refunds_count,
        refunds_minor=refunds,
        fees_minor=fees,
    )
