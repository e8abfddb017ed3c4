"""The invariants of settlements."""

from ledger.invariants.books import Invariant
from ledger.invariants.scan_ranges import Pages

_SETTLEMENTS = Pages("merchants_settlement", each=1)
_ALL_SETTLEMENTS = "SELECT count(*) FROM merchants_settlement s WHERE {part:s.ctid}"

INVARIANTS = (
    Invariant(
        claim="every settlement is the sum of its lines, and adds up",
        counted=_ALL_SETTLEMENTS,
        by=_SETTLEMENTS,
        offending="""
            SELECT s.id, s.sales_minor || ' sold, ' || s.refunds_minor || ' refunded, '
                   || s.fees_minor || ' in fees, but the lines say otherwise'
              FROM merchants_settlement s
              LEFT JOIN LATERAL (
                SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'sale'), 0) AS sold,
                       count(*) FILTER (WHERE kind = 'sale') AS sales,
                       coalesce(sum(amount_minor)
                           FILTER (WHERE kind = 'refund'), 0) AS returned,
                       count(*) FILTER (WHERE kind = 'refund') AS refunds,
                       coalesce(sum(fee_minor), 0) AS fees,
                       coalesce(sum(tip_minor) FILTER (WHERE kind = 'sale'), 0) AS tips,
                       coalesce(sum(tip_minor)
                           FILTER (WHERE kind = 'refund'), 0) AS returned_tips
                  FROM merchants_settlementline l WHERE l.settlement_id = s.id) lines ON true
             WHERE {part:s.ctid}
               AND ((s.sales_minor, s.sales_count,
                     s.refunds_minor, s.refunds_count, s.fees_minor,
                     s.tips_minor, s.refunded_tips_minor)
                    <> (lines.sold, lines.sales, lines.returned, lines.refunds, lines.fees,
                        lines.tips, lines.returned_tips)
                    OR s.closing_minor <> s.opening_minor + s.sales_minor - s.refunds_minor
                                          - s.fees_minor + s.adjusted_minor - s.payout_minor)
        """,
    ),
    Invariant(
        claim="every settlement opens with what the one before it closed with",
        counted=_ALL_SETTLEMENTS,
        by=_SETTLEMENTS,
        offending="""
            SELECT s.id, s.opening_minor || ' opening after ' || coalesce(p.closing_minor, 0)
              FROM merchants_settlement s
              LEFT JOIN merchants_settlement p ON p.balance_id = s.balance_id
                                              AND p.number = s.number - 1
             WHERE {part:s.ctid} AND s.opening_minor <> coalesce(p.closing_minor, 0)
        """,
    ),
    Invariant(
        claim="no settlement is closed beyond now, by the database's clock",
        counted="SELECT count(*) FROM merchants_merchantbalance",
        offending="""
            SELECT b.id, 'settled until ' || b.settled_until FROM merchants_merchantbalance b
             WHERE b.settled_until > clock_timestamp()
             UNION ALL
            SELECT s.id, 'closed at ' || s.closed_at FROM merchants_settlement s
             WHERE s.closed_at > clock_timestamp()
        """,
    ),
    Invariant(
        claim="what the ledger owes a merchant is what settlements say, less what was paid out,"
        " and what was adjusted since",
        counted="SELECT count(*) FROM merchants_merchantbalance",
        offending="""
            SELECT b.id, ledger_sum_balance(b.payable_account_id)
                   || ' payable, settlements and payouts say '
                   || owed.minor - paid.minor + adjusted.minor
              FROM merchants_merchantbalance b
             CROSS JOIN LATERAL (
                SELECT coalesce(sum(payout_minor), 0) + coalesce(
                           (array_agg(closing_minor ORDER BY number DESC))[1], 0) AS minor,
                       coalesce(sum(adjusted_minor), 0) AS adjusted
                  FROM merchants_settlement WHERE balance_id = b.id) owed
             CROSS JOIN LATERAL (
                SELECT coalesce(sum(amount_minor), 0) AS minor FROM banking_order
                 WHERE source_account_id = b.payable_account_id
                   AND status IN ('sent', 'accepted', 'unknown', 'booked')) paid
             CROSS JOIN LATERAL (
                SELECT coalesce(sum(CASE j.credit_account_id
                                         WHEN b.payable_account_id THEN j.moved_minor
                                         ELSE -j.moved_minor END), 0) - owed.adjusted AS minor
                  FROM banking_adjustment j
                 WHERE b.payable_account_id IN (j.debit_account_id, j.credit_account_id)
                ) adjusted
             WHERE ledger_sum_balance(b.payable_account_id)
                   <> owed.minor - paid.minor + adjusted.minor
        """,
    ),
    Invariant(
        claim="every payout's order is of its settlement's amount, and of its merchant's money",
        counted="SELECT count(*) FROM banking_order o"
        " WHERE {part:o.ctid} AND o.kind = 'payout'",
        by=Pages("banking_order"),
        offending="""
            SELECT o.id, o.amount_minor || ' ordered, ' || coalesce(s.payout_minor, 0)
                   || ' to be paid out'
              FROM banking_order o
              LEFT JOIN merchants_settlement s ON s.id = o.subject
              LEFT JOIN merchants_merchantbalance b ON b.id = s.balance_id
             WHERE {part:o.ctid} AND o.kind = 'payout'
               AND (o.amount_minor, o.currency, o.source_account_id)
                   IS DISTINCT FROM (s.payout_minor, s.currency, b.payable_account_id)
        """,
    ),
    Invariant(
        claim="a store's takings account holds exactly its lines that are not settled",
        counted="SELECT count(*) FROM merchants_store",
        offending="""
            SELECT s.id, ledger_sum_balance(s.takings_account_id) || ' in takings, lines say '
                   || coalesce(open.minor, 0)
              FROM merchants_store s
              LEFT JOIN (
                SELECT store_id, sum(CASE kind WHEN 'sale' THEN amount_minor
                                               ELSE -amount_minor END) AS minor
                  FROM merchants_settlementline
                 WHERE settlement_id IS NULL AND NOT is_receivable
                 GROUP BY store_id) open ON open.store_id = s.id
             WHERE ledger_sum_balance(s.takings_account_id) <> coalesce(open.minor, 0)
        """,
    ),
    Invariant(
        claim="every fee invoice is what the ledger took from its shop in fees that month",
        counted="SELECT count(*) FROM merchants_feeinvoice i WHERE {part:i.ctid}",
        by=Pages("merchants_feeinvoice", each=1),
        offending="""
            SELECT i.id, i.total_minor || ' billed, the ledger says ' || taken.minor
              FROM merchants_feeinvoice i
              JOIN merchants_merchantbalance b ON b.id = i.balance_id
             CROSS JOIN LATERAL (
                SELECT coalesce(sum(CASE t.debit_account_id WHEN b.payable_account_id
                                         THEN t.amount_minor ELSE -t.amount_minor END), 0)
                       AS minor
                  FROM ledger_transfer t
                  JOIN ledger_account d ON d.id = t.debit_account_id
                  JOIN ledger_account c ON c.id = t.credit_account_id
                 WHERE t.phase IN ('single', 'post')
                   AND t.posted_at >= i.since AND t.posted_at < i.until
                   AND (t.debit_account_id = b.payable_account_id AND c.kind = 'fee_income'
                     OR t.credit_account_id = b.payable_account_id AND d.kind = 'fee_income')
                ) taken
             WHERE {part:i.ctid} AND i.total_minor <> taken.minor
        """,
    ),
    Invariant(
        claim="fee invoices of a year are numbered from 1 on, without a gap",
        counted="SELECT count(*) FROM merchants_invoicenumber",
        offending="""
            SELECT '00000000-0000-0000-0000-000000000000'::uuid,
                   coalesce(n.year, i.year) || ': ' || coalesce(n.last, 0)
                   || ' numbers taken, ' || coalesce(i.count, 0) || ' invoices'
              FROM merchants_invoicenumber n
              FULL JOIN (SELECT year, count(*) AS count, min(number) AS first,
                                max(number) AS last
                           FROM merchants_feeinvoice GROUP BY year) i ON i.year = n.year
             WHERE (n.last, n.last, 1) IS DISTINCT FROM (i.count, i.last, i.first)
        """,
    ),
)
