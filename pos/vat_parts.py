"""Every document's parts by rate of VAT, as one fragment of SQL that all sums are made from."""

# The part of a document that is its tip. It has no VAT, and is no turnover.
TIPS = -1
# What comes before is `WITH seen AS (...)`: settlement lines with id, kind, charge_id,
# amount_minor, tip_minor and fee_minor. `part` is theirs by rate; a refund's was written with
# it. A fee is parted by prices, each part rounded where it ends, so that parts add up to it.
PARTS = f"""
    , rated AS (
        SELECT f.id, CASE WHEN k.charge_id IS NULL THEN c.vat_bps ELSE k.vat_bps END AS vat_bps,
               sum(coalesce(k.quantity, 1)) AS units,
               sum(coalesce(k.quantity * k.unit_price_minor - k.discount_minor
                            + k.added_vat_minor, f.amount_minor - f.tip_minor)) AS minor,
               CASE WHEN bool_or(c.vat_is_added) THEN sum(k.added_vat_minor) END AS vat_minor
          FROM seen f
          JOIN pos_charge c ON c.id = f.charge_id
          LEFT JOIN pos_chargeline k ON k.charge_id = c.id
         WHERE f.kind = 'sale'
         GROUP BY 1, 2
         UNION ALL
        SELECT f.id, v.vat_bps, 0, v.gross_minor, v.vat_minor
          FROM seen f JOIN pos_refundvat v ON v.refund_id = f.id
         WHERE f.kind = 'refund'
         UNION ALL
        SELECT f.id, NULL, 0, f.amount_minor - f.tip_minor - coalesce(sum(v.gross_minor), 0), 0
          FROM seen f LEFT JOIN pos_refundvat v ON v.refund_id = f.id
         WHERE f.kind = 'refund'
         GROUP BY f.id, f.amount_minor, f.tip_minor
        HAVING f.amount_minor - f.tip_minor > coalesce(sum(v.gross_minor), 0)
         UNION ALL
        SELECT f.id, {TIPS}, 0, f.tip_minor, 0 FROM seen f WHERE f.tip_minor > 0
    ), placed AS (
        SELECT f.*, r.vat_bps, r.units, r.minor,
               CASE WHEN r.vat_bps > 0 THEN coalesce(
                   r.vat_minor,
                   div(2 * r.minor * r.vat_bps + 10000 + r.vat_bps, 2 * (10000 + r.vat_bps)))
               ELSE 0 END AS vat_minor,
               sum(r.minor) OVER (PARTITION BY f.id ORDER BY r.vat_bps) AS upto
          FROM rated r JOIN seen f ON f.id = r.id
    ), part AS (
        SELECT *,
               div(2 * fee_minor * upto + amount_minor, 2 * amount_minor)
               - div(2 * fee_minor * (upto - minor) + amount_minor, 2 * amount_minor)
               AS part_fee_minor
          FROM placed
    )
"""  # noqa: S608  the number is ours
