from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("merchants", "0002_fees_by_method"),
    ]

    operations = [
        migrations.AddField(
            model_name="settlement",
            name="refunded_tips_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="settlement",
            name="tips_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="settlementline",
            name="tip_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="store",
            name="asks_tips",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="store",
            name="tip_high_bps",
            field=models.PositiveSmallIntegerField(db_default=1500, default=1500),
        ),
        migrations.AddField(
            model_name="store",
            name="tip_low_bps",
            field=models.PositiveSmallIntegerField(db_default=500, default=500),
        ),
        migrations.AddField(
            model_name="store",
            name="tip_max_bps",
            field=models.PositiveSmallIntegerField(db_default=5000, default=5000),
        ),
        migrations.AddField(
            model_name="store",
            name="tip_middle_bps",
            field=models.PositiveSmallIntegerField(db_default=1000, default=1000),
        ),
        migrations.AddField(
            model_name="store",
            name="vat_default_bps",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="store",
            name="vat_mode",
            field=models.CharField(
                choices=[("included", "Included"), ("excluded", "Excluded"), ("none", "None")],
                db_default="included",
                default="included",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="settlementline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("tip_minor__gte", 0), ("tip_minor__lte", models.F("amount_minor"))
                ),
                name="merchants_line_tip_within_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="store",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("vat_default_bps", None), ("vat_default_bps__lte", 10000), _connector="OR"
                ),
                name="merchants_store_vat_at_most_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="store",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("tip_low_bps__gt", 0),
                    ("tip_low_bps__lt", models.F("tip_middle_bps")),
                    ("tip_middle_bps__lt", models.F("tip_high_bps")),
                    ("tip_high_bps__lte", models.F("tip_max_bps")),
                    ("tip_max_bps__lte", 10000),
                ),
                name="merchants_store_tips_rise_to_most",
            ),
        ),
    ]
