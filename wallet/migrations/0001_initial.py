import django.db.models.deletion
import django.db.models.functions.datetime
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "__first__"),
        ("ledger", "0001_initial"),
        ("merchants", "0001_initial"),
        ("pos", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE TYPE wallet_outcome AS ENUM (
                'confirmed', 'charge_not_payable', 'pin_required', 'idempotency_mismatch',
                'transfer_refused', 'wallet_frozen', 'limit_reached'
            )
            """,
            "DROP TYPE wallet_outcome",
        ),
        migrations.CreateModel(
            name="IdentityRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("start", "Start"),
                            ("known", "Known"),
                            ("checked", "Checked"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("granted", "Granted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("legal_name", models.CharField(max_length=140)),
                ("born_on", models.DateField(null=True)),
                ("street", models.CharField(max_length=70)),
                ("building_number", models.CharField(blank=True, max_length=16)),
                ("postcode", models.CharField(blank=True, max_length=16)),
                ("town", models.CharField(max_length=35)),
                ("country", models.CharField(max_length=2)),
                (
                    "document_kind",
                    models.CharField(
                        choices=[
                            ("passport", "Passport"),
                            ("card", "Card"),
                            ("permit", "Permit"),
                            ("licence", "Licence"),
                        ],
                        max_length=8,
                    ),
                ),
                ("document_tail", models.CharField(max_length=4)),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "-id"], name="wallet_identityrequest_of_user"),
                    models.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["id"],
                        name="wallet_identityrequest_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False), ("erased_at", None)),
                        fields=["ended_at"],
                        name="wallet_identityrequest_kept",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "waiting")),
                        fields=("user",),
                        name="wallet_identityrequest_one_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("status", "waiting")),
                            models.Q(
                                models.Q(("status", "waiting"), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="wallet_identityrequest_ended_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_by", None), ("status__in", ["waiting", "withdrawn"])
                            ),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("status__in", ["granted", "declined"]),
                            ),
                            _connector="OR",
                        ),
                        name="wallet_identityrequest_decided_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "declined"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="wallet_identityrequest_declined_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentCodeMiss",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
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
                ("principal_id", models.UUIDField()),
                (
                    "missed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["merchant", "missed_at"], name="wallet_paymentcodemiss_recent"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TierLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("start", "Start"),
                            ("known", "Known"),
                            ("checked", "Checked"),
                        ],
                        max_length=8,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("balance_max_minor", models.BigIntegerField(null=True)),
                ("paid_day_max_minor", models.BigIntegerField(null=True)),
                ("paid_year_max_minor", models.BigIntegerField(null=True)),
                ("paid_ever_max_minor", models.BigIntegerField(null=True)),
                ("redeemed_day_max_minor", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tier", "currency"), name="wallet_tierlimit_one_a_currency"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Wallet",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                ("no_pin_count", models.PositiveSmallIntegerField(default=0)),
                ("no_pin_minor", models.BigIntegerField(default=0)),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("start", "Start"),
                            ("known", "Known"),
                            ("checked", "Checked"),
                        ],
                        db_default="start",
                        default="start",
                        max_length=8,
                    ),
                ),
                ("paid_minor", models.BigIntegerField(db_default=0, default=0)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("frozen_at", models.DateTimeField(null=True)),
                (
                    "frozen_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "nobody"),
                            ("owner", "its owner"),
                            ("operator", "an operator"),
                        ],
                        db_default="",
                        default="",
                        max_length=8,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "currency"), name="wallet_wallet_one_a_currency"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("frozen_at", None), ("frozen_by", "")),
                            models.Q(
                                ("frozen_at__isnull", False),
                                models.Q(("frozen_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="wallet_wallet_frozen_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallet.wallet",
                    ),
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
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("charge", "wallet"), name="wallet_claim_one_a_charge"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="wallet.claim",
                    ),
                ),
                ("reason", models.CharField(max_length=32)),
                (
                    "happened_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
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
                (
                    "charge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pos.charge",
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("balance_after_minor", models.BigIntegerField()),
                ("paid_total_minor", models.BigIntegerField(db_default=0)),
                ("with_pin", models.BooleanField()),
                ("idempotency_key", models.CharField(max_length=255)),
                ("request_hash", models.BinaryField(max_length=32)),
                (
                    "confirmed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["wallet", "-id"], name="wallet_payment_of_wallet")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("wallet", "idempotency_key"), name="wallet_payment_one_a_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentCodeSeed",
            fields=[
                ("serial", models.AutoField(primary_key=True, serialize=False)),
                (
                    "wallet",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallet.wallet",
                    ),
                ),
                ("secret", models.BinaryField(max_length=32)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("serial__gte", 0), ("serial__lte", 99999999)),
                        name="wallet_paymentcodeseed_serial_has_eight_digits",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentCodeUse",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
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
                ("step", models.BigIntegerField()),
                (
                    "charge",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pos.charge",
                    ),
                ),
                ("principal_id", models.UUIDField()),
                ("idempotency_key", models.CharField(max_length=255)),
                ("request_hash", models.BinaryField(max_length=32)),
                ("outcome", models.CharField(default="started", max_length=32)),
                (
                    "used_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("wallet", "step"), name="wallet_paymentcodeuse_one_a_step"
                    ),
                    models.UniqueConstraint(
                        fields=("principal_id", "idempotency_key"),
                        name="wallet_paymentcodeuse_one_a_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShortCodeMiss",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wallet.wallet",
                    ),
                ),
                (
                    "missed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["wallet", "missed_at"], name="wallet_shortcodemiss_of_wallet"
                    )
                ],
            },
        ),
    ]
