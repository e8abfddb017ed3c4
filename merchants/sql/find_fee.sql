-- The fee that a merchant pays at an instant: the latest agreed rule that applies by then, or
-- else the one that it was opened with. Of two from one instant it is the one agreed to last; ids
-- do not tell, because a form draws its id when it is opened.
CREATE OR REPLACE FUNCTION merchants_find_fee(
    merchant uuid, at timestamptz,
    OUT bps int, OUT fixed bigint, OUT minimum bigint, OUT maximum bigint
)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    SELECT coalesce(rule.mdr_bps, m.mdr_bps), coalesce(rule.fee_fixed_minor, m.fee_fixed_minor),
           rule.fee_min_minor, rule.fee_max_minor
      INTO bps, fixed, minimum, maximum
      FROM merchants_merchant m
      LEFT JOIN LATERAL (
            SELECT r.mdr_bps, r.fee_fixed_minor, r.fee_min_minor, r.fee_max_minor
              FROM merchants_feerule r
             WHERE r.merchant_id = m.id AND r.agreed_at IS NOT NULL AND r.applies_from <= at
             ORDER BY r.applies_from DESC, r.agreed_at DESC LIMIT 1) rule ON true
     WHERE m.id = merchant;
END $$;
