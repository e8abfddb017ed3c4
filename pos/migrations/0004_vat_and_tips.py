import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("merchants", "0003_vat_and_tips"),
        ("pos", "0003_cart"),
    ]

    operations = [
        migrations.CreateModel(
            name="RefundVat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vat_bps", models.PositiveIntegerField()),
                ("gross_minor", models.BigIntegerField()),
                ("vat_minor", models.BigIntegerField()),
            ],
            options={
                "ordering": ["vat_bps"],
            },
        ),
        migrations.AddField(
            model_name="charge",
            name="tip_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="charge",
            name="tip_is_payers",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="charge",
            name="vat_bps",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="charge",
            name="vat_is_added",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="chargeline",
            name="added_vat_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="refund",
            name="tip_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("tip_minor__gte", 0), ("tip_minor__lt", models.F("amount_minor"))
                ),
                name="pos_charge_tip_within_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("tip_minor__gte", 0), ("tip_minor__lte", models.F("amount_minor"))
                ),
                name="pos_refund_tip_within_amount",
            ),
        ),
        migrations.AddField(
            model_name="refundvat",
            name="refund",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="vat",
                to="pos.refund",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundvat",
            constraint=models.UniqueConstraint(
                fields=("refund", "vat_bps"), name="pos_refundvat_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refundvat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("vat_minor__gte", 0), ("vat_minor__lte", models.F("gross_minor"))
                ),
                name="pos_refundvat_within_price",
            ),
        ),
    ]
