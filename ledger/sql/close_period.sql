-- Close history up to the announced instant once every transaction has ended that may not have
-- seen the announcement. Return the instant up to which it is closed.
CREATE OR REPLACE FUNCTION ledger_close_period() RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    announced timestamptz;
    seen bigint;
BEGIN
    IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
        RAISE EXCEPTION 'The books are closed by a transaction that has done nothing before.'
            USING ERRCODE = 'active_sql_transaction';
    END IF;
    SELECT h.announced_until, h.seen_from INTO announced, seen FROM ledger_periodclose h;
    IF seen IS NULL THEN
        -- Taken after the announcement was seen: a transaction with a greater number sees it
        -- too. The announcing one's number would not do, because it may have waited for the
        -- row's lock.
        UPDATE ledger_periodclose h SET seen_from = pg_current_xact_id()::text::bigint
         WHERE h.announced_until = announced AND h.seen_from IS NULL
        RETURNING h.seen_from INTO seen;
    END IF;
    UPDATE ledger_periodclose h SET closed_until = greatest(announced, h.closed_until)
     WHERE seen <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
       AND (h.closed_until >= announced) IS NOT TRUE;
    RETURN (SELECT h.closed_until FROM ledger_periodclose h);
END $$;
