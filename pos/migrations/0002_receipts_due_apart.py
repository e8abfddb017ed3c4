"""Charges whose receipt is due get a table of their own; an index that nobody used goes.

The flag's column stays for one release with a default, because processes of the version before
name it until they are restarted, and so does its index, by which they look for receipts; it has
no rows any more. The models know neither.
"""

import django.db.models.deletion
from django.db import migrations, models

_RENAME = "ALTER TABLE pos_charge RENAME CONSTRAINT {} TO {}"
_NAMES = ("pos_charge_short_code_key", "pos_charge_short_code_once")
# One statement, so that a worker of the version before that numbers receipts meanwhile has
# either taken the flag away, or does not find it any more.
_MOVE = """
    WITH due AS (
        UPDATE pos_charge SET is_receipt_due = false WHERE is_receipt_due RETURNING id
    )
    INSERT INTO pos_duereceipt (charge_id) SELECT id FROM due
"""
_MOVE_BACK = """
    UPDATE pos_charge SET is_receipt_due = true
     WHERE id IN (SELECT charge_id FROM pos_duereceipt)
"""
_FLAG = "ALTER TABLE pos_charge ALTER COLUMN is_receipt_due {} DEFAULT"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("merchants", "0001_initial"),
        ("pos", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DueReceipt",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="pos.charge",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(_MOVE, _MOVE_BACK),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_FLAG.format("SET") + " false", _FLAG.format("DROP")),
            ],
            state_operations=[
                migrations.RemoveIndex(model_name="charge", name="pos_charge_receipt_due"),
                migrations.RemoveField(model_name="charge", name="is_receipt_due"),
            ],
        ),
        # The unique index stays as it is; only the one for beginnings of codes is dropped.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX pos_charge_short_code_e233a059_like",
                    "CREATE INDEX pos_charge_short_code_e233a059_like"
                    " ON pos_charge (short_code varchar_pattern_ops)",
                ),
                migrations.RunSQL(_RENAME.format(*_NAMES), _RENAME.format(*reversed(_NAMES))),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="charge",
                    name="short_code",
                    field=models.CharField(max_length=8),
                ),
                migrations.AddConstraint(
                    model_name="charge",
                    constraint=models.UniqueConstraint(
                        fields=("short_code",), name="pos_charge_short_code_once"
                    ),
                ),
            ],
        ),
        # Room for a claim on the page of its charge, so that it touches no index.
        migrations.RunSQL(
            "ALTER TABLE pos_charge SET (fillfactor = 70)",
            "ALTER TABLE pos_charge RESET (fillfactor)",
        ),
    ]
