-- Post, void or expire a pending transfer.
CREATE OR REPLACE FUNCTION ledger_end_pending(
    given uuid, debit_id uuid, credit_id uuid, amount bigint, currency text, kind text,
    reference text, phase text, pending uuid
) RETURNS ledger_result
LANGUAGE plpgsql
AS $$
DECLARE
    p ledger_transfer;
    hold ledger_hold;
    debit ledger_account;
    credit ledger_account;
    outcome ledger_result;
    is_over boolean;
BEGIN
    SELECT * INTO p FROM ledger_transfer t WHERE t.id = pending;
    -- Locked once more: the caller could not lock what was committed after it had looked.
    SELECT * INTO hold FROM ledger_hold h WHERE h.pending_id = pending FOR UPDATE;
    is_over := hold.expires_at <= clock_timestamp();
    outcome := CASE
        WHEN given = pending THEN 'pending_id_must_be_different'
        WHEN p.id IS NULL THEN 'pending_transfer_not_found'
        WHEN p.phase <> 'pending' THEN 'pending_transfer_not_pending'
        WHEN debit_id <> p.debit_account_id
            THEN 'pending_transfer_has_different_debit_account'
        WHEN credit_id <> p.credit_account_id
            THEN 'pending_transfer_has_different_credit_account'
        WHEN currency <> p.currency THEN 'pending_transfer_has_different_currency'
        WHEN amount <= 0 THEN 'amount_must_be_positive'
        WHEN amount > p.amount_minor THEN 'exceeds_pending_transfer_amount'
        WHEN amount < p.amount_minor AND phase <> 'post'
            THEN 'pending_transfer_has_different_amount'
        WHEN hold.pending_id IS NULL THEN (
            SELECT CASE e.phase WHEN 'post' THEN 'pending_transfer_already_posted'
                                WHEN 'void' THEN 'pending_transfer_already_voided'
                                ELSE 'pending_transfer_expired' END
              FROM ledger_transfer e WHERE e.pending_id = pending)
        WHEN phase = 'expire' AND is_over IS NOT TRUE THEN 'pending_transfer_not_expired'
        WHEN phase <> 'expire' AND is_over THEN 'pending_transfer_expired'
    END;
    IF outcome IS NOT NULL THEN
        RETURN outcome;
    END IF;

    SELECT * INTO debit FROM ledger_account a WHERE a.id = p.debit_account_id;
    SELECT * INTO credit FROM ledger_account a WHERE a.id = p.credit_account_id;
    IF NOT ledger_is_charted(kind, debit.kind, credit.kind) AND kind IS NOT NULL THEN
        RETURN 'kind_not_charted';
    END IF;
    IF phase = 'post' THEN
        outcome := CASE
            WHEN debit.closed_at IS NOT NULL THEN 'debit_account_closed'
            WHEN credit.closed_at IS NOT NULL THEN 'credit_account_closed'
            WHEN ledger_would_overflow(debit, 'debit', coalesce(amount, p.amount_minor))
              OR ledger_would_overflow(credit, 'credit', coalesce(amount, p.amount_minor))
                THEN 'balance_would_overflow'
        END;
        IF outcome IS NOT NULL THEN
            RETURN outcome;
        END IF;
    END IF;
    -- It follows on the pending one, also where neither account keeps its last instant.
    debit.last_posted_at := greatest(debit.last_posted_at, p.posted_at);
    outcome := ledger_insert_transfer(
        given => given, debit => debit, credit => credit,
        amount => coalesce(amount, p.amount_minor), currency => p.currency,
        kind => coalesce(kind, p.kind), reference => coalesce(reference, p.reference),
        phase => phase, pending => pending, timeout_s => NULL, released => p.amount_minor);
    IF outcome = 'created' THEN
        DELETE FROM ledger_hold h WHERE h.pending_id = pending;
    END IF;
    RETURN outcome;
END $$;
