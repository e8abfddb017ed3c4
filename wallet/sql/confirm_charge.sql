-- Confirm a claimed charge: capture, totals, and payment. Unless `outcome` is
-- `confirmed`, nothing was written. `refusal` is the ledger's result where it refused the
-- transfer. `seen` is the amount that the payer was shown; null is of a request that names none,
-- and agrees to no tip that was chosen on a phone.
CREATE OR REPLACE FUNCTION wallet_confirm_charge(
    payer uuid, charge_id uuid, wallet_id uuid, payment_id uuid, event uuid, email text,
    reference text, seen bigint, pin_was_given boolean, sum_max bigint, count_max int, key text, hash bytea,
    OUT outcome wallet_outcome, OUT refusal ledger_result,
    OUT payment wallet_payment, OUT charge pos_charge
)
LANGUAGE plpgsql
AS $$
DECLARE
    wallet record;
    captured record;
    amount bigint;
    total bigint;
    is_marked boolean := pos_mark_running(charge_id::text);
BEGIN
    -- Serializes the confirmations of one wallet, so that what is read here stays true.
    SELECT w.id, w.paid_minor, w.no_pin_minor, w.no_pin_count, w.frozen_at, w.tier, w.currency,
           c.amount_minor,
           CASE WHEN c.tip_is_payers THEN c.amount_minor - c.tip_minor ELSE c.amount_minor END
               AS plain_minor
      INTO wallet
      FROM wallet_wallet w
      LEFT JOIN pos_charge c ON c.id = wallet_confirm_charge.charge_id
     WHERE w.id = wallet_confirm_charge.wallet_id FOR NO KEY UPDATE OF w;
    amount := wallet.amount_minor;
    IF coalesce(seen, wallet.plain_minor) <> amount THEN
        outcome := 'charge_not_payable';
        RETURN;
    END IF;
    total := wallet.paid_minor + amount;
    -- A statement of its own, which sees what was committed while the first one waited: payments
    -- of this wallet, and its limits, though a migration wrote their table anew. What was paid in
    -- a while costs a look only where all that was ever paid is above its limit.
    SELECT CASE
        WHEN EXISTS (SELECT FROM wallet_payment p
                      WHERE p.wallet_id = wallet.id AND p.idempotency_key = key)
            THEN 'idempotency_mismatch'
        WHEN wallet.frozen_at IS NOT NULL THEN 'wallet_frozen'
        WHEN l.tier IS NULL OR total > l.paid_ever_max_minor
          OR CASE WHEN total > l.paid_day_max_minor THEN
                 total - wallet_sum_paid_before(wallet_id => wallet.id, span => '1 day')
                 > l.paid_day_max_minor END
          OR CASE WHEN total > l.paid_year_max_minor THEN
                 total - wallet_sum_paid_before(wallet_id => wallet.id, span => '365 days')
                 > l.paid_year_max_minor END
            THEN 'limit_reached'
        WHEN NOT pin_was_given
             AND (sum_max > 0 AND wallet.no_pin_minor + amount > sum_max
                  OR count_max > 0 AND wallet.no_pin_count >= count_max)
            THEN 'pin_required'
    END INTO outcome
      FROM (SELECT) AS one
      LEFT JOIN wallet_tierlimit l ON l.tier = wallet.tier AND l.currency = wallet.currency;
    IF outcome IS NOT NULL THEN
        -- Of what is paid already nothing else is said; the capture refuses it too.
        IF EXISTS (SELECT FROM wallet_payment p
                    WHERE p.charge_id = wallet_confirm_charge.charge_id) THEN
            outcome := 'charge_not_payable';
        END IF;
        RETURN;
    END IF;

    captured := pos_capture_charge(
        payer => payer, charge_id => charge_id, amount => amount, email => email, event => event,
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
        total, pin_was_given, key, hash, charge.captured_at)
    RETURNING p.* INTO payment;
    outcome := 'confirmed';
END $$;
