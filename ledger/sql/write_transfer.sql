-- Judge one transfer of any phase and write it. The caller holds the locks, so what is read
-- here stays true and nothing has to be undone.
CREATE OR REPLACE FUNCTION ledger_write_transfer(
    given uuid, debit_id uuid, credit_id uuid, amount bigint, currency text, kind text,
    reference text, phase text, pending uuid, timeout_s int DEFAULT NULL
) RETURNS ledger_result
LANGUAGE plpgsql
AS $$
DECLARE
    known ledger_transfer;
    debit ledger_account;
    credit ledger_account;
    refusal ledger_result;
BEGIN
    SELECT * INTO known FROM ledger_transfer t WHERE t.id = given;
    IF FOUND THEN
        RETURN ledger_compare_transfer(
            known => known, debit => debit_id, credit => credit_id, amount => amount,
            currency => currency, kind => kind, reference => reference, phase => phase,
            pending => pending, timeout_s => timeout_s);
    END IF;
    IF pending IS NOT NULL THEN
        RETURN ledger_end_pending(
            given => given, debit_id => debit_id, credit_id => credit_id, amount => amount,
            currency => currency, kind => kind, reference => reference, phase => phase,
            pending => pending);
    END IF;

    SELECT * INTO debit FROM ledger_account a WHERE a.id = debit_id;
    SELECT * INTO credit FROM ledger_account a WHERE a.id = credit_id;
    refusal := CASE
        WHEN debit.id IS NULL THEN 'debit_account_not_found'
        WHEN credit.id IS NULL THEN 'credit_account_not_found'
        WHEN debit.id = credit.id THEN 'accounts_must_be_different'
        WHEN amount <= 0 THEN 'amount_must_be_positive'
        WHEN timeout_s <= 0 THEN 'timeout_must_be_positive'
        WHEN debit.currency <> currency OR credit.currency <> currency
            THEN 'currency_mismatch'
        WHEN NOT ledger_is_charted(kind, debit.kind, credit.kind) THEN 'kind_not_charted'
        WHEN ledger_moves_bank_money(kind) AND NOT ledger_may_top_up() THEN 'top_up_not_allowed'
        WHEN debit.closed_at IS NOT NULL THEN 'debit_account_closed'
        WHEN credit.closed_at IS NOT NULL THEN 'credit_account_closed'
        WHEN ledger_would_overdraw(debit, 'debit', amount)
          OR ledger_would_overdraw(credit, 'credit', amount) THEN 'insufficient_funds'
        WHEN phase = 'single' AND (ledger_would_overflow(debit, 'debit', amount)
                                   OR ledger_would_overflow(credit, 'credit', amount))
            THEN 'balance_would_overflow'
    END;
    IF refusal IS NOT NULL THEN
        RETURN refusal;
    END IF;
    IF debit.held_minor > 0 OR credit.held_minor > 0 THEN
        -- A hold may just have been ended, and posting follows on that.
        SELECT * INTO debit FROM ledger_account a WHERE a.id = debit_id;
        SELECT * INTO credit FROM ledger_account a WHERE a.id = credit_id;
    END IF;
    RETURN ledger_insert_transfer(
        given => given, debit => debit, credit => credit, amount => amount,
        currency => currency, kind => kind, reference => reference, phase => phase,
        pending => NULL, timeout_s => timeout_s, released => 0);
END $$;
