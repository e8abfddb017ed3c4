-- Compare a transfer that exists with one that is asked for under the same id. What the end of
-- a pending transfer left out was taken from that pending transfer.
CREATE OR REPLACE FUNCTION ledger_compare_transfer(
    known ledger_transfer, debit uuid, credit uuid, amount bigint, currency text,
    kind text, reference text, phase text, pending uuid, timeout_s int
) RETURNS ledger_result
LANGUAGE plpgsql
AS $$
DECLARE
    p ledger_transfer;
BEGIN
    SELECT * INTO p FROM ledger_transfer t WHERE t.id = pending;
    RETURN CASE
        WHEN known.phase <> phase THEN 'exists_with_different_phase'
        WHEN known.pending_id <> pending THEN 'exists_with_different_pending_id'
        WHEN known.debit_account_id <> debit THEN 'exists_with_different_debit_account'
        WHEN known.credit_account_id <> credit THEN 'exists_with_different_credit_account'
        WHEN known.amount_minor <> coalesce(amount, p.amount_minor)
            THEN 'exists_with_different_amount'
        WHEN known.currency <> currency THEN 'exists_with_different_currency'
        WHEN known.kind <> coalesce(kind, p.kind) THEN 'exists_with_different_kind'
        WHEN known.reference <> coalesce(reference, p.reference)
            THEN 'exists_with_different_reference'
        WHEN known.phase = 'pending' AND known.expires_at
             IS DISTINCT FROM known.posted_at + timeout_s * interval '1 s'
            THEN 'exists_with_different_timeout'
        ELSE 'exists'
    END;
END $$;
