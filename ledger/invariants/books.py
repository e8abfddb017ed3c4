"""The books' invariants, as queries that must return no row.

Each application with invariants of its own has a module like this one; `settings.INVARIANTS`
names them, and `manage.py check_books` checks them all.
"""

from dataclasses import dataclass

from ledger.chart import write_kinds, write_misplaced
from ledger.invariants.scan_ranges import Accounts, Pages, Split, Whole

_CHART = write_kinds()
_WHOLE = Whole()
_DURABLE = "'fsync', 'full_page_writes', 'synchronous_commit'"
_KEPT = "'on', 'true', 'yes', '1', 'local', 'remote_write', 'remote_apply'"


@dataclass(frozen=True, slots=True)
class Invariant:
    """A claim about the books.

    `counted` is SQL that counts the rows the claim is about; `offending` is SQL that returns
    the identifier and a description of each row that breaks it. Both run part by part:
    `{part:t.ctid}` stands for the condition that the row is in the part. In `offending`,
    `{role}` is the name of the application's database role, quoted.
    """

    claim: str
    counted: str
    offending: str
    by: Split = _WHOLE


# Each account's transfers and checkpoints in one sequence, with running sums: debited,
# credited, and available. Money only held for an account does not count for it yet. A
# checkpoint comes after its own instant. The two OFFSET 0 keep a part's rows from being looked
# up one by one.
_WALK = """
    SELECT a.id, CASE
           WHEN w.wrong_at IS NOT NULL THEN 'not the sum: the checkpoint of ' || w.wrong_at
           WHEN a.balance_minor <> s.balance
               THEN a.balance_minor || ' stored, ' || s.balance || ' summed'
           WHEN w.below_at IS NOT NULL THEN 'less than nothing to spend at ' || w.below_at
           WHEN w.twice_at IS NOT NULL THEN 'two transfers at ' || w.twice_at
           ELSE 'last posted to at ' || coalesce(w.last_at::text, 'no time') || ', stored '
                || coalesce(a.last_posted_at::text, 'none') END
      FROM ledger_account a
      LEFT JOIN (
        SELECT account, sum(debit) AS debited, sum(credit) AS credited,
               min(at) FILTER (WHERE free < 0) AS below_at,
               min(at) FILTER (WHERE at = at_before AND until IS NULL) AS twice_at,
               max(at) FILTER (WHERE until IS NULL) AS last_at,
               min(at) FILTER (WHERE until <> ARRAY[debited, credited]) AS wrong_at
          FROM (
            SELECT account, at, until, debit, credit,
                   sum(debit) OVER line AS debited, sum(credit) OVER line AS credited,
                   sum(CASE WHEN side = grows_by THEN moved ELSE -moved - held END)
                       OVER line AS free,
                   lag(at) OVER line AS at_before
              FROM (
                SELECT e.account, e.at, e.until, e.side, b.normal_side AS grows_by, m.*,
                       CASE e.side WHEN 'debit' THEN m.moved ELSE 0 END AS debit,
                       CASE e.side WHEN 'credit' THEN m.moved ELSE 0 END AS credit
                  FROM (
                    SELECT t.debit_account_id AS account, 'debit' AS side, t.posted_at AS at,
                           t.amount_minor, t.phase, t.pending_id, NULL::numeric[] AS until
                      FROM ledger_transfer t WHERE {part:t.debit_account_id}
                     UNION ALL
                    SELECT t.credit_account_id, 'credit', t.posted_at,
                           t.amount_minor, t.phase, t.pending_id, NULL
                      FROM ledger_transfer t WHERE {part:t.credit_account_id}
                     UNION ALL
                    SELECT c.account_id, NULL, c.taken_at, 0, 'single', NULL,
                           ARRAY[c.debited_minor, c.credited_minor]
                      FROM ledger_checkpoint c WHERE {part:c.account_id}
                    OFFSET 0) e
                  JOIN ledger_account b ON b.id = e.account
                 CROSS JOIN LATERAL (
                    SELECT CASE WHEN e.phase IN ('single', 'post') THEN e.amount_minor
                                ELSE 0 END AS moved,
                           CASE e.phase
                           WHEN 'single' THEN 0
                           WHEN 'pending' THEN e.amount_minor
                           ELSE -(SELECT p.amount_minor FROM ledger_transfer p
                                   WHERE p.id = e.pending_id) END AS held) m
                 WHERE m.moved > 0 OR e.side <> b.normal_side OR e.until IS NOT NULL
                OFFSET 0) entry
            WINDOW line AS (PARTITION BY account ORDER BY at, until NULLS FIRST
                            ROWS UNBOUNDED PRECEDING)) walked
         GROUP BY account) w ON w.account = a.id
     CROSS JOIN LATERAL (
        SELECT coalesce(CASE a.normal_side WHEN 'credit' THEN w.credited - w.debited
                                           ELSE w.debited - w.credited END, 0) AS balance) s
     WHERE {part:a.id}
       AND (w.wrong_at IS NOT NULL
            OR NOT a.may_go_negative
               AND (a.balance_minor <> s.balance OR w.below_at IS NOT NULL
                    OR w.twice_at IS NOT NULL
                    OR a.last_posted_at IS DISTINCT FROM w.last_at))
"""
_CHARTED = """
    SELECT a.id, a.kind || ', ' || a.normal_side
           || CASE WHEN a.may_go_negative THEN ', unlimited' ELSE ', limited' END
      FROM ledger_account a
      LEFT JOIN (VALUES [chart]) AS c (kind, normal_side, may_go_negative)
        ON (c.kind, c.normal_side, c.may_go_negative)
           = (a.kind, a.normal_side, a.may_go_negative)
     WHERE {part:a.ctid} AND c.kind IS NULL
"""
# Rights on tables, and on columns of accounts, that only the owner may have. Up to PostgreSQL
# 15 a role that may create roles can become the owner.
_RIGHTS = """
    SELECT name, verb
      FROM unnest(ARRAY['ledger_transfer', 'ledger_hold', 'ledger_checkpoint',
                        'ledger_periodclose']) AS name,
           unnest(ARRAY['OWN', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS verb
     UNION ALL
    SELECT name, verb
      FROM unnest(ARRAY['ledger_seal', 'ledger_sealleaves']) AS name,
           unnest(ARRAY['OWN', 'UPDATE', 'DELETE', 'TRUNCATE']) AS verb
     UNION ALL
    SELECT 'ledger_account', unnest(ARRAY['OWN', 'DELETE', 'TRUNCATE'])
     UNION ALL
    SELECT 'ledger_account.' || attname, 'UPDATE' FROM pg_attribute
     WHERE attrelid = 'ledger_account'::regclass AND attnum > 0
       AND NOT attisdropped AND attname <> 'closed_at'
     UNION ALL
    SELECT 'ledger_account.' || unnest(ARRAY['balance_minor', 'held_minor',
                                             'last_posted_at', 'created_at']), 'INSERT'
     UNION ALL
    SELECT 'pg_roles', 'CREATEROLE'
"""
_TRANSFERS = Pages("ledger_transfer")
_ALL_ACCOUNTS = "SELECT count(*) FROM ledger_account a WHERE {part:a.ctid}"

INVARIANTS = (
    Invariant(
        claim="every transfer moves a positive amount between two accounts of its currency, and"
        " of the kinds that its event is between",
        counted="SELECT count(*) FROM ledger_transfer t WHERE {part:t.ctid}",
        by=_TRANSFERS,
        offending="""
            SELECT t.id, t.kind || ' of ' || t.amount_minor || ' ' || t.currency || ' from '
                   || coalesce(d.currency || ' ' || d.kind, 'nowhere') || ' to '
                   || coalesce(c.currency || ' ' || c.kind, 'nowhere')
              FROM ledger_transfer t
              LEFT JOIN ledger_account d ON d.id = t.debit_account_id
              LEFT JOIN ledger_account c ON c.id = t.credit_account_id
             WHERE {part:t.ctid}
               AND (t.amount_minor <= 0 OR t.debit_account_id = t.credit_account_id
                    OR d.currency IS DISTINCT FROM t.currency
                    OR c.currency IS DISTINCT FROM t.currency
                    OR [misplaced])
        """.replace("[misplaced]", write_misplaced()),
    ),
    Invariant(
        claim="every transfer is of a phase that there is, and only the end of a pending one"
        " names another",
        counted="SELECT count(*) FROM ledger_transfer t WHERE {part:t.ctid}",
        by=_TRANSFERS,
        offending="""
            SELECT t.id, t.phase || ', of ' || coalesce(t.pending_id::text, 'nothing')
                   || ', until ' || coalesce(t.expires_at::text, 'whenever')
              FROM ledger_transfer t
             WHERE {part:t.ctid}
               AND NOT (t.phase = 'single' AND t.pending_id IS NULL AND t.expires_at IS NULL
                        OR t.phase = 'pending' AND t.pending_id IS NULL
                           AND (t.expires_at > t.posted_at) IS NOT FALSE
                        OR t.phase IN ('post', 'void', 'expire')
                           AND t.pending_id IS NOT NULL AND t.expires_at IS NULL)
        """,
    ),
    Invariant(
        claim="every end of a pending transfer has its accounts and currency, no larger amount,"
        " and is its only end",
        counted="""
            SELECT count(*) FROM ledger_transfer t
             WHERE {part:t.ctid} AND t.pending_id IS NOT NULL
        """,
        by=_TRANSFERS,
        offending="""
            SELECT t.id, t.phase || ' ' || t.amount_minor || ' of '
                   || coalesce(p.phase || ' ' || p.amount_minor, 'nothing')
              FROM ledger_transfer t
              LEFT JOIN ledger_transfer p ON p.id = t.pending_id AND p.phase = 'pending'
             WHERE {part:t.ctid} AND t.pending_id IS NOT NULL
               AND (p.id IS NULL OR t.amount_minor > p.amount_minor
                    OR t.phase <> 'post' AND t.amount_minor <> p.amount_minor
                    OR t.debit_account_id <> p.debit_account_id
                    OR t.credit_account_id <> p.credit_account_id
                    OR t.currency <> p.currency OR t.posted_at <= p.posted_at
                    OR t.phase = 'expire' AND (t.posted_at >= p.expires_at) IS NOT TRUE
                    OR EXISTS (SELECT 1 FROM ledger_transfer other
                                WHERE other.pending_id = t.pending_id AND other.id <> t.id))
        """,
    ),
    Invariant(
        claim="every pending transfer is either ended or held, as it was asked for",
        counted="""
            SELECT count(*) FROM ledger_transfer t
             WHERE {part:t.ctid} AND t.phase = 'pending'
        """,
        by=_TRANSFERS,
        offending="""
            SELECT t.id, CASE WHEN is_ended AND h.pending_id IS NOT NULL THEN 'ended and held'
                              WHEN is_ended OR h.pending_id IS NOT NULL THEN 'held otherwise'
                              ELSE 'neither ended nor held' END
              FROM ledger_transfer t
              LEFT JOIN ledger_hold h ON h.pending_id = t.id
             CROSS JOIN LATERAL (
                   SELECT EXISTS (SELECT 1 FROM ledger_transfer e
                                   WHERE e.pending_id = t.id) AS is_ended) e
             WHERE {part:t.ctid} AND t.phase = 'pending'
               AND (is_ended = (h.pending_id IS NOT NULL)
                    OR NOT is_ended AND (
                       h.amount_minor <> t.amount_minor
                       OR h.debit_account_id <> t.debit_account_id
                       OR h.credit_account_id <> t.credit_account_id
                       OR h.expires_at IS DISTINCT FROM t.expires_at))
        """,
    ),
    Invariant(
        claim="every open hold is of a pending transfer",
        counted="SELECT count(*) FROM ledger_hold h WHERE {part:h.ctid}",
        by=Pages("ledger_hold"),
        offending="""
            SELECT h.pending_id, h.amount_minor || ' held for nothing'
              FROM ledger_hold h
              LEFT JOIN ledger_transfer t ON t.id = h.pending_id AND t.phase = 'pending'
             WHERE {part:h.ctid} AND t.id IS NULL
        """,
    ),
    Invariant(
        claim="transfers, checkpoints and seals are append-only, and accounts stay what they"
        " are: the triggers that refuse changes are in force",
        counted="SELECT 5",
        # Before UPDATE, DELETE and TRUNCATE, of whole statements, without a condition.
        offending="""
            SELECT name, 'the trigger is missing or switched off'
              FROM (VALUES ('ledger_transfer', '_append_only', '', ''),
                           ('ledger_checkpoint', '_append_only', '', ''),
                           ('ledger_seal', '_append_only', '', ''),
                           ('ledger_sealleaves', '_append_only', '', ''),
                           ('ledger_account', '_stays', 'another_account',
                            'currency, id, kind, may_go_negative, normal_side'))
                   AS kept (name, suffix, refused, columns)
             WHERE NOT EXISTS (
                SELECT 1 FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
                 WHERE tgrelid = to_regclass(name) AND tgname = name || suffix
                   AND proname = 'ledger_refuse_' || coalesce(nullif(refused, ''), 'change')
                   AND tgtype = 2 + 8 + 16 + 32 AND tgenabled IN ('O', 'A') AND tgqual IS NULL
                   AND columns = (
                        SELECT coalesce(string_agg(attname, ', ' ORDER BY attname), '')
                          FROM pg_attribute
                         WHERE attrelid = tgrelid AND attnum = ANY (tgattr)))
        """,
    ),
    Invariant(
        claim="what is acknowledged is on disk: no setting lets PostgreSQL forget it",
        counted="SELECT count(*) FROM pg_settings s WHERE s.name IN ([durable])".replace(
            "[durable]", _DURABLE
        ),
        # This session's settings, and those that the application's later ones begin with.
        offending="""
            SELECT s.name, s.setting FROM pg_settings s
             WHERE s.name IN ([durable]) AND s.setting = 'off'
             UNION ALL
            SELECT 'a default of ' || coalesce(r.rolname, 'every role'), c
              FROM pg_db_role_setting d
              LEFT JOIN pg_roles r ON r.oid = d.setrole
             CROSS JOIN unnest(d.setconfig) AS c
             WHERE (d.setrole = 0 OR r.rolname = {role})
               AND (d.setdatabase = 0 OR d.setdatabase = (
                    SELECT oid FROM pg_database WHERE datname = current_database()))
               AND split_part(c, '=', 1) IN ([durable])
               AND lower(split_part(c, '=', 2)) NOT IN ([kept])
        """.replace("[durable]", _DURABLE).replace("[kept]", _KEPT),
    ),
    Invariant(
        claim="the application's role can itself write no transfer, hold, checkpoint"
        " or balance, change no seal, and close no books",
        counted="SELECT count(*) FROM ([rights]) AS rights".replace("[rights]", _RIGHTS),
        offending="""
            SELECT f.name, {role} || CASE
                       WHEN r.oid IS NULL THEN ' does not exist'
                       WHEN f.verb = 'OWN' THEN ' can become its owner'
                       ELSE ' has the right to ' || f.verb END
              FROM ([rights]) AS f (name, verb)
              LEFT JOIN pg_roles r ON r.rolname = {role}
             WHERE CASE
                   WHEN r.oid IS NULL THEN true
                   WHEN f.verb = 'CREATEROLE' THEN r.rolcreaterole
                   WHEN f.verb = 'OWN' THEN pg_has_role(
                        r.oid, (SELECT relowner FROM pg_class
                                 WHERE oid = f.name::regclass), 'MEMBER')
                   WHEN f.name LIKE '%.%' THEN has_column_privilege(
                        r.oid, 'ledger_account', split_part(f.name, '.', 2), f.verb)
                   ELSE has_table_privilege(r.oid, f.name, f.verb)
                        OR f.verb IN ('INSERT', 'UPDATE')
                           AND has_any_column_privilege(
                               r.oid, f.name,
                               CASE f.verb WHEN 'INSERT' THEN 'INSERT' ELSE 'UPDATE' END)
                   END
        """.replace("[rights]", _RIGHTS),
    ),
    Invariant(
        claim="every account has the side and the limit that the chart gives its kind",
        counted=_ALL_ACCOUNTS,
        by=Pages("ledger_account"),
        offending=_CHARTED.replace("[chart]", _CHART),
    ),
    Invariant(
        claim="no customer account is below zero, or holds more than it has",
        counted=_ALL_ACCOUNTS + " AND NOT a.may_go_negative",
        by=Pages("ledger_account"),
        offending="""
            SELECT a.id, a.balance_minor || ' ' || a.currency || ', ' || a.held_minor || ' held'
              FROM ledger_account a
             WHERE {part:a.ctid} AND NOT a.may_go_negative
               AND (a.balance_minor < 0 OR a.held_minor < 0 OR a.held_minor > a.balance_minor)
        """,
    ),
    Invariant(
        claim="what an account holds is the sum of its open holds",
        counted=_ALL_ACCOUNTS,
        by=Pages("ledger_account"),
        offending="""
            SELECT a.id, a.held_minor || ' held, ' || h.minor || ' summed'
              FROM ledger_account a
             CROSS JOIN LATERAL (
                   SELECT coalesce(sum(d.amount_minor), 0) AS minor FROM ledger_hold d
                    WHERE d.debit_account_id = a.id AND a.normal_side = 'credit'
                      AND NOT a.may_go_negative) d
             CROSS JOIN LATERAL (
                   SELECT d.minor + coalesce(sum(c.amount_minor), 0) AS minor FROM ledger_hold c
                    WHERE c.credit_account_id = a.id AND a.normal_side = 'debit'
                      AND NOT a.may_go_negative) h
             WHERE {part:a.ctid} AND a.held_minor <> h.minor
        """,
    ),
    Invariant(
        claim="in the order of their instants, every stored balance and every checkpoint is the"
        " sum of its account's transfers, and no customer account was ever below zero",
        counted="SELECT count(*) FROM ledger_account a WHERE {part:a.id}",
        by=Accounts(),
        offending=_WALK,
    ),
    Invariant(
        claim="checkpoints and seals are of closed history, and it was announced before it was"
        " closed",
        counted="""
            SELECT (SELECT count(*) FROM ledger_checkpoint) + (SELECT count(*) FROM ledger_seal)
        """,
        offending="""
            SELECT c.account_id::text, 'a checkpoint of ' || c.taken_at
              FROM ledger_checkpoint c CROSS JOIN ledger_periodclose h
             WHERE (c.taken_at <= h.closed_until) IS NOT TRUE
             UNION ALL
            SELECT 'seal ' || s.number, 'a seal until ' || s.until_at
              FROM ledger_seal s CROSS JOIN ledger_periodclose h
             WHERE (s.until_at <= h.closed_until) IS NOT TRUE
             UNION ALL
            SELECT 'ledger_periodclose',
                   'announced ' || coalesce(h.announced_until::text, 'never')
                   || ', closed ' || coalesce(h.closed_until::text, 'never')
                   || ', summed ' || coalesce(h.checkpointed_until::text, 'never')
              FROM (SELECT 1) AS one LEFT JOIN ledger_periodclose h ON true
             WHERE h.id IS NULL
                OR h.closed_until IS NOT NULL
                   AND (h.closed_until <= h.announced_until) IS NOT TRUE
                OR h.checkpointed_until IS NOT NULL
                   AND (h.checkpointed_until <= h.closed_until) IS NOT TRUE
        """,
    ),
    Invariant(
        claim="what customers and merchants are owed equals the safeguarded funds,"
        " in every currency",
        counted="SELECT count(DISTINCT currency) FROM ledger_account",
        # Wallets by their stored balances, all else by sums, so that the two ways of keeping a
        # balance check each other.
        offending="""
            SELECT currency, sum(held) || ' safeguarded or receivable, ' || sum(owed) || ' owed'
              FROM (SELECT a.currency,
                           CASE a.normal_side WHEN 'debit' THEN b.minor ELSE 0 END AS held,
                           CASE a.normal_side WHEN 'credit' THEN b.minor ELSE 0 END AS owed
                      FROM ledger_account a
                     CROSS JOIN LATERAL (
                           SELECT CASE WHEN a.may_go_negative THEN ledger_sum_balance(a.id)
                                       ELSE a.balance_minor END AS minor) b) AS sides
             GROUP BY currency HAVING sum(held) <> sum(owed)
        """,
    ),
)
