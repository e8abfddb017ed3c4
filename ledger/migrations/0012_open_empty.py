"""A balance begins at nothing by itself, so that nobody needs the right to say so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_bookcheck")]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="balance_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
