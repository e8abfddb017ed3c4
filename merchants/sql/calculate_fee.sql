-- A charge's fee in minor units: basis points of the amount, half to even, plus the fixed part,
-- within the rule's least and most; null is no bound. It is never more than the amount itself.
CREATE OR REPLACE FUNCTION merchants_calculate_fee(
    amount bigint, bps int, fixed bigint, minimum bigint, maximum bigint
) RETURNS bigint
LANGUAGE sql IMMUTABLE
AS $$
    SELECT least(greatest(
        amount * bps / 10000
        + CASE WHEN amount * bps % 10000 > 5000
                 OR amount * bps % 10000 = 5000 AND amount * bps / 10000 % 2 = 1
               THEN 1 ELSE 0 END
        + fixed, minimum), maximum, amount)
$$;
