"""The function that puts a sale on its merchant's next settlement."""

from django.db import migrations

CREATE = """
CREATE FUNCTION merchants_record_sale(
    charge uuid, merchant uuid, store uuid, currency text,
    amount bigint, fee bigint, short_code text, reference text, at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
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
"""
DROP = """
DROP FUNCTION merchants_record_sale(
    uuid, uuid, uuid, text, bigint, bigint, text, text, timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("merchants", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
