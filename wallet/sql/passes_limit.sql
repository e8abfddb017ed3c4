-- Whether a payment of this amount passes one of the wallet's limits. What was paid in a while is
-- the difference of two running totals, so that it costs one look in an index however much was
-- paid, and none while all that the wallet ever paid is within the limit. Call it with the
-- wallet's row locked. Volatile, so that it sees the limits as they are after a wait for a
-- migration: to an older snapshot, a table that was rewritten is empty.
CREATE OR REPLACE FUNCTION wallet_passes_limit(wallet wallet_wallet, amount bigint)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    -- Single values: a whole row in a variable costs twice as much as reading it.
    day_max bigint;
    year_max bigint;
    ever_max bigint;
    total bigint := wallet.paid_minor + amount;
BEGIN
    SELECT l.paid_day_max_minor, l.paid_year_max_minor, l.paid_ever_max_minor
      INTO day_max, year_max, ever_max
      FROM wallet_tierlimit l
     WHERE l.tier = wallet.tier AND l.currency = wallet.currency;
    IF NOT FOUND OR total > ever_max THEN
        RETURN true;
    END IF;
    IF total > day_max
       AND total - wallet_sum_paid_before(wallet_id => wallet.id, span => interval '1 day')
           > day_max
    THEN
        RETURN true;
    END IF;
    RETURN total > year_max
       AND total - wallet_sum_paid_before(wallet_id => wallet.id, span => interval '365 days')
           > year_max;
END $$;
