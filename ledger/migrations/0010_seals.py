"""Seals: hashes over ranges of closed history, each chained to the one before."""

import django.db.models.deletion
from django.db import migrations, models

CREATE = """
-- Hashes do not compress, and uncompressed a part can be read without the rest.
ALTER TABLE ledger_sealleaves ALTER COLUMN leaves SET STORAGE EXTERNAL;

CREATE TRIGGER ledger_seal_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_sealleaves_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_sealleaves
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""
DROP = """
DROP TRIGGER ledger_sealleaves_append_only ON ledger_sealleaves;
DROP TRIGGER ledger_seal_append_only ON ledger_seal;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_balances")]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("until_at", models.DateTimeField()),
                ("until_id", models.UUIDField()),
                ("count", models.IntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("previous_hash", models.BinaryField(max_length=32, unique=True)),
                ("hash", models.BinaryField(max_length=32, unique=True)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("count__gt", 0), ("number__gt", 0)),
                        name="ledger_seal_counts_from_one",
                    ),
                    models.UniqueConstraint(
                        fields=("until_at", "until_id"), name="ledger_seal_until_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SealLeaves",
            fields=[
                (
                    "seal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="leaves",
                        serialize=False,
                        to="ledger.seal",
                    ),
                ),
                ("leaves", models.BinaryField()),
            ],
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
