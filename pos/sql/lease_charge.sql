-- Lease a charge to a payer. The row is locked first, so a payer who waited for the lock is
-- judged by the time it was granted. The lease of the payer who holds it is extended, which
-- changes no status and writes no event. A tip that an earlier payer chose goes with that payer. Null: not payable, or another payer's.
CREATE OR REPLACE FUNCTION pos_lease_charge(
    charge uuid, payer uuid, name text, lease interval, event uuid
) RETURNS pos_charge
LANGUAGE plpgsql
AS $$
DECLARE
    leased pos_charge;
    at timestamptz;
    is_held boolean;
BEGIN
    SELECT * INTO leased FROM pos_charge WHERE id = charge FOR NO KEY UPDATE;
    at := clock_timestamp();
    is_held := leased.status = 'claimed' AND leased.lease_until > at;
    IF leased.expires_at <= at OR leased.status NOT IN ('open', 'claimed')
       OR is_held AND leased.payer_account_id <> payer THEN
        RETURN NULL;
    END IF;

    UPDATE pos_charge
       SET status = 'claimed', payer_account_id = payer, payer_name = name,
           claimed_at = CASE WHEN is_held THEN claimed_at ELSE at END,
           version = version + 1,
           amount_minor = CASE WHEN tip_is_payers AND NOT is_held
               THEN amount_minor - tip_minor ELSE amount_minor END,
           tip_minor = CASE WHEN tip_is_payers AND NOT is_held THEN 0 ELSE tip_minor END,
           tip_is_payers = tip_is_payers AND is_held,
           -- A payer who comes late gets a whole lease, once; from then on the end stays.
           lease_until = CASE WHEN was_extended_for_payer
               THEN least(at + lease, expires_at) ELSE at + lease END,
           expires_at = CASE WHEN was_extended_for_payer
               THEN expires_at ELSE greatest(expires_at, at + lease) END,
           was_extended_for_payer = was_extended_for_payer OR at + lease > expires_at
     WHERE id = charge
    RETURNING * INTO leased;
    IF NOT is_held THEN
        PERFORM relay_record_event(
            event => event, kind => 'charge.claimed', feed => leased.merchant_id,
            subject => leased.id, actor => 'payer',
            facts => jsonb_build_object('version', leased.version));
    END IF;
    RETURN leased;
END $$;
