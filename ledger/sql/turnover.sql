-- Return what the account was debited and credited up to an instant: its last checkpoint and
-- the transfers since.
CREATE OR REPLACE FUNCTION ledger_turnover(
    account uuid, until timestamptz DEFAULT 'infinity'
) RETURNS TABLE (debited numeric, credited numeric)
LANGUAGE sql STABLE ROWS 1
AS $$
    SELECT coalesce(c.debited_minor, 0) + coalesce(d.minor, 0),
           coalesce(c.credited_minor, 0) + coalesce(k.minor, 0)
      FROM (SELECT 1) AS one
      LEFT JOIN LATERAL (
          SELECT * FROM ledger_checkpoint p
           WHERE p.account_id = account AND p.taken_at <= until
           ORDER BY p.taken_at DESC LIMIT 1) c ON true
      LEFT JOIN LATERAL (
          SELECT sum(t.amount_minor) AS minor FROM ledger_transfer t
           WHERE t.debit_account_id = account AND t.phase IN ('single', 'post')
             AND t.posted_at > coalesce(c.taken_at, '-infinity')
             AND t.posted_at <= until) d ON true
      LEFT JOIN LATERAL (
          SELECT sum(t.amount_minor) AS minor FROM ledger_transfer t
           WHERE t.credit_account_id = account AND t.phase IN ('single', 'post')
             AND t.posted_at > coalesce(c.taken_at, '-infinity')
             AND t.posted_at <= until) k ON true
$$;
