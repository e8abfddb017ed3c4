-- Put a sale on its merchant's next settlement.
CREATE OR REPLACE FUNCTION merchants_record_sale(
    charge uuid, merchant uuid, store uuid, currency text, amount bigint, fee bigint,
    short_code text, reference text, at timestamptz
) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO merchants_settlementline
           (id, book_id, store_id, kind, charge_id, short_code, reference,
            amount_minor, fee_minor, is_receivable, at)
    SELECT charge, b.id, merchants_record_sale.store, 'sale', charge,
           merchants_record_sale.short_code, merchants_record_sale.reference,
           amount, fee, false, merchants_record_sale.at
      FROM merchants_book b
     WHERE b.merchant_id = merchant AND b.currency = merchants_record_sale.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Merchant % keeps no book in %.', merchant, currency;
    END IF;
END $$;
