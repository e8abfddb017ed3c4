-- Only the role that may top up, the banker's, writes down what the bank said and books it: the
-- web keeps a file as it is uploaded, and may not invent an entry of one. The login counts,
-- because a process that is open to the network logs in as another role. For each statement, not
-- for each row, of which a file has many.
CREATE OR REPLACE FUNCTION banking_refuse_but_banker() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT ledger_may_top_up() THEN
        RAISE EXCEPTION 'Only the banker writes %.', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER banking_entry_by_the_banker
    BEFORE INSERT OR UPDATE ON banking_entry
    FOR EACH STATEMENT EXECUTE FUNCTION banking_refuse_but_banker();

CREATE OR REPLACE TRIGGER banking_statement_by_the_banker
    BEFORE INSERT OR UPDATE ON banking_statement
    FOR EACH STATEMENT EXECUTE FUNCTION banking_refuse_but_banker();
