-- Reports of safeguarding are append-only. Blocks may be deleted, by the tables' owner alone,
-- once nobody asks for proofs of so old a report any more; they may never be changed.
CREATE OR REPLACE FUNCTION banking_refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'Reports of safeguarding are never changed.'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER banking_safeguardreport_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON banking_safeguardreport
    FOR EACH STATEMENT EXECUTE FUNCTION banking_refuse_change();

CREATE OR REPLACE TRIGGER banking_safeguardblock_unchanged
    BEFORE UPDATE ON banking_safeguardblock
    FOR EACH STATEMENT EXECUTE FUNCTION banking_refuse_change();
