"""Printed codes of a store or a till, and the charges that payers open at them."""

import uuid6
from django.db import migrations, models
from django.db.models import deletion
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("pos", "0004_capture_one"), ("merchants", "0004_store_closed")]
    operations = [
        migrations.CreateModel(
            name="StaticCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("place", models.CharField(max_length=40)),
                ("short_code", models.CharField(max_length=8, unique=True)),
                ("cap_minor", models.BigIntegerField()),
                ("idempotency_key", models.CharField(max_length=255)),
                ("request_hash", models.BinaryField(max_length=32)),
                ("created_at", models.DateTimeField(db_default=Now())),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=deletion.PROTECT, related_name="+", to="merchants.store"
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=deletion.PROTECT,
                        related_name="+",
                        to="pos.terminal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["store", "idempotency_key"], name="pos_staticcode_one_a_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(cap_minor__gt=0), name="pos_staticcode_cap_positive"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="charge",
            name="static_code",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=deletion.PROTECT,
                related_name="+",
                to="pos.staticcode",
            ),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                condition=models.Q(static_code__isnull=False),
                fields=["store", "-id"],
                name="pos_charge_store_static",
            ),
        ),
    ]
