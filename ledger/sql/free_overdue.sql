-- Expire the account's holds whose time is over. The caller holds the account's lock, so nobody
-- else ends a hold on it.
CREATE OR REPLACE FUNCTION ledger_free_overdue(account uuid, side text) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    overdue uuid;
BEGIN
    FOR overdue IN
        SELECT h.pending_id FROM ledger_hold h
         WHERE ((side = 'debit' AND h.debit_account_id = account)
                OR (side = 'credit' AND h.credit_account_id = account))
           AND h.expires_at <= clock_timestamp()
         ORDER BY h.pending_id
    LOOP
        PERFORM ledger_end_pending(
            given => gen_random_uuid(), debit_id => NULL, credit_id => NULL, amount => NULL,
            currency => NULL, kind => NULL, reference => NULL, phase => 'expire',
            pending => overdue);
    END LOOP;
END $$;
