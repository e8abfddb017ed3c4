"""The invariants of tills' closings: none missing, none altered, none doubled, all add up."""

from ledger.invariants.books import Invariant
from ledger.invariants.scan_ranges import Pages
from pos.closing_sums import ENTRIES_HASH

_CLOSINGS = Pages("pos_closing", each=16)
_ALL = "SELECT count(*) FROM pos_closing z WHERE {part:z.ctid}"
_INSTANT = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
# As `pos/closing_hash.py` writes it.
_TEXT = f"""
    jsonb_build_array(
        'tessera-closing-1', z.id, z.terminal_id, z.store_id, z.number, z.cashier_id,
        z.currency, {_INSTANT.format("z.since")}, {_INSTANT.format("z.closed_at")},
        z.sales_count, z.sales_minor, z.refunds_count, z.refunds_minor, z.tips_minor,
        z.discounts_minor, z.all_sales_minor, z.all_refunds_minor, z.float_minor,
        z.paid_in_minor, z.paid_out_minor, z.cash_sales_minor, z.cash_refunds_minor,
        z.rounding_minor, z.counted_minor, z.difference_reason, z.entries_hash,
        z.previous_hash,
        (SELECT coalesce(jsonb_agg(jsonb_build_array(
                    s.kind, s.position, s.key, s.label, s.count, s.sold_minor,
                    s.refunded_minor, s.vat_minor)
                    ORDER BY s.kind COLLATE "C", s.position), '[]')
           FROM pos_closingsum s WHERE s.closing_id = z.id),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(k.unit_minor, k.pieces)
                    ORDER BY k.unit_minor), '[]')
           FROM pos_cashcount k WHERE k.closing_id = z.id))::text
"""  # noqa: S608  the names are ours
_HASH = f"encode(sha256(convert_to({_TEXT}, 'UTF8')), 'hex')"

INVARIANTS = (
    Invariant(
        claim="closings of a till are numbered from 1 on, without a gap, each once",
        counted="SELECT count(DISTINCT terminal_id) FROM pos_closing",
        offending="""
            SELECT terminal_id, count(*) || ' closings, numbered ' || min(number) || ' to '
                   || max(number)
              FROM pos_closing GROUP BY terminal_id
            HAVING min(number) <> 1 OR max(number) <> count(*)
                OR count(DISTINCT number) <> count(*)
        """,
    ),
    Invariant(
        claim="every closing is as it was made: its hash is of what it says",
        counted=_ALL,
        by=_CLOSINGS,
        offending=f"""
            SELECT z.id, 'number ' || z.number || ' was altered' FROM pos_closing z
             WHERE {{part:z.ctid}} AND z.hash <> {_HASH}
        """,  # noqa: S608  the names are ours
    ),
    Invariant(
        claim="every closing follows the one before, and so do its grand totals",
        counted=_ALL,
        by=_CLOSINGS,
        offending="""
            SELECT z.id, 'number ' || z.number || ' does not follow number ' || z.number - 1
              FROM pos_closing z
              LEFT JOIN pos_closing b
                ON b.terminal_id = z.terminal_id AND b.number = z.number - 1
             WHERE {part:z.ctid}
               AND (z.previous_hash, z.all_sales_minor, z.all_refunds_minor) IS DISTINCT FROM
                   (coalesce(b.hash, repeat('0', 64)),
                    coalesce(b.all_sales_minor, 0) + z.sales_minor,
                    coalesce(b.all_refunds_minor, 0) + z.refunds_minor)
        """,
    ),
    Invariant(
        claim="every closing's sums are those of the sales, refunds and cash that it counts",
        counted=_ALL,
        by=_CLOSINGS,
        offending=f"""
            SELECT z.id, z.sales_minor || ' sold, ' || z.refunds_minor
                   || ' refunded, the rows say ' || f.sold || ' and ' || f.refunded
              FROM pos_closing z
             CROSS JOIN LATERAL (
                SELECT count(c.id) AS sales, coalesce(sum(c.amount_minor), 0) AS sold,
                       count(r.id) AS refunds, coalesce(sum(r.amount_minor), 0) AS refunded,
                       count(*) AS entries, count(m.id) AS movements,
                       coalesce(sum(c.tip_minor), 0) - coalesce(sum(r.tip_minor), 0) AS tips,
                       coalesce(sum((SELECT sum(l.discount_minor) FROM pos_chargeline l
                                      WHERE l.charge_id = c.id)), 0) AS discounts,
                       coalesce(sum(c.amount_minor + c.rounding_minor)
                                    FILTER (WHERE c.status = 'cashed'), 0) AS cash_sold,
                       coalesce(sum(r.amount_minor + r.rounding_minor)
                                    FILTER (WHERE b.status = 'cashed'), 0) AS cash_refunded,
                       coalesce(sum(c.rounding_minor), 0)
                       - coalesce(sum(r.rounding_minor), 0) AS rounding,
                       coalesce(sum(m.amount_minor)
                                    FILTER (WHERE m.kind = 'float'), 0) AS begun,
                       coalesce(sum(m.amount_minor) FILTER (WHERE m.kind = 'in'), 0) AS put_in,
                       coalesce(sum(m.amount_minor) FILTER (WHERE m.kind = 'out'), 0) AS taken
                  FROM pos_closingentry e
                  LEFT JOIN pos_charge c ON e.kind = 'sale' AND c.id = e.id
                   AND c.status IN ('captured', 'cashed') AND c.terminal_id = z.terminal_id
                  LEFT JOIN pos_refund r ON e.kind = 'refund' AND r.id = e.id
                  LEFT JOIN pos_charge b ON b.id = r.charge_id
                  LEFT JOIN pos_cashmovement m ON e.kind = 'movement' AND m.id = e.id
                 WHERE e.closing_id = z.id) f
             WHERE {{part:z.ctid}}
               AND ((z.sales_count, z.sales_minor, z.refunds_count, z.refunds_minor,
                     z.tips_minor, z.discounts_minor, z.cash_sales_minor, z.cash_refunds_minor,
                     z.rounding_minor, z.float_minor, z.paid_in_minor, z.paid_out_minor)
                        <> (f.sales, f.sold, f.refunds, f.refunded, f.tips, f.discounts,
                            f.cash_sold, f.cash_refunded, f.rounding, f.begun, f.put_in,
                            f.taken)
                    OR f.entries <> f.sales + f.refunds + f.movements
                    OR z.entries_hash <> {ENTRIES_HASH})
        """,  # noqa: S608  the names are ours
    ),
    # Tips are at no rate. Where nothing has a rate, a closing has none.
    Invariant(
        claim="every closing's tenders and cashiers add up to its sales and refunds, and its"
        " rates of VAT to what is left of them without tips",
        counted=_ALL,
        by=_CLOSINGS,
        offending="""
            SELECT z.id, 'number ' || z.number || ' by ' || k.kind
              FROM pos_closing z CROSS JOIN (VALUES ('tender'), ('cashier'), ('vat')) k (kind)
             CROSS JOIN LATERAL (
                SELECT count(*) AS rows, coalesce(sum(s.sold_minor), 0) AS sold,
                       coalesce(sum(s.refunded_minor), 0) AS refunded
                  FROM pos_closingsum s
                 WHERE s.closing_id = z.id AND s.kind = k.kind) f
             WHERE {part:z.ctid}
               AND CASE WHEN k.kind <> 'vat'
                   THEN (z.sales_minor, z.refunds_minor) <> (f.sold, f.refunded)
                   ELSE f.rows > 0 AND f.sold - f.refunded
                                       <> z.sales_minor - z.refunds_minor - z.tips_minor END
        """,
    ),
    # A closing counts what had committed when it looked; what takes longer than an hour to
    # commit there is none.
    Invariant(
        claim="every sale of a till from before its last closing is in one closing",
        counted="""
            SELECT count(*) FROM pos_charge c
             WHERE {part:c.ctid} AND c.status IN ('captured', 'cashed')
               AND c.terminal_id IS NOT NULL
        """,
        by=Pages("pos_charge"),
        offending="""
            SELECT c.id, c.amount_minor || ' is in no closing of its till'
              FROM pos_charge c
             WHERE {part:c.ctid} AND c.status IN ('captured', 'cashed')
               AND c.captured_at < (SELECT max(z.closed_at) - interval '1 hour'
                                      FROM pos_closing z WHERE z.terminal_id = c.terminal_id)
               AND NOT EXISTS (SELECT FROM pos_closingentry e WHERE e.id = c.id)
        """,
    ),
    Invariant(
        claim="what was given back at a till, and the cash moved there, before its last closing"
        " is in one closing",
        counted="""
            SELECT (SELECT count(*) FROM pos_refund WHERE terminal_id IS NOT NULL)
                   + (SELECT count(*) FROM pos_cashmovement)
        """,
        offending="""
            SELECT made.id, made.amount_minor || ' is in no closing of its till'
              FROM (SELECT id, terminal_id, amount_minor, created_at FROM pos_refund
                     WHERE terminal_id IS NOT NULL
                     UNION ALL
                    SELECT id, terminal_id, amount_minor, created_at FROM pos_cashmovement) made
              JOIN (SELECT terminal_id, max(closed_at) - interval '1 hour' AS until
                      FROM pos_closing GROUP BY 1) last USING (terminal_id)
             WHERE made.created_at < last.until
               AND NOT EXISTS (SELECT FROM pos_closingentry e WHERE e.id = made.id)
        """,
    ),
)
