"""An index on what a constraint's index begins with goes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pos", "0002_receipts_due_apart"),
        ("wallet", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="claim",
            name="charge",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pos.charge",
            ),
        ),
    ]
