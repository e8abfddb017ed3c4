-- The fee that a merchant pays at an instant: the latest agreed rule that applies by then, or
-- else the one that it was opened with. Of two from one instant it is the one agreed to last; ids
-- do not tell, because a form draws its id when it is opened. `by_method` says that the rule has
-- other parts for some payment methods (`merchants_find_method_fee`).
CREATE OR REPLACE FUNCTION merchants_find_fee_rule(
    merchant uuid, at timestamptz,
    OUT rule uuid, OUT bps int, OUT fixed bigint, OUT minimum bigint, OUT maximum bigint,
    OUT by_method boolean
)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    SELECT latest.id, coalesce(latest.mdr_bps, m.mdr_bps),
           coalesce(latest.fee_fixed_minor, m.fee_fixed_minor),
           latest.fee_min_minor, latest.fee_max_minor, latest.by_method
      INTO rule, bps, fixed, minimum, maximum, by_method
      FROM merchants_merchant m
      LEFT JOIN LATERAL (
            SELECT r.id, r.mdr_bps, r.fee_fixed_minor, r.fee_min_minor, r.fee_max_minor,
                   r.by_method
              FROM merchants_feerule r
             WHERE r.merchant_id = m.id AND r.agreed_at IS NOT NULL AND r.applies_from <= at
             ORDER BY r.applies_from DESC, r.agreed_at DESC LIMIT 1) latest ON true
     WHERE m.id = merchant;
END $$;
