"""The function by which other SQL functions read a running balance."""

from django.db import migrations

CREATE = """
CREATE FUNCTION ledger_read_balance(account uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT balance_minor FROM ledger_account WHERE id = account
$$;
"""
DROP = "DROP FUNCTION ledger_read_balance(uuid);"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_posting")]
    operations = [migrations.RunSQL(CREATE, DROP)]
