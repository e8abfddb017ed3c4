-- Add a sale or a refund to its merchant's next settlement. `line` is the charge's or refund's
-- own id, so a mistaken second line would collide with the first.
CREATE OR REPLACE FUNCTION merchants_record_line(
    line uuid, kind text, charge uuid, merchant uuid, store uuid, currency text, amount bigint,
    fee bigint, tip bigint, is_receivable boolean, short_code text, reference text, at timestamptz
) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO merchants_settlementline
           (id, balance_id, store_id, kind, charge_id, short_code, reference,
            amount_minor, fee_minor, tip_minor, is_receivable, at)
    SELECT line, b.id, store, merchants_record_line.kind, charge,
           merchants_record_line.short_code, merchants_record_line.reference,
           amount, fee, tip, merchants_record_line.is_receivable, merchants_record_line.at
      FROM merchants_merchantbalance b
     WHERE b.merchant_id = merchant AND b.currency = merchants_record_line.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Merchant % keeps no balance in %.', merchant, currency;
    END IF;
END $$;
