"""Payment codes: the wallets' secrets, the uses, and the codes that were nobody's."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0002_record_sale"),
        ("pos", "0004_capture_one"),
        ("wallet", "0003_confirm"),
    ]

    operations = [
        migrations.CreateModel(
            name="CodeSeed",
            fields=[
                ("serial", models.AutoField(primary_key=True, serialize=False)),
                ("secret", models.BinaryField(max_length=32)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "wallet",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallet.wallet",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("serial__gte", 0), ("serial__lte", 99999999)),
                        name="wallet_codeseed_serial_has_eight_digits",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CodeUse",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("step", models.BigIntegerField()),
                ("owner_id", models.UUIDField()),
                ("idempotency_key", models.CharField(max_length=255)),
                ("request_hash", models.BinaryField(max_length=32)),
                ("outcome", models.CharField(default="started", max_length=32)),
                (
                    "used_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "charge",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pos.charge",
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallet.wallet",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("wallet", "step"), name="wallet_codeuse_one_a_step"
                    ),
                    models.UniqueConstraint(
                        fields=("owner_id", "idempotency_key"), name="wallet_codeuse_one_a_key"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CollectMiss",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner_id", models.UUIDField()),
                (
                    "missed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.merchant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["merchant", "missed_at"], name="wallet_collectmiss_of_merchant"
                    )
                ],
            },
        ),
    ]
