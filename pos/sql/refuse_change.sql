-- A till's closings are append-only: a wrong one is mended by what the next one says.
CREATE OR REPLACE FUNCTION pos_refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'The closings of a till are never changed.'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER pos_closing_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON pos_closing
    FOR EACH STATEMENT EXECUTE FUNCTION pos_refuse_change();

CREATE OR REPLACE TRIGGER pos_closingsum_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON pos_closingsum
    FOR EACH STATEMENT EXECUTE FUNCTION pos_refuse_change();

CREATE OR REPLACE TRIGGER pos_closingentry_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON pos_closingentry
    FOR EACH STATEMENT EXECUTE FUNCTION pos_refuse_change();

CREATE OR REPLACE TRIGGER pos_cashcount_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON pos_cashcount
    FOR EACH STATEMENT EXECUTE FUNCTION pos_refuse_change();

CREATE OR REPLACE TRIGGER pos_cashmovement_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON pos_cashmovement
    FOR EACH STATEMENT EXECUTE FUNCTION pos_refuse_change();
