-- Whether a payment of this amount passes one of the wallet's limits. What was paid in a while is
-- the difference of two running totals, so that it costs one look in an index however much was
-- paid, and none while all that the wallet ever paid is within the limit. Call it with the
-- wallet's row locked.
CREATE OR REPLACE FUNCTION wallet_passes_limit(wallet wallet_wallet, amount bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    most wallet_tierlimit;
    total bigint := wallet.paid_minor + amount;
BEGIN
    SELECT * INTO most FROM wallet_tierlimit l
     WHERE l.tier = wallet.tier AND l.currency = wallet.currency;
    IF NOT FOUND OR total > most.paid_ever_max_minor THEN
        RETURN true;
    END IF;
    IF total > most.paid_day_max_minor
       AND total - wallet_sum_paid_before(wallet_id => wallet.id, span => interval '1 day')
           > most.paid_day_max_minor
    THEN
        RETURN true;
    END IF;
    RETURN total > most.paid_year_max_minor
       AND total - wallet_sum_paid_before(wallet_id => wallet.id, span => interval '365 days')
           > most.paid_year_max_minor;
END $$;
