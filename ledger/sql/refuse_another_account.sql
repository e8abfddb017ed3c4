-- An account stays what it was opened as. Writing a balance does not fire the trigger.
CREATE OR REPLACE FUNCTION ledger_refuse_another_account() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'An account stays what it was opened as; open another one.'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER ledger_account_stays
    BEFORE UPDATE OF id, kind, currency, normal_side, may_go_negative
        OR DELETE OR TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_another_account();
