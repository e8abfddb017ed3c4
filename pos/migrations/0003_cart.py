"""What lines of a sale have of their own: a discount and a note."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pos", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="chargeline",
            name="discount_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="chargeline",
            name="note",
            field=models.CharField(blank=True, db_default="", default="", max_length=140),
        ),
        migrations.AddConstraint(
            model_name="chargeline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("discount_minor__gte", 0),
                    (
                        "discount_minor__lte",
                        models.F("quantity") * models.F("unit_price_minor"),
                    ),
                ),
                name="pos_line_discount_within_price",
            ),
        ),
    ]
