-- Take the next invoice number of a year. Its row stays locked until the invoice's transaction
-- ends, and a transaction that is rolled back gives the number back: there are no gaps.
CREATE OR REPLACE FUNCTION merchants_take_invoice_number(year int) RETURNS int
LANGUAGE sql
AS $$
    INSERT INTO merchants_invoicenumber AS n (year, last)
    VALUES (merchants_take_invoice_number.year, 1)
    ON CONFLICT ON CONSTRAINT merchants_invoicenumber_pkey DO UPDATE SET last = n.last + 1
    RETURNING last
$$;
