"""The invariants of orders: what is on its way to the bank, and what is held for it."""

from ledger.invariants.books import Invariant
from ledger.invariants.scan_ranges import Pages

INVARIANTS = (
    Invariant(
        claim="what is in transit is the orders that are out, in every currency",
        counted="SELECT count(*) FROM ledger_account WHERE kind = 'transit'",
        offending="""
            SELECT a.id, ledger_sum_balance(a.id) || ' in transit, orders say '
                   || coalesce(out.minor, 0)
              FROM ledger_account a
              LEFT JOIN (
                SELECT currency, sum(amount_minor) AS minor FROM banking_order
                 WHERE status IN ('sent', 'accepted', 'unknown')
                 GROUP BY currency) out ON out.currency = a.currency
             WHERE a.kind = 'transit' AND ledger_sum_balance(a.id) <> coalesce(out.minor, 0)
        """,
    ),
    Invariant(
        claim="an order's money has left its account exactly if the order was sent",
        counted="SELECT count(*) FROM banking_order o WHERE {part:o.ctid}",
        by=Pages("banking_order"),
        offending="""
            SELECT o.id, o.kind || ' ' || o.status || ', ' || coalesce(t.phase, 'no') || ' and '
                   || coalesce(e.phase, 'no') || ' transfer'
              FROM banking_order o
              LEFT JOIN ledger_transfer t ON t.id = o.id
              LEFT JOIN ledger_transfer e ON e.pending_id = o.id
             WHERE {part:o.ctid}
               AND (t.id IS NOT NULL
                    AND (t.amount_minor <> o.amount_minor OR t.currency <> o.currency
                         OR t.debit_account_id <> o.source_account_id)
                    OR (o.kind, coalesce(t.phase, ''), coalesce(e.phase, ''))
                       NOT IN (
                        SELECT * FROM (VALUES
                            ('redemption', 'pending',
                             CASE o.status WHEN 'pending' THEN '' WHEN 'canceled' THEN 'void'
                                           ELSE 'post' END),
                            ('payout', CASE WHEN o.status IN ('pending', 'canceled') THEN ''
                                            ELSE 'single' END, ''),
                            ('send_back', CASE WHEN o.status IN ('pending', 'canceled') THEN ''
                                               ELSE 'single' END, '')) allowed))
        """,
    ),
    Invariant(
        claim="what is held for the bank is the redemptions that wait",
        counted="SELECT count(*) FROM banking_order WHERE kind = 'redemption'"
        " AND status = 'pending'",
        offending="""
            SELECT coalesce(h.pending_id, o.id), coalesce(h.amount_minor, 0) || ' held, '
                   || coalesce(o.amount_minor, 0) || ' requested'
              FROM (SELECT h.* FROM ledger_hold h
                      JOIN ledger_account a ON a.id = h.credit_account_id
                     WHERE a.kind = 'transit') h
              FULL JOIN (SELECT * FROM banking_order
                          WHERE kind = 'redemption' AND status = 'pending') o
                ON o.id = h.pending_id
             WHERE h.amount_minor IS DISTINCT FROM o.amount_minor
        """,
    ),
    Invariant(
        claim="what was booked, bounced and returned is the orders of that state",
        counted="SELECT count(*) FROM ledger_account WHERE kind = 'transit'",
        offending="""
            SELECT a.id, said.kind || ': ' || coalesce(moved.minor, 0) || ' moved, orders say '
                   || coalesce(said.minor, 0)
              FROM ledger_account a
             CROSS JOIN LATERAL (
                SELECT kind, (SELECT sum(amount_minor) FROM banking_order o
                               WHERE o.currency = a.currency AND o.status = ANY (states))
                       AS minor
                  FROM (VALUES ('book', ARRAY['booked', 'returned']),
                               ('bounce', ARRAY['refused']),
                               ('return', ARRAY['returned'])) events (kind, states)) said
              LEFT JOIN ledger_account bank ON bank.kind = 'safeguard'
                                           AND bank.currency = a.currency
              LEFT JOIN LATERAL (
                SELECT sum(t.amount_minor) AS minor FROM ledger_transfer t
                 WHERE t.debit_account_id = CASE said.kind WHEN 'return' THEN bank.id
                                                           ELSE a.id END
                   AND t.kind = said.kind AND t.phase IN ('single', 'post')) moved ON true
             WHERE a.kind = 'transit' AND coalesce(moved.minor, 0) <> coalesce(said.minor, 0)
        """,
    ),
)
