"""A settlement's sales, refunds, fees and VAT by rate, and its tips, in one go."""

from django.db import connection, transaction

from merchants.models import Settlement
from merchants.reports.subtotals import RateSum
from pos.vat_parts import PARTS, TIPS

_SUM_UP = f"""
    WITH seen AS (
        SELECT id, kind, charge_id, amount_minor, tip_minor, fee_minor
          FROM merchants_settlementline WHERE settlement_id = %s
    )
    {PARTS}
    SELECT vat_bps,
           coalesce(sum(minor) FILTER (WHERE kind = 'sale'), 0)::bigint,
           coalesce(sum(minor) FILTER (WHERE kind = 'refund'), 0)::bigint,
           sum(part_fee_minor)::bigint,
           sum(CASE kind WHEN 'sale' THEN vat_minor ELSE -vat_minor END)::bigint
      FROM part GROUP BY vat_bps
     ORDER BY coalesce(vat_bps, {TIPS} + 0.5) DESC
"""  # noqa: S608  the fragment is ours


def read_rate_sums(settlement: Settlement) -> list[RateSum]:
    """Add up a settlement's lines by rate; empty if nothing in it had a rate, or was a tip.

    The VAT is that of its documents. What has no rate is a row of its own, and so are tips.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_SUM_UP, [settlement.id])
        rows = cursor.fetchall()
    if all(rate is None for rate, *_ in rows):
        return []
    return [
        RateSum(
            rate_bps=None if rate == TIPS else rate,
            is_tips=rate == TIPS,
            sales_minor=sales,
            refunds_minor=refunds,
            fees_minor=fees,
            vat_minor=vat,
        )
        for rate, sales, refunds, fees, vat in rows
    ]
