-- Claim a charge for a wallet: the lease and the claim at once. No row: not payable, or
-- another's.
CREATE OR REPLACE FUNCTION wallet_claim_charge(
    payer uuid, charge_id uuid, wallet_id uuid, claim_id uuid, name text, lease interval,
    event uuid
) RETURNS TABLE (claim wallet_claim, charge pos_charge)
LANGUAGE plpgsql
AS $$
BEGIN
    charge := pos_lease_charge(
        charge => wallet_claim_charge.charge_id, payer => payer, name => name, lease => lease,
        event => event);
    IF charge.id IS NULL THEN
        RETURN;
    END IF;

    INSERT INTO wallet_claim AS c (id, wallet_id, charge_id)
    VALUES (claim_id, wallet_claim_charge.wallet_id, charge.id)
    ON CONFLICT ON CONSTRAINT wallet_claim_one_a_charge
        DO UPDATE SET wallet_id = excluded.wallet_id
    RETURNING c.* INTO claim;
    RETURN NEXT;
END $$;
