"""The invariants of payments."""

from ledger.invariants.books import Invariant
from ledger.invariants.scan_ranges import Pages

INVARIANTS = (
    Invariant(
        claim="every captured charge has one payment, of its amount, from its payer",
        counted="SELECT count(*) FROM pos_charge c"
        " WHERE {part:c.ctid} AND c.status = 'captured'",
        by=Pages("pos_charge"),
        offending="""
            SELECT c.id, c.amount_minor || ' captured, ' || count(p.id) || ' payments of '
                   || coalesce(sum(p.amount_minor), 0)
              FROM pos_charge c
              LEFT JOIN wallet_payment p ON p.charge_id = c.id
              LEFT JOIN wallet_wallet w ON w.id = p.wallet_id
             WHERE {part:c.ctid} AND c.status = 'captured'
             GROUP BY c.id
            HAVING count(p.id) <> 1
                OR bool_or(p.amount_minor <> c.amount_minor OR p.currency <> c.currency
                           OR w.account_id IS DISTINCT FROM c.payer_account_id
                           -- Opened at a counter code, within that wallet's cap of the day.
                           OR c.counter_code_id IS NOT NULL AND p.wallet_id <> c.principal_id)
        """,
    ),
    Invariant(
        claim="every payment is of a captured charge",
        counted="SELECT count(*) FROM wallet_payment p WHERE {part:p.ctid}",
        by=Pages("wallet_payment"),
        offending="""
            SELECT p.id, p.amount_minor || ' ' || p.currency FROM wallet_payment p
              LEFT JOIN pos_charge c ON c.id = p.charge_id AND c.status = 'captured'
             WHERE {part:p.ctid} AND c.id IS NULL
        """,
    ),
    Invariant(
        claim="every wallet holds what came in and its refunds, less payments, redemptions"
        " and what was adjusted",
        counted="SELECT count(*) FROM wallet_wallet w WHERE {part:w.ctid}",
        by=Pages("wallet_wallet"),
        offending="""
            SELECT w.id, a.balance_minor || ' held, ' || moved.minor || ' moved'
              FROM wallet_wallet w
              JOIN ledger_account a ON a.id = w.account_id
             CROSS JOIN LATERAL (
                SELECT (SELECT coalesce(sum(t.amount_minor), 0) FROM ledger_transfer t
                         WHERE t.credit_account_id = w.account_id
                           AND t.kind IN ('top_up', 'credit', 'adjust')
                           AND t.phase IN ('single', 'post'))
                     - (SELECT coalesce(sum(t.amount_minor), 0) FROM ledger_transfer t
                         WHERE t.debit_account_id = w.account_id AND t.kind = 'adjust')
                     - (SELECT coalesce(sum(o.amount_minor), 0) FROM banking_order o
                         WHERE o.source_account_id = w.account_id
                           AND o.status IN ('sent', 'accepted', 'unknown', 'booked'))
                     - (SELECT coalesce(sum(p.amount_minor), 0) FROM wallet_payment p
                         WHERE p.wallet_id = w.id)
                     + (SELECT coalesce(sum(f.amount_minor), 0) FROM wallet_payment p
                          JOIN pos_refund f ON f.charge_id = p.charge_id
                         WHERE p.wallet_id = w.id) AS minor) moved
             WHERE {part:w.ctid} AND a.balance_minor <> moved.minor
        """,
    ),
    Invariant(
        claim="every wallet's running total of what it paid is the sum of its payments",
        counted="SELECT count(*) FROM wallet_wallet w WHERE {part:w.ctid}",
        by=Pages("wallet_wallet"),
        offending="""
            SELECT w.id, w.paid_minor || ' in all, ' || paid.minor || ' paid, '
                   || paid.wrong || ' wrong totals'
              FROM wallet_wallet w
             CROSS JOIN LATERAL (
                SELECT coalesce(sum(p.amount_minor), 0) AS minor,
                       count(*) FILTER (WHERE p.paid_total_minor <> p.summed) AS wrong
                  FROM (SELECT amount_minor, paid_total_minor,
                               sum(amount_minor) OVER (ORDER BY paid_total_minor) AS summed
                          FROM wallet_payment WHERE wallet_id = w.id) p) paid
             WHERE {part:w.ctid} AND (w.paid_minor <> paid.minor OR paid.wrong > 0)
        """,
    ),
)
