-- Write a transfer that was judged. `released` is what the end of a hold gives back first.
CREATE OR REPLACE FUNCTION ledger_insert_transfer(
    given uuid, debit ledger_account, credit ledger_account, amount bigint,
    currency text, kind text, reference text, phase text, pending uuid, timeout_s int,
    released bigint
) RETURNS ledger_result
LANGUAGE plpgsql
AS $$
DECLARE
    known ledger_transfer;
    instant timestamptz;
    moved bigint := CASE WHEN phase IN ('single', 'post') THEN amount ELSE 0 END;
    held bigint := CASE phase WHEN 'pending' THEN amount ELSE -released END;
BEGIN
    INSERT INTO ledger_transfer AS t (
        id, debit_account_id, credit_account_id, amount_minor, currency, kind, reference,
        phase, pending_id, posted_at, expires_at)
    SELECT given, debit.id, credit.id, amount, currency, kind, reference,
           phase, pending, i, CASE WHEN phase = 'pending' THEN i + timeout_s * interval '1 s' END
      FROM (SELECT greatest(clock_timestamp(), h.announced_until, debit.last_posted_at,
                            credit.last_posted_at) + interval '1 microsecond' AS i
              FROM ledger_periodclose h) AS clock
    ON CONFLICT (id) DO NOTHING
    RETURNING t.posted_at INTO instant;
    IF NOT FOUND THEN
        -- Somebody committed the same id between our look and our insert.
        SELECT * INTO known FROM ledger_transfer t WHERE t.id = given;
        ASSERT FOUND, 'ledger_periodclose has no row.';
        RETURN ledger_compare_transfer(
            known => known, debit => debit.id, credit => credit.id, amount => amount,
            currency => currency, kind => kind, reference => reference, phase => phase,
            pending => pending, timeout_s => timeout_s);
    END IF;

    IF phase = 'pending' THEN
        INSERT INTO ledger_hold (pending_id, debit_account_id, credit_account_id,
                                 amount_minor, expires_at)
        VALUES (given, debit.id, credit.id, amount, instant + timeout_s * interval '1 s');
    END IF;
    -- Unchanged accounts are not written: freeing a wallet's overdue holds has locked that
    -- wallet, and not the accounts that the money was held for.
    IF NOT debit.may_go_negative AND (moved > 0 OR debit.normal_side = 'credit') THEN
        UPDATE ledger_account a
           SET balance_minor = a.balance_minor
                             + CASE a.normal_side WHEN 'debit' THEN moved ELSE -moved END,
               held_minor = a.held_minor + CASE a.normal_side WHEN 'debit' THEN 0 ELSE held END,
               last_posted_at = greatest(a.last_posted_at, instant)
         WHERE a.id = debit.id;
    END IF;
    IF NOT credit.may_go_negative AND (moved > 0 OR credit.normal_side = 'debit') THEN
        UPDATE ledger_account a
           SET balance_minor = a.balance_minor
                             + CASE a.normal_side WHEN 'credit' THEN moved ELSE -moved END,
               held_minor = a.held_minor + CASE a.normal_side WHEN 'credit' THEN 0 ELSE held END,
               last_posted_at = greatest(a.last_posted_at, instant)
         WHERE a.id = credit.id;
    END IF;
    RETURN 'created';
END $$;
