-- Confirm a claimed charge: capture, allowance without PIN, and payment. Return `confirmed` or
-- why not, and then nothing was written.
CREATE OR REPLACE FUNCTION wallet_confirm_charge(
    payer uuid, charge_id uuid, wallet_id uuid, payment_id uuid, event uuid, email text,
    reference text, pin_was_given boolean, sum_max bigint, count_max int, key text,
    hash bytea
) RETURNS TABLE (outcome text, payment wallet_payment, charge pos_charge)
LANGUAGE plpgsql
AS $$
BEGIN
    charge := pos_capture_charge(
        payer, wallet_confirm_charge.charge_id, email, event, reference);
    IF charge.id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'TS003', MESSAGE = 'charge_not_payable';
    END IF;

    IF pin_was_given THEN
        UPDATE wallet_wallet SET no_pin_count = 0, no_pin_minor = 0
         WHERE id = wallet_confirm_charge.wallet_id
           AND (no_pin_count <> 0 OR no_pin_minor <> 0);
    ELSIF sum_max > 0 OR count_max > 0 THEN
        UPDATE wallet_wallet
           SET no_pin_count = no_pin_count + 1,
               no_pin_minor = no_pin_minor + charge.amount_minor
         WHERE id = wallet_confirm_charge.wallet_id
           AND (sum_max = 0 OR no_pin_minor + charge.amount_minor <= sum_max)
           AND (count_max = 0 OR no_pin_count < count_max);
        IF NOT FOUND THEN
            -- Another payment came in between and used the allowance up.
            RAISE EXCEPTION USING ERRCODE = 'TS003', MESSAGE = 'pin_required';
        END IF;
    END IF;

    INSERT INTO wallet_payment AS p (
        id, wallet_id, charge_id, amount_minor, currency, balance_after_minor,
        with_pin, idempotency_key, request_hash, confirmed_at)
    VALUES (
        payment_id, wallet_confirm_charge.wallet_id, charge.id, charge.amount_minor,
        charge.currency, ledger_read_balance(payer), pin_was_given, key, hash,
        charge.captured_at)
    ON CONFLICT ON CONSTRAINT wallet_payment_one_a_key DO NOTHING
    RETURNING p.* INTO payment;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'TS003', MESSAGE = 'idempotency_mismatch';
    END IF;
    outcome := 'confirmed';
    RETURN NEXT;
EXCEPTION WHEN SQLSTATE 'TS001' OR SQLSTATE 'TS002' OR SQLSTATE 'TS003' THEN
    outcome := SQLERRM;
    payment := NULL;
    charge := NULL;
    RETURN NEXT;
END $$;
