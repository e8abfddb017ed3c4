"""Databases that lost the receipts' flag by an earlier text of `0002` get its column again."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("pos", "0003_item_shelf"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE pos_charge"
            " ADD COLUMN IF NOT EXISTS is_receipt_due boolean NOT NULL DEFAULT false",
            migrations.RunSQL.noop,
        ),
    ]
