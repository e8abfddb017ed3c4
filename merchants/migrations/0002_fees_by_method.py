import django.db.models.deletion
import django.db.models.functions.datetime
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("merchants", "0001_initial")]

    operations = [
        # What is closed keeps its bytes, and its checksum.
        migrations.AddField(
            model_name="settlement",
            name="form",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AlterField(
            model_name="settlement",
            name="form",
            field=models.PositiveSmallIntegerField(db_default=2, default=2),
        ),
        migrations.AddField(
            model_name="feerule",
            name="by_method",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="FeeMethod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("till_code", "Code of the till, scanned by the customer"),
                            ("customer_code", "Customer's code, scanned by the till"),
                            ("counter_code", "Counter code"),
                            ("link", "Payment link"),
                        ],
                        max_length=16,
                    ),
                ),
                ("mdr_bps", models.PositiveSmallIntegerField()),
                ("fee_fixed_minor", models.PositiveIntegerField()),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="methods",
                        to="merchants.feerule",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule", "method"), name="merchants_feemethod_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mdr_bps__lte", 10000)),
                        name="merchants_feemethod_is_a_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "method__in",
                                ["till_code", "customer_code", "counter_code", "link"],
                            )
                        ),
                        name="merchants_feemethod_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnbilledMonth",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                (
                    "noted_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "balance",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.merchantbalance",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("balance", "month"), name="merchants_unbilledmonth_once"
                    )
                ],
            },
        ),
    ]
