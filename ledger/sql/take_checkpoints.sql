-- Take a checkpoint of each account with at least `tail_min` transfers on one side since its
-- last one. `until` has to be closed. Return how many were taken.
CREATE OR REPLACE FUNCTION ledger_take_checkpoints(
    until timestamptz, tail_min int
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    since timestamptz;
    taken bigint;
BEGIN
    -- Not by locking ledger_periodclose, or nobody could close a period meanwhile. The
    -- seals' lock is 0x5EA1.
    IF NOT pg_try_advisory_xact_lock(50412) THEN
        RETURN 0;
    END IF;
    SELECT h.checkpointed_until INTO since FROM ledger_periodclose h
     WHERE h.closed_until >= until;
    IF NOT FOUND OR since >= until THEN
        RETURN 0;
    END IF;
    since := coalesce(since, '-infinity');
    INSERT INTO ledger_checkpoint (account_id, taken_at, debited_minor, credited_minor)
    SELECT b.account, until, t.debited, t.credited
      FROM (SELECT t.debit_account_id AS account FROM ledger_transfer t
             WHERE t.posted_at > since AND t.posted_at <= until
             UNION
            SELECT t.credit_account_id FROM ledger_transfer t
             WHERE t.posted_at > since AND t.posted_at <= until) b
     CROSS JOIN LATERAL (
           SELECT coalesce(max(p.taken_at), '-infinity') AS at FROM ledger_checkpoint p
            WHERE p.account_id = b.account) c
     CROSS JOIN LATERAL ledger_turnover(b.account, until) t
     WHERE (SELECT count(*) FROM (
                SELECT 1 FROM ledger_transfer t
                 WHERE t.debit_account_id = b.account
                   AND t.posted_at > c.at AND t.posted_at <= until LIMIT tail_min) d)
           = tail_min
        OR (SELECT count(*) FROM (
                SELECT 1 FROM ledger_transfer t
                 WHERE t.credit_account_id = b.account
                   AND t.posted_at > c.at AND t.posted_at <= until LIMIT tail_min) d)
           = tail_min;
    GET DIAGNOSTICS taken = ROW_COUNT;
    UPDATE ledger_periodclose SET checkpointed_until = until;
    RETURN taken;
END $$;
