"""What the till has been told, and an index by which it finds what it has not."""

from django.db import migrations, models
from django.db.models.deletion import PROTECT
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("pos", "0007_till_keys")]
    operations = [
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        on_delete=PROTECT,
                        primary_key=True,
                        related_name="acknowledgement",
                        serialize=False,
                        to="pos.charge",
                    ),
                ),
                ("acknowledged_at", models.DateTimeField(db_default=Now())),
            ],
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(fields=["terminal", "-id"], name="pos_charge_of_terminal"),
        ),
    ]
