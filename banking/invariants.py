"""The invariants of what came in from the bank."""

from ledger.invariants.books import Invariant
from ledger.invariants.scan_ranges import Pages

_ENTRIES = Pages("banking_entry")
_TRANSFERS = Pages("ledger_transfer")

INVARIANTS = (
    Invariant(
        claim="every entry of the bank that was booked is one transfer of its amount, to or"
        " from what is at the bank",
        by=_ENTRIES,
        counted="""
            SELECT count(*) FROM banking_entry e
             WHERE {part:e.ctid} AND e.posted_at IS NOT NULL
        """,
        offending="""
            SELECT e.id, e.amount_minor || ' ' || e.currency || ' at the bank, '
                   || coalesce(t.kind || ' of ' || t.amount_minor, 'no transfer')
              FROM banking_entry e
              LEFT JOIN ledger_transfer t ON t.id = e.id
             WHERE {part:e.ctid} AND e.posted_at IS NOT NULL
               AND (t.id IS NULL OR t.amount_minor <> abs(e.amount_minor)
                    OR t.currency <> e.currency OR t.kind <> e.posted_as
                    -- The few such accounts are read once, not two accounts for each entry.
                    OR CASE WHEN e.amount_minor > 0 THEN t.debit_account_id
                            ELSE t.credit_account_id END
                       <> ALL (ARRAY(SELECT a.id FROM ledger_account a
                                      WHERE a.kind = 'safeguard')))
        """,
    ),
    Invariant(
        claim="whatever the ledger says the bank booked is an entry of one of its files",
        by=_TRANSFERS,
        counted="""
            SELECT count(*) FROM ledger_transfer t
             WHERE {part:t.ctid} AND t.kind IN ('book', 'return', 'receive', 'take')
        """,
        offending="""
            SELECT t.id, t.kind || ' of ' || t.amount_minor || ' ' || t.currency
                   || ' is in no file of the bank'
              FROM ledger_transfer t
             WHERE {part:t.ctid} AND t.kind IN ('book', 'return', 'receive', 'take')
               AND NOT EXISTS (SELECT FROM banking_entry e WHERE e.id = t.id)
        """,
    ),
    Invariant(
        claim="suspense holds exactly the breaks that are open, less what was sent back",
        counted="SELECT count(*) FROM banking_break",
        offending="""
            SELECT a.id, ledger_sum_balance(a.id) || ' in suspense, breaks say '
                   || open.minor - sent.minor
              FROM ledger_account a
              CROSS JOIN LATERAL (
                SELECT coalesce(sum(b.amount_minor), 0) AS minor FROM banking_break b
                 WHERE b.currency = a.currency
                   AND (b.carried_out_at IS NULL OR b.decision = 'send_back')) open
              CROSS JOIN LATERAL (
                SELECT coalesce(sum(o.amount_minor), 0) AS minor FROM banking_order o
                 WHERE o.source_account_id = a.id
                   AND o.status IN ('sent', 'accepted', 'unknown', 'booked')) sent
             WHERE a.kind = 'suspense'
               AND ledger_sum_balance(a.id) <> open.minor - sent.minor
        """,
    ),
    Invariant(
        claim="every break that was credited or borne is one transfer of its amount",
        by=Pages("banking_break"),
        counted="""
            SELECT count(*) FROM banking_break b
             WHERE {part:b.ctid} AND b.carried_out_at IS NOT NULL
               AND b.decision IN ('credit', 'bear')
        """,
        offending="""
            SELECT b.id, b.decision || ' of ' || b.amount_minor || ', '
                   || coalesce(t.kind || ' of ' || t.amount_minor, 'no transfer')
              FROM banking_break b LEFT JOIN ledger_transfer t ON t.id = b.id
             WHERE {part:b.ctid} AND b.carried_out_at IS NOT NULL
               AND b.decision IN ('credit', 'bear')
               AND (t.id IS NULL OR t.amount_minor <> abs(b.amount_minor)
                    OR t.kind <> b.decision)
        """,
    ),
)
