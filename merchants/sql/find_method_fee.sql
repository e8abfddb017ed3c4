-- The fee of a rule for one payment method: the method's own share and fixed part, or else the
-- rule's; what a sale costs at least and at most is the rule's for all of them.
CREATE OR REPLACE FUNCTION merchants_find_method_fee(
    rule uuid, method text,
    OUT bps int, OUT fixed bigint, OUT minimum bigint, OUT maximum bigint
)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    SELECT coalesce(m.mdr_bps, r.mdr_bps), coalesce(m.fee_fixed_minor, r.fee_fixed_minor),
           r.fee_min_minor, r.fee_max_minor
      INTO bps, fixed, minimum, maximum
      FROM merchants_feerule r
      LEFT JOIN merchants_feemethod m
             ON m.rule_id = r.id AND m.method = merchants_find_method_fee.method
     WHERE r.id = merchants_find_method_fee.rule;
END $$;
