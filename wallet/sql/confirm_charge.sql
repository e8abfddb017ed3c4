-- Confirm a claimed charge: capture, totals, and payment. Unless `outcome` is
-- `confirmed`, nothing was written. `refusal` is the ledger's result where it refused the
-- transfer.
CREATE OR REPLACE FUNCTION wallet_confirm_charge(
    payer uuid, charge_id uuid, wallet_id uuid, payment_id uuid, event uuid, email text,
    reference text, pin_was_given boolean, sum_max bigint, count_max int, key text, hash bytea,
    OUT outcome wallet_outcome, OUT refusal ledger_result,
    OUT payment wallet_payment, OUT charge pos_charge
)
LANGUAGE plpgsql
AS $$
DECLARE
    wallet wallet_wallet;
    captured record;
    amount bigint := (SELECT c.amount_minor FROM pos_charge c WHERE c.id = charge_id);
    is_marked boolean := pos_mark_running(charge_id::text);
BEGIN
    -- Serializes the confirmations of one wallet, so that what is read here stays true.
    SELECT * INTO wallet FROM wallet_wallet w
     WHERE w.id = wallet_confirm_charge.wallet_id FOR NO KEY UPDATE;
    outcome := CASE
        WHEN EXISTS (SELECT FROM wallet_payment p
                      WHERE p.charge_id = wallet_confirm_charge.charge_id)
            THEN 'charge_not_payable'
        WHEN EXISTS (SELECT FROM wallet_payment p
                      WHERE p.wallet_id = wallet.id AND p.idempotency_key = key)
            THEN 'idempotency_mismatch'
        WHEN wallet.frozen_at IS NOT NULL THEN 'wallet_frozen'
        WHEN wallet_passes_limit(wallet => wallet, amount => amount) THEN 'limit_reached'
        WHEN NOT pin_was_given
             AND (sum_max > 0 AND wallet.no_pin_minor + amount > sum_max
                  OR count_max > 0 AND wallet.no_pin_count >= count_max)
            THEN 'pin_required'
    END;
    IF outcome IS NOT NULL THEN
        RETURN;
    END IF;

    SELECT * INTO captured FROM pos_capture_charge(
        payer => payer, charge_id => charge_id, email => email, event => event,
        reference => reference);
    IF captured.posted IS NULL OR captured.posted = 'deadline_passed' THEN
        outcome := 'charge_not_payable';
        RETURN;
    ELSIF captured.posted <> 'created' THEN
        outcome := 'transfer_refused';
        refusal := captured.posted;
        RETURN;
    END IF;

    charge := captured.charge;
    UPDATE wallet_wallet w
       SET paid_minor = w.paid_minor + amount,
           no_pin_count = CASE WHEN pin_was_given THEN 0
                               WHEN sum_max > 0 OR count_max > 0 THEN w.no_pin_count + 1
                               ELSE w.no_pin_count END,
           no_pin_minor = CASE WHEN pin_was_given THEN 0
                               WHEN sum_max > 0 OR count_max > 0 THEN w.no_pin_minor + amount
                               ELSE w.no_pin_minor END
     WHERE w.id = wallet.id;
    INSERT INTO wallet_payment AS p (
        id, wallet_id, charge_id, amount_minor, currency, balance_after_minor,
        paid_total_minor, with_pin, idempotency_key, request_hash, confirmed_at)
    VALUES (
        payment_id, wallet.id, charge.id, amount, charge.currency, captured.payer_balance,
        wallet.paid_minor + amount, pin_was_given, key, hash, charge.captured_at)
    RETURNING p.* INTO payment;
    outcome := 'confirmed';
END $$;
