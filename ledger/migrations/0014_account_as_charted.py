"""PostgreSQL itself refuses to open an account with another side or limit than its kind's.

Who may open accounts may not open a wallet that has no bottom. It is a trigger and no check,
because PostgreSQL reads a check from its text again whenever a balance is written.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION ledger_refuse_uncharted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'wallet' AND NEW.normal_side = 'credit' AND NOT NEW.may_go_negative
       OR NEW.kind IN ('takings', 'payable', 'fee_income')
          AND NEW.normal_side = 'credit' AND NEW.may_go_negative
       OR NEW.kind IN ('safeguard', 'receivable')
          AND NEW.normal_side = 'debit' AND NEW.may_go_negative THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The chart has no account of this kind, side and limit.'
        USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER ledger_account_as_charted BEFORE INSERT ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_uncharted();
"""
ALLOW = """
DROP TRIGGER ledger_account_as_charted ON ledger_account;
DROP FUNCTION ledger_refuse_uncharted();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0013_close_by_function")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
