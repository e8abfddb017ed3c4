-- The fee that a merchant pays at an instant: the latest agreed rule that applies by then, or
-- else the one that it was opened with. Of two from one instant it is the one agreed to last; ids
-- do not tell, because a form draws its id when it is opened.
CREATE OR REPLACE FUNCTION merchants_find_fee(
    merchant uuid, at timestamptz, OUT bps int, OUT fixed bigint
)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    SELECT r.mdr_bps, r.fee_fixed_minor INTO bps, fixed FROM merchants_feerule r
     WHERE r.merchant_id = merchant AND r.agreed_at IS NOT NULL AND r.applies_from <= at
     ORDER BY r.applies_from DESC, r.agreed_at DESC LIMIT 1;
    IF NOT FOUND THEN
        SELECT m.mdr_bps, m.fee_fixed_minor INTO bps, fixed FROM merchants_merchant m
         WHERE m.id = merchant;
    END IF;
END $$;
