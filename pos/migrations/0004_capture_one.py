"""Capturing posts its one transfer by the ledger's function for one."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("pos.migrations.0002_capture").CREATE
AFTER = BEFORE.replace(
    """SELECT result INTO outcome FROM ledger_post_transfers(
        ARRAY[captured.id], ARRAY[payer], ARRAY[captured.takings_account_id],
        ARRAY[captured.amount_minor], ARRAY[captured.currency::text], ARRAY['capture'],
        ARRAY[pos_capture_charge.reference]);""",
    """outcome := ledger_post_transfer(
        captured.id, payer, captured.takings_account_id, captured.amount_minor,
        captured.currency::text, 'capture', pos_capture_charge.reference);""",
)


def replace_function(create: str) -> str:
    return create.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("pos", "0003_lease"), ("ledger", "0008_post_batches")]
    operations = [migrations.RunSQL(replace_function(AFTER), replace_function(BEFORE))]
