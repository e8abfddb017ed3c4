"""A settlement's sales, refunds and fees by the rate of VAT that sold items had, in one go."""

from django.db import connection, transaction

from merchants.models import Settlement
from merchants.reports.subtotals import RateSum
from pos.vat import take_out_vat

# A sale is parted by the prices of its items, and so are its fee and its refunds, each rounded
# where it ends: pieces add up to the whole. A refund begins where the refunds before it ended,
# so that those of a whole sale give back each rate's own part. Without items it is one piece.
_SUM_UP = """
    WITH piece AS (
        SELECT l.kind = 'sale' AS is_sale, l.amount_minor, l.fee_minor, k.vat_bps,
               coalesce(
                   (SELECT sum(r.amount_minor) FROM pos_refund r
                     WHERE l.kind = 'refund' AND r.charge_id = l.charge_id AND r.id < l.id),
                   0) AS earlier,
               coalesce(k.paid_minor, 1) AS price,
               coalesce(sum(k.paid_minor) OVER (PARTITION BY l.id ORDER BY k.position), 1)
               AS upto,
               coalesce(sum(k.paid_minor) OVER (PARTITION BY l.id), 1) AS whole
          FROM merchants_settlementline l
          LEFT JOIN (
              SELECT *, quantity * unit_price_minor - discount_minor AS paid_minor
                FROM pos_chargeline) k ON k.charge_id = l.charge_id
         WHERE l.settlement_id = %s
    ), part AS (
        SELECT is_sale, vat_bps,
               div(2 * (earlier + amount_minor) * upto + whole, 2 * whole)
               - div(2 * (earlier + amount_minor) * (upto - price) + whole, 2 * whole)
               - div(2 * earlier * upto + whole, 2 * whole)
               + div(2 * earlier * (upto - price) + whole, 2 * whole) AS minor,
               div(2 * fee_minor * upto + whole, 2 * whole)
               - div(2 * fee_minor * (upto - price) + whole, 2 * whole) AS fee_minor
          FROM piece
    )
    SELECT vat_bps,
           coalesce(sum(minor) FILTER (WHERE is_sale), 0)::bigint,
           coalesce(sum(minor) FILTER (WHERE NOT is_sale), 0)::bigint,
           sum(fee_minor)::bigint
      FROM part GROUP BY vat_bps ORDER BY vat_bps DESC NULLS LAST
"""


def read_rate_sums(settlement: Settlement) -> list[RateSum]:
    """Add up a settlement's lines by rate; empty if no item in it had a rate.

    What was sold without items, and items without a rate, are a row of their own.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_SUM_UP, [settlement.id])
        rows = cursor.fetchall()
    if all(rate is None for rate, *_ in rows):
        return []
    return [
        RateSum(
            rate_bps=rate,
            sales_minor=sales,
            refunds_minor=refunds,
            fees_minor=fees,
            vat_minor=0 if rate is None else take_out_vat(sales - refunds, rate),
        )
        for rate, sales, refunds, fees in rows
    ]
