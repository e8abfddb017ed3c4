import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0001_initial"),
        ("merchants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("price_minor", models.BigIntegerField()),
                ("is_active", models.BooleanField(default=True)),
                (
                    "category",
                    models.CharField(blank=True, db_default="", default="", max_length=40),
                ),
                (
                    "color",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("jade", "Green"),
                            ("amber", "Yellow"),
                            ("seal", "Red"),
                            ("blue", "Blue"),
                        ],
                        db_default="",
                        default="",
                        max_length=5,
                    ),
                ),
                (
                    "barcode",
                    models.CharField(blank=True, db_default="", default="", max_length=14),
                ),
                ("vat_bps", models.PositiveIntegerField(null=True)),
                ("position", models.PositiveIntegerField(db_default=0, default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("price_minor__gt", 0)),
                        name="pos_item_price_positive",
                    ),
                    models.UniqueConstraint(
                        fields=("store", "name"), name="pos_item_name_once_a_store"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("barcode", ""), _negated=True),
                        fields=("store", "barcode"),
                        name="pos_item_barcode_once_a_store",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("vat_bps", None), ("vat_bps__lte", 10000), _connector="OR"
                        ),
                        name="pos_item_vat_at_most_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Terminal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("pairing_code", models.CharField(max_length=6, null=True, unique=True)),
                ("pairing_code_expires_at", models.DateTimeField(null=True)),
                ("paired_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("last_seen_at", models.DateTimeField(null=True)),
                ("copied_at", models.DateTimeField(null=True)),
                ("may_refund", models.BooleanField(default=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pairing_code", None),
                            ("pairing_code_expires_at__isnull", False),
                            _connector="OR",
                        ),
                        name="pos_terminal_code_expires",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CounterCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pos.terminal",
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("place", models.CharField(max_length=40)),
                ("short_code", models.CharField(max_length=8, unique=True)),
                ("cap_minor", models.BigIntegerField()),
                ("idempotency_key", models.CharField(max_length=255)),
                ("request_hash", models.BinaryField(max_length=32)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "idempotency_key"), name="pos_countercode_one_a_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cap_minor__gt", 0)),
                        name="pos_countercode_cap_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Charge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.merchant",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pos.terminal",
                    ),
                ),
                (
                    "cashier",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.staffmember",
                    ),
                ),
                (
                    "counter_code",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pos.countercode",
                    ),
                ),
                ("principal_id", models.UUIDField()),
                ("idempotency_key", models.CharField(max_length=255)),
                ("request_hash", models.BinaryField(max_length=32)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("claimed", "Claimed"),
                            ("captured", "Captured"),
                            ("canceled", "Canceled"),
                            ("expired", "Expired"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("refunded_minor", models.BigIntegerField(default=0)),
                ("refunds_count", models.PositiveSmallIntegerField(default=0)),
                ("reference", models.CharField(blank=True, max_length=64)),
                ("description", models.CharField(blank=True, max_length=140)),
                ("token", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("short_code", models.CharField(max_length=8)),
                ("check_word", models.CharField(max_length=40)),
                ("receipt_token", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "payer_account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                ("payer_name", models.CharField(blank=True, max_length=80)),
                ("payer_email", models.EmailField(blank=True, max_length=254)),
                (
                    "takings_account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("expires_at", models.DateTimeField()),
                ("was_extended_for_payer", models.BooleanField(default=False)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("captured_at", models.DateTimeField(null=True)),
                ("canceled_at", models.DateTimeField(null=True)),
                ("expired_at", models.DateTimeField(null=True)),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("declined", "Declined"),
                            ("insufficient_funds", "Insufficient Funds"),
                        ],
                        db_default="",
                        default="",
                        max_length=20,
                    ),
                ),
                ("refused_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["store", "-id"], name="pos_charge_of_store"),
                    models.Index(fields=["merchant", "-id"], name="pos_charge_of_merchant"),
                    models.Index(fields=["terminal", "-id"], name="pos_charge_of_terminal"),
                    models.Index(
                        condition=models.Q(
                            ("canceled_at", None), ("captured_at", None), ("expired_at", None)
                        ),
                        fields=["expires_at"],
                        name="pos_charge_alive",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("canceled_at__isnull", False),
                            ("expired_at__isnull", False),
                            _connector="OR",
                        ),
                        fields=["store", "-id"],
                        name="pos_charge_store_unpaid",
                    ),
                    models.Index(
                        condition=models.Q(("refunded_minor__gt", 0)),
                        fields=["store", "-id"],
                        name="pos_charge_store_refunded",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("canceled_at__isnull", False),
                            ("expired_at__isnull", False),
                            _connector="OR",
                        ),
                        fields=["merchant", "-id"],
                        name="pos_charge_merchant_unpaid",
                    ),
                    models.Index(
                        condition=models.Q(("refunded_minor__gt", 0)),
                        fields=["merchant", "-id"],
                        name="pos_charge_merchant_refunded",
                    ),
                    models.Index(
                        condition=models.Q(("counter_code__isnull", False)),
                        fields=["store", "-id"],
                        name="pos_charge_store_counter",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("principal_id", "idempotency_key"), name="pos_charge_one_a_key"
                    ),
                    models.UniqueConstraint(
                        fields=("short_code",), name="pos_charge_short_code_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="pos_charge_amount_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fee_minor__gte", 0), ("fee_minor__lte", models.F("amount_minor"))
                        ),
                        name="pos_charge_fee_within_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refunded_minor__gte", 0),
                            ("refunded_minor__lte", models.F("amount_minor")),
                        ),
                        name="pos_charge_refunds_within_capture",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refunded_minor", 0), ("status", "captured"), _connector="OR"
                        ),
                        name="pos_charge_refunds_only_captured",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["claimed", "captured"]), _negated=True),
                            models.Q(
                                ("lease_until__isnull", False), ("payer_account__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="pos_charge_claimed_has_payer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("captured_at__isnull", False), ("status", "captured")),
                            models.Q(
                                models.Q(("status", "captured"), _negated=True),
                                ("captured_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="pos_charge_captured_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("canceled_at__isnull", False), ("status", "canceled")),
                            models.Q(
                                models.Q(("status", "canceled"), _negated=True),
                                ("canceled_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="pos_charge_canceled_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expired_at__isnull", False), ("status", "expired")),
                            models.Q(
                                models.Q(("status", "expired"), _negated=True),
                                ("expired_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="pos_charge_expired_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="acknowledgement",
                        serialize=False,
                        to="pos.charge",
                    ),
                ),
                (
                    "acknowledged_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChargeLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "charge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="pos.charge",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("quantity", models.PositiveSmallIntegerField()),
                ("unit_price_minor", models.BigIntegerField()),
                ("vat_bps", models.PositiveIntegerField(null=True)),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("charge", "position"), name="pos_line_position_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0), ("unit_price_minor__gt", 0)),
                        name="pos_line_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Collection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "charge",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collections",
                        to="pos.charge",
                    ),
                ),
                (
                    "payer_account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("charge", "payer_account"), name="pos_collection_one_an_account"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DueReceipt",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="pos.charge",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="receipt",
                        serialize=False,
                        to="pos.charge",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "issued_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("mail_tries", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("mail_leased_until", models.DateTimeField(null=True)),
                ("mailed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            models.Q(("email", ""), _negated=True), ("mailed_at", None)
                        ),
                        fields=["issued_at"],
                        name="pos_receipt_to_mail",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "number"), name="pos_receipt_numbered"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "charge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="pos.charge",
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.CharField(blank=True, max_length=140)),
                (
                    "terminal",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pos.terminal",
                    ),
                ),
                (
                    "cashier",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.staffmember",
                    ),
                ),
                ("idempotency_key", models.CharField(max_length=255)),
                ("request_hash", models.BinaryField(max_length=32)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("charge", "idempotency_key"), name="pos_refund_one_a_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="pos_refund_amount_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TerminalToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to="pos.terminal",
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("previous_digest", models.BinaryField(max_length=32, null=True, unique=True)),
                ("rotated_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("is_device", models.BooleanField()),
                (
                    "cashier",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="merchants.staffmember",
                    ),
                ),
                ("unlocked_at", models.DateTimeField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_device", True), ("revoked_at", None)),
                        fields=("terminal",),
                        name="pos_terminal_one_device",
                    )
                ],
            },
        ),
        # Room for a claim on the page of its charge, so that it touches no index.
        migrations.RunSQL(
            "ALTER TABLE pos_charge SET (fillfactor = 70)",
            "ALTER TABLE pos_charge RESET (fillfactor)",
        ),
    ]
