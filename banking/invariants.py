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
        claim="suspense holds exactly the breaks that are open, less what was sent back, and"
        " what was adjusted",
        counted="SELECT count(*) FROM banking_break",
        offending="""
            SELECT a.id, ledger_sum_balance(a.id) || ' in suspense, breaks say '
                   || open.minor - sent.minor + adjusted.minor
              FROM ledger_account a
              CROSS JOIN LATERAL (
                SELECT coalesce(sum(b.amount_minor), 0) AS minor FROM banking_break b
                 WHERE b.currency = a.currency
                   AND (b.carried_out_at IS NULL OR b.decision = 'send_back')) open
              CROSS JOIN LATERAL (
                SELECT coalesce(sum(o.amount_minor), 0) AS minor FROM banking_order o
                 WHERE o.source_account_id = a.id
                   AND o.status IN ('sent', 'accepted', 'unknown', 'booked')) sent
              CROSS JOIN LATERAL (
                SELECT coalesce(sum(CASE j.credit_account_id WHEN a.id THEN j.moved_minor
                                                             ELSE -j.moved_minor END), 0)
                       AS minor
                  FROM banking_adjustment j
                 WHERE a.id IN (j.debit_account_id, j.credit_account_id)
                   AND j.about_id IS NULL) adjusted
             WHERE a.kind = 'suspense'
               AND ledger_sum_balance(a.id) <> open.minor - sent.minor + adjusted.minor
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
    Invariant(
        claim="every report of safeguarding owes what the ledger's transfers up to its instant"
        " say",
        counted="SELECT count(*) FROM banking_safeguardreport",
        offending="""
            WITH cuts AS (
                SELECT currency, array_agg(DISTINCT until ORDER BY until) AS instants
                  FROM banking_safeguardreport GROUP BY currency
            ), moved AS (
                SELECT t.currency, cuts.instants,
                       width_bucket(t.posted_at - interval '1 microsecond', cuts.instants)
                           AS later,
                       sum(CASE WHEN c.kind IN ('wallet', 'takings', 'payable', 'receivable')
                                THEN t.amount_minor ELSE 0 END
                           - CASE WHEN d.kind IN ('wallet', 'takings', 'payable', 'receivable')
                                  THEN t.amount_minor ELSE 0 END) AS minor
                  FROM ledger_transfer t
                  JOIN cuts ON cuts.currency = t.currency
                  JOIN ledger_account d ON d.id = t.debit_account_id
                  JOIN ledger_account c ON c.id = t.credit_account_id
                 WHERE t.phase IN ('single', 'post')
                 GROUP BY 1, 2, 3
            )
            SELECT r.id, r.wallets_minor + r.shops_minor - r.shops_owe_minor
                   || ' owed, the transfers say ' || m.minor
              FROM banking_safeguardreport r
             CROSS JOIN LATERAL (
                SELECT coalesce(sum(moved.minor), 0) AS minor FROM moved
                 WHERE moved.currency = r.currency
                   AND moved.later < array_position(moved.instants, r.until)) m
             WHERE r.wallets_minor + r.shops_minor - r.shops_owe_minor <> m.minor
        """,
    ),
    # An account may have been opened in a transaction that a report did not see yet; none lasts
    # for an hour. The owner may have deleted an old report's blocks.
    Invariant(
        claim="every report of safeguarding has all its leaves, two for each account there was",
        counted="SELECT count(*) FROM banking_safeguardreport",
        offending="""
            SELECT r.id, r.leaf_count || ' leaves, ' || coalesce(b.count, 0) || ' kept, for '
                   || a.count || ' accounts'
              FROM (SELECT *, row_number() OVER (
                               PARTITION BY currency ORDER BY number DESC) = 1 AS is_newest
                      FROM banking_safeguardreport) r
              LEFT JOIN (
                SELECT report_id,
                       sum(octet_length(nodes)) FILTER (WHERE height = 0) / 25 AS count
                  FROM banking_safeguardblock GROUP BY report_id) b ON b.report_id = r.id
              LEFT JOIN (
                SELECT a.currency, count(*) AS count,
                       count(*) FILTER (WHERE a.created_at < n.until - interval '1 hour')
                           AS count_before
                  FROM ledger_account a
                  JOIN (SELECT currency, max(until) AS until FROM banking_safeguardreport
                         GROUP BY currency) n ON n.currency = a.currency
                 WHERE a.kind IN ('wallet', 'takings', 'payable')
                 GROUP BY a.currency) a ON a.currency = r.currency
             WHERE b.count <> r.leaf_count OR (r.leaf_count > 0 AND r.is_newest AND (
                       b.count IS NULL OR r.leaf_count NOT BETWEEN 2 * a.count_before
                                                           AND 2 * a.count))
        """,
    ),
    Invariant(
        claim="every adjustment in the ledger is one that two operators agreed",
        by=_TRANSFERS,
        counted="""
            SELECT count(*) FROM ledger_transfer t WHERE {part:t.ctid} AND t.kind = 'adjust'
        """,
        offending="""
            SELECT t.id, t.amount_minor || ' ' || t.currency || ' moved, '
                   || coalesce(j.moved_minor || ' agreed', 'nothing asked for')
              FROM ledger_transfer t
              LEFT JOIN banking_adjustment j
                ON j.id = t.id AND j.agreed_by_id IS NOT NULL
               AND j.agreed_by_id <> j.asked_by_id
             WHERE {part:t.ctid} AND t.kind = 'adjust'
               AND (j.moved_minor, j.currency, j.debit_account_id, j.credit_account_id)
                   IS DISTINCT FROM (t.amount_minor, t.currency,
                                     t.debit_account_id, t.credit_account_id)
        """,
    ),
    Invariant(
        claim="every adjustment that was carried out is its transfer, and of a break the rest"
        " is borne",
        counted="SELECT count(*) FROM banking_adjustment WHERE carried_out_at IS NOT NULL",
        offending="""
            SELECT j.id, j.moved_minor || ' of ' || j.amount_minor || ' moved, transfers of '
                   || coalesce(t.amount_minor, 0) || ' and ' || coalesce(b.amount_minor, 0)
              FROM banking_adjustment j
              LEFT JOIN ledger_transfer t ON t.id = j.id AND t.kind = 'adjust'
              LEFT JOIN ledger_transfer b ON b.id = j.about_id AND b.kind = 'bear'
             WHERE j.carried_out_at IS NOT NULL
               AND (coalesce(t.amount_minor, 0) <> j.moved_minor
                    OR j.refusal <> '' AND j.moved_minor > 0
                    OR j.refusal = '' AND j.moved_minor + coalesce(b.amount_minor, 0)
                                          <> j.amount_minor)
        """,
    ),
    Invariant(
        claim="every break that was taken back from a wallet is one adjustment of its amount",
        counted="SELECT count(*) FROM banking_break WHERE decision = 'recover'",
        offending="""
            SELECT b.id, b.amount_minor || ' taken back, adjusted '
                   || coalesce(j.amount_minor, 0)
              FROM banking_break b
              LEFT JOIN banking_adjustment j
                ON j.about_id = b.id AND j.agreed_at IS NOT NULL AND j.refusal = ''
             WHERE b.decision = 'recover'
               AND (j.id IS NULL OR j.amount_minor <> -b.amount_minor
                    OR (j.carried_out_at IS NULL) <> (b.carried_out_at IS NULL))
        """,
    ),
)
