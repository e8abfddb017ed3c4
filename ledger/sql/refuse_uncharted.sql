-- An account has the side and limit of its kind: whoever may open accounts may not open a wallet
-- that has no bottom. A trigger and not a check, because PostgreSQL parses a check again whenever
-- a balance is written.
CREATE OR REPLACE FUNCTION ledger_refuse_uncharted() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ledger_chartkind k
         WHERE k.kind = NEW.kind AND k.normal_side = NEW.normal_side
           AND k.may_go_negative = NEW.may_go_negative) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The chart has no account of this kind, side and limit.'
        USING ERRCODE = 'check_violation';
END $$;

CREATE OR REPLACE TRIGGER ledger_account_as_charted BEFORE INSERT ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_uncharted();
