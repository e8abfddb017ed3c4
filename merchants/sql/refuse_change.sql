-- Fee invoices and their files are append-only: what was billed is mended by what is billed next.
CREATE OR REPLACE FUNCTION merchants_refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'Fee invoices are never changed.'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER merchants_feeinvoice_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON merchants_feeinvoice
    FOR EACH STATEMENT EXECUTE FUNCTION merchants_refuse_change();

CREATE OR REPLACE TRIGGER merchants_feeinvoicefile_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON merchants_feeinvoicefile
    FOR EACH STATEMENT EXECUTE FUNCTION merchants_refuse_change();
