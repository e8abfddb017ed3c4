-- Capture a claimed charge: status, transfer, settlement line and event at once. The transfer
-- and the line take the charge's own id, so a mistaken second capture would find them there.
CREATE OR REPLACE FUNCTION pos_capture_charge(
    payer uuid, charge uuid, email text, event uuid, reference text
) RETURNS pos_charge
LANGUAGE plpgsql
AS $$
DECLARE
    captured pos_charge;
    outcome text;
BEGIN
    UPDATE pos_charge
       SET status = 'captured', captured_at = clock_timestamp(), payer_email = email,
           is_receipt_due = true, version = version + 1
     WHERE id = charge AND status = 'claimed' AND payer_account_id = payer
       AND lease_until > clock_timestamp() AND expires_at > clock_timestamp()
    RETURNING * INTO captured;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    outcome := ledger_post_transfer(
        captured.id, payer, captured.takings_account_id, captured.amount_minor,
        captured.currency::text, 'capture', pos_capture_charge.reference);
    IF outcome <> 'created' THEN
        RAISE EXCEPTION USING ERRCODE = 'TS001', MESSAGE = outcome;
    END IF;

    PERFORM merchants_record_sale(
        captured.id, captured.merchant_id, captured.store_id, captured.currency,
        captured.amount_minor, captured.fee_minor, captured.short_code, captured.reference,
        captured.captured_at);
    PERFORM relay_record_event(
        event, 'charge.captured', captured.merchant_id, captured.id, 'payer',
        jsonb_build_object('version', captured.version,
                           'amount_minor', captured.amount_minor,
                           'currency', captured.currency));

    -- Waiting for the payer's account may have taken until after the end, and by then
    -- the till has shown that nothing was paid.
    IF least(captured.lease_until, captured.expires_at) <= clock_timestamp() THEN
        RAISE EXCEPTION USING ERRCODE = 'TS002', MESSAGE = CASE
            WHEN captured.expires_at <= clock_timestamp() THEN 'expired' ELSE 'open' END;
    END IF;
    RETURN captured;
END $$;
