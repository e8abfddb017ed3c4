-- Post one plain transfer. Runs with its owner's rights: the application may call it and has no
-- right of its own to write a transfer or a balance.
CREATE OR REPLACE FUNCTION ledger_post_transfer(
    id uuid, debit uuid, credit uuid, amount bigint, currency text, kind text,
    reference text
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    -- Taken before anything is read: who has no number yet sees the horizon as announced.
    number xid8 := pg_current_xact_id();
BEGIN
    PERFORM 1 FROM ledger_account a
      WHERE a.id IN (debit, credit) AND NOT a.may_go_negative
      ORDER BY a.id FOR NO KEY UPDATE;
    RETURN ledger_write_transfer(id, debit, credit, amount, currency, kind, reference,
                                 'single', NULL);
END $$;
