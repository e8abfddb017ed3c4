-- Capture a charge that the payer holds: transfer, status, settlement line and event at once.
-- `posted` is the ledger's result; null, or `deadline_passed`: the charge is not payable.
-- `amount` is what was agreed to: a tip that changed it since makes the charge not payable.
-- Unless it is `created`, nothing was written and `charge` is null. The transfer and the line
-- take the charge's own id, so a mistaken second capture would collide with them. The fee is by
-- the rule in force at the instant that the sale is dated; how it is paid is asked only where
-- that rule has a fee by method.
CREATE OR REPLACE FUNCTION pos_capture_charge(
    payer uuid, charge_id uuid, amount bigint, email text, event uuid, reference text,
    OUT posted ledger_result, OUT charge pos_charge, OUT payer_balance bigint
)
LANGUAGE plpgsql
AS $$
DECLARE
    claimed record;
    transfer record;
    fee record;
    ends_at timestamptz;
    paid_at timestamptz;
BEGIN
    SELECT c.id, c.merchant_id, c.status, c.payer_account_id, c.takings_account_id,
           c.amount_minor, c.tip_minor, c.currency, c.lease_until, c.expires_at,
           c.counter_code_id, c.terminal_id
      INTO claimed FROM pos_charge c WHERE c.id = charge_id FOR NO KEY UPDATE;
    ends_at := least(claimed.lease_until, claimed.expires_at);
    IF claimed.status IS DISTINCT FROM 'claimed' OR claimed.payer_account_id <> payer
       OR claimed.amount_minor <> amount
       OR ends_at <= clock_timestamp() THEN
        RETURN;
    END IF;

    -- Waiting for the payer's account may outlast the charge, and by then the till has shown
    -- that nothing was paid.
    transfer := ledger_post_transfer(
        id => claimed.id, debit => payer, credit => claimed.takings_account_id,
        amount => claimed.amount_minor, currency => claimed.currency, kind => 'capture',
        reference => pos_capture_charge.reference, deadline => ends_at);
    posted := transfer.result;
    payer_balance := transfer.debit_balance;
    IF posted <> 'created' THEN
        RETURN;
    END IF;

    -- It was judged before the end, and is dated accordingly.
    paid_at := least(clock_timestamp(), ends_at - interval '1 microsecond');
    fee := merchants_find_fee_rule(merchant => claimed.merchant_id, at => paid_at);
    IF fee.by_method THEN
        fee := merchants_find_method_fee(rule => fee.rule, method => pos_name_method(
            is_collected => EXISTS (
                SELECT FROM pos_collection k
                 WHERE k.charge_id = claimed.id AND k.payer_account_id = payer),
            counter_code => claimed.counter_code_id, terminal => claimed.terminal_id));
    END IF;
    UPDATE pos_charge c
       SET status = 'captured', payer_email = email,
           version = version + 1, captured_at = paid_at,
           fee_minor = merchants_calculate_fee(
               claimed.amount_minor, fee.bps, fee.fixed, fee.minimum, fee.maximum)
     WHERE c.id = charge_id
    RETURNING c.* INTO charge;
    INSERT INTO pos_duereceipt (charge_id) VALUES (charge.id);
    PERFORM merchants_record_line(
        line => charge.id, kind => 'sale', charge => charge.id, merchant => charge.merchant_id,
        store => charge.store_id, currency => charge.currency, amount => charge.amount_minor,
        fee => charge.fee_minor, tip => charge.tip_minor, is_receivable => false, short_code => charge.short_code,
        reference => charge.reference, at => charge.captured_at);
    PERFORM relay_record_event(
        event => event, kind => 'charge.captured', feed => charge.merchant_id,
        subject => charge.id, actor => 'payer',
        facts => jsonb_build_object('version', charge.version,
                                    'amount_minor', charge.amount_minor,
                                    'currency', charge.currency));
END $$;
