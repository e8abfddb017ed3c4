"""Sub-totals of a settlement by day, store, till, cashier and method, at once; then by VAT."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from merchants.models import Settlement
from merchants.reports.subtotals import Part, Subtotal, Subtotals
from pos.methods import METHOD_SQL
from pos.vat_sums import read_rate_sums

# `grouping` has a bit for each fact that a row does not keep apart.
_PARTS = {
    "day": 0b01111,
    "store": 0b10111,
    "till": 0b10011,
    "cashier": 0b11101,
    "method": 0b11110,
}
_TOTAL = 0b11111
# A refund is of the till and the cashier who made it, and of the method of its sale.
_SUM_UP = f"""
    WITH made AS (
        SELECT (l.at AT TIME ZONE %(zone)s)::date AS day, l.store_id,
               CASE l.kind WHEN 'sale' THEN c.terminal_id ELSE r.terminal_id END
                   AS terminal_id,
               CASE l.kind WHEN 'sale' THEN c.cashier_id ELSE r.cashier_id END
                   AS cashier_id,
               {METHOD_SQL} AS method,
               l.kind = 'sale' AS is_sale, l.amount_minor, l.fee_minor
          FROM merchants_settlementline l
          LEFT JOIN pos_charge c ON c.id = l.charge_id
          LEFT JOIN pos_refund r ON r.id = l.id AND l.kind = 'refund'
          LEFT JOIN pos_collection k
                 ON k.charge_id = c.id AND k.payer_account_id = c.payer_account_id
         WHERE l.settlement_id = %(settlement)s
    ), summed AS (
        SELECT grouping(day, store_id, terminal_id, cashier_id, method) AS merged,
               day, store_id, terminal_id, cashier_id, method,
               count(*) FILTER (WHERE is_sale) AS sales_count,
               coalesce(sum(amount_minor) FILTER (WHERE is_sale), 0)::bigint AS sales,
               count(*) FILTER (WHERE NOT is_sale) AS refunds_count,
               coalesce(sum(amount_minor) FILTER (WHERE NOT is_sale), 0)::bigint AS refunds,
               coalesce(sum(fee_minor), 0)::bigint AS fees
          FROM made
         GROUP BY GROUPING SETS ((day), (store_id), (store_id, terminal_id), (cashier_id),
                                 (method), ())
    )
    SELECT s.merged, s.day, coalesce(store.name, ''), coalesce(till.name, ''),
           coalesce(person.name, ''), coalesce(s.method, ''),
           s.sales_count, s.sales, s.refunds_count, s.refunds, s.fees
      FROM summed s
      LEFT JOIN merchants_store store ON store.id = s.store_id
      LEFT JOIN pos_terminal till ON till.id = s.terminal_id
      LEFT JOIN merchants_staffmember member ON member.id = s.cashier_id
      LEFT JOIN identity_user person ON person.id = member.user_id
     ORDER BY s.day, store.name, till.name, person.name, s.store_id, s.terminal_id,
              s.cashier_id, s.method
"""  # noqa: S608  the method's words are ours


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
    day, store, till, cashier, method, *sums = row
    sales_count, sales, refunds_count, refunds, fees = sums
    return Subtotal(
        day=day,
        store=store,
        till=till,
        cashier=cashier,
        method=method,
        sales_count=sales_count,
        sales_minor=sales,
        refunds_count=refunds_count,
        refunds_minor=refunds,
        fees_minor=fees,
    )
