"""PostgreSQL itself refuses to make another account of one, or to forget it.

Writing a balance does not set it off: the trigger is of the other columns.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION ledger_refuse_another_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An account stays what it was opened as; open another one.'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_account_stays
    BEFORE UPDATE OF id, kind, currency, normal_side, may_go_negative
        OR DELETE OR TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_another_account();
"""
ALLOW = """
DROP TRIGGER ledger_account_stays ON ledger_account;
DROP FUNCTION ledger_refuse_another_account();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0014_account_as_charted")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
