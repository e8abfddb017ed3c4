"""The function that captures a charge: state, transfer, settlement line and event at once.

Its first argument is the payer's account, so that a cluster can send it to the machine
where that account is. The transfer and the line take the charge's own id: even a
mistaken second capture would find them there.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION pos_capture_charge(
    payer uuid, charge uuid, email text, event uuid, reference text
) RETURNS pos_charge LANGUAGE plpgsql AS $$
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

    SELECT result INTO outcome FROM ledger_post_transfers(
        ARRAY[captured.id], ARRAY[payer], ARRAY[captured.takings_account_id],
        ARRAY[captured.amount_minor], ARRAY[captured.currency::text], ARRAY['capture'],
        ARRAY[pos_capture_charge.reference]);
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
"""
DROP = "DROP FUNCTION pos_capture_charge(uuid, uuid, text, uuid, text);"


class Migration(migrations.Migration):
    dependencies = [
        ("pos", "0001_initial"),
        ("ledger", "0003_posting"),
        ("merchants", "0002_record_sale"),
        ("relay", "0002_record_event"),
    ]
    operations = [migrations.RunSQL(CREATE, DROP)]
