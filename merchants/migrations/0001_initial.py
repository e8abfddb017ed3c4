from datetime import time

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "__first__"),
        ("ledger", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="InvoiceNumber",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="InvoiceTerms",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("applies_from", models.DateField()),
                ("vat_number", models.CharField(blank=True, max_length=20)),
                ("tax_number", models.CharField(blank=True, max_length=40)),
                ("vat_bps", models.PositiveSmallIntegerField()),
                ("exemption", models.CharField(blank=True, max_length=200)),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "set_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("applies_from__day", 1)),
                        name="merchants_invoiceterms_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tax_number", ""), ("vat_number", ""), _negated=True
                        ),
                        name="merchants_invoiceterms_name_the_operator",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("vat_bps", 0), models.Q(("exemption", ""), _negated=True)
                            ),
                            models.Q(
                                ("exemption", ""), ("vat_bps__gt", 0), ("vat_bps__lt", 10000)
                            ),
                            _connector="OR",
                        ),
                        name="merchants_invoiceterms_vat_or_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Logo",
            fields=[
                ("name", models.CharField(max_length=48, primary_key=True, serialize=False)),
                ("picture", models.BinaryField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Merchant",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("country", models.CharField(max_length=2)),
                ("time_zone", models.CharField(max_length=40)),
                ("mdr_bps", models.PositiveSmallIntegerField(default=0)),
                ("fee_fixed_minor", models.PositiveIntegerField(default=0)),
                ("payout_min_minor", models.PositiveBigIntegerField(default=0)),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("same_day", "Same Day"),
                            ("next_day", "Next Day"),
                            ("weekly", "Weekly"),
                        ],
                        db_default="next_day",
                        default="next_day",
                        max_length=8,
                    ),
                ),
                ("closing_weekday", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("cut_off", models.TimeField(db_default=time(0, 0), default=time(0, 0))),
                ("is_verified", models.BooleanField(default=False)),
                (
                    "trade",
                    models.CharField(blank=True, db_default="", default="", max_length=4),
                ),
                (
                    "logo",
                    models.CharField(blank=True, db_default="", default="", max_length=48),
                ),
                (
                    "accent",
                    models.CharField(blank=True, db_default="", default="", max_length=7),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mdr_bps__lte", 10000)),
                        name="merchants_merchant_mdr_is_a_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closing_weekday__lte", 6)),
                        name="merchants_merchant_closing_weekday",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_keys",
                        to="merchants.merchant",
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("label", models.CharField(max_length=80)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("unconfirmed", "Unconfirmed"),
                            ("applied", "Applied"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                        ],
                        default="unconfirmed",
                        max_length=11,
                    ),
                ),
                ("shop_name", models.CharField(max_length=80)),
                ("legal_name", models.CharField(max_length=140)),
                (
                    "legal_form",
                    models.CharField(
                        choices=[
                            ("sole_trader", "sole trader"),
                            ("company", "company"),
                            ("partnership", "partnership"),
                            ("association", "association or charity"),
                            ("public_body", "public body"),
                            ("other", "other"),
                        ],
                        max_length=11,
                    ),
                ),
                ("vat_number", models.CharField(blank=True, max_length=20)),
                ("trade", models.CharField(max_length=4)),
                ("street", models.CharField(max_length=70)),
                ("building_number", models.CharField(blank=True, max_length=16)),
                ("postcode", models.CharField(blank=True, max_length=16)),
                ("town", models.CharField(max_length=35)),
                ("country", models.CharField(max_length=2)),
                ("time_zone", models.CharField(max_length=40)),
                ("contact_name", models.CharField(max_length=80)),
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(max_length=16)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
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
                (
                    "merchant",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="application",
                        to="merchants.merchant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["status", "id"], name="merchants_application_status"),
                    models.Index(
                        fields=["email", "created_at"], name="merchants_application_email"
                    ),
                    models.Index(fields=["created_at"], name="merchants_application_created"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "approved"), _negated=True),
                            ("merchant__isnull", False),
                            _connector="OR",
                        ),
                        name="merchants_application_approved_has_merchant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "declined"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="merchants_application_declined_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Book",
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
                    "format",
                    models.CharField(
                        choices=[
                            ("datev", "DATEV"),
                            ("fec", "FEC"),
                            ("sage", "Sage 50"),
                            ("xero", "Xero"),
                            ("quickbooks", "QuickBooks Online"),
                            ("iif", "QuickBooks Desktop"),
                        ],
                        max_length=10,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("year_begins", models.PositiveSmallIntegerField(default=1)),
                ("adviser", models.CharField(blank=True, max_length=7)),
                ("client", models.CharField(blank=True, max_length=5)),
                ("account_length", models.PositiveSmallIntegerField(default=4)),
                ("siren", models.CharField(blank=True, max_length=9)),
                ("journal_code", models.CharField(blank=True, max_length=6)),
                ("tax_word", models.CharField(blank=True, max_length=50)),
                (
                    "changed_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("merchant", "format"), name="merchants_book_one_a_format"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("year_begins__gte", 1), ("year_begins__lte", 12)),
                        name="merchants_book_year_begins_in_a_month",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BookAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="accounts",
                        to="merchants.book",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("clearing", "Clearing"),
                            ("sales", "Sales"),
                            ("refunds", "Refunds"),
                            ("fees", "Fees"),
                            ("adjustments", "Adjustments"),
                            ("transit", "Transit"),
                            ("bank", "Bank"),
                        ],
                        max_length=11,
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=100)),
                ("name", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("book", "purpose"), name="merchants_bookaccount_one_a_purpose"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FeeRule",
            fields=[
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("reason", models.CharField(max_length=500)),
                (
                    "agreed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("agreed_at", models.DateTimeField(null=True)),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(null=True)),
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
                ("mdr_bps", models.PositiveSmallIntegerField()),
                ("fee_fixed_minor", models.PositiveIntegerField()),
                ("fee_min_minor", models.PositiveIntegerField(db_default=0, default=0)),
                ("fee_max_minor", models.PositiveIntegerField(null=True)),
                ("applies_from", models.DateTimeField()),
                (
                    "tier_of",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.feerule",
                    ),
                ),
                ("volume_minor", models.BigIntegerField(null=True)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("agreed_at__isnull", False)),
                        fields=["merchant", "applies_from", "id"],
                        name="merchants_feerule_agreed",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed_at", None), ("agreed_by", None)),
                            models.Q(
                                models.Q(("agreed_by", models.F("asked_by")), _negated=True),
                                ("agreed_at__isnull", False),
                                ("agreed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="merchants_feerule_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("agreed_at", None), ("withdrawn_at", None), _connector="OR"
                        ),
                        name="merchants_feerule_decided_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mdr_bps__lte", 10000)),
                        name="merchants_feerule_is_a_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("agreed_at", None),
                            ("applies_from__gt", models.F("agreed_at")),
                            _connector="OR",
                        ),
                        name="merchants_feerule_never_the_past",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("agreed_at", None), ("withdrawn_at", None)),
                        fields=("merchant",),
                        name="merchants_feerule_one_open_a_merchant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fee_max_minor", None),
                            ("fee_max_minor__gte", models.F("fee_min_minor")),
                            _connector="OR",
                        ),
                        name="merchants_feerule_least_within_most",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("tier_of__isnull", False)),
                        fields=("tier_of", "applies_from"),
                        name="merchants_feerule_one_tier_a_month",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeeTier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tiers",
                        to="merchants.feerule",
                    ),
                ),
                ("from_minor", models.PositiveBigIntegerField()),
                ("mdr_bps", models.PositiveSmallIntegerField()),
            ],
            options={
                "ordering": ["from_minor"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule", "from_minor"), name="merchants_feetier_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_minor__gt", 0), ("mdr_bps__lte", 10000)),
                        name="merchants_feetier_is_a_share",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MerchantBalance",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="balances",
                        to="merchants.merchant",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "payable_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "receivable_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "settled_until",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("fence", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("leased_until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("merchant", "currency"),
                        name="merchants_merchantbalance_one_a_currency",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FeeInvoice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                (
                    "balance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.merchantbalance",
                    ),
                ),
                ("month", models.DateField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("issued_on", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("settled_count", models.PositiveIntegerField()),
                ("settled_minor", models.BigIntegerField()),
                ("by_hand_minor", models.BigIntegerField()),
                ("given_back_minor", models.BigIntegerField()),
                ("total_minor", models.BigIntegerField()),
                ("vat_category", models.CharField(max_length=2)),
                ("vat_bps", models.PositiveSmallIntegerField()),
                ("vat_minor", models.BigIntegerField()),
                ("exemption", models.CharField(blank=True, max_length=200)),
                ("seller", models.JSONField()),
                ("buyer", models.JSONField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("year", "number"), name="merchants_feeinvoice_numbered"
                    ),
                    models.UniqueConstraint(
                        fields=("balance", "month"), name="merchants_feeinvoice_one_a_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total_minor",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("settled_minor"),
                                        "+",
                                        models.F("by_hand_minor"),
                                    ),
                                    "-",
                                    models.F("given_back_minor"),
                                ),
                            )
                        ),
                        name="merchants_feeinvoice_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeeInvoiceFile",
            fields=[
                (
                    "invoice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="merchants.feeinvoice",
                    ),
                ),
                ("pdf", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, primary_key=True, serialize=False
                    ),
                ),
                ("legal_name", models.CharField(max_length=140)),
                (
                    "legal_form",
                    models.CharField(
                        choices=[
                            ("sole_trader", "sole trader"),
                            ("company", "company"),
                            ("partnership", "partnership"),
                            ("association", "association or charity"),
                            ("public_body", "public body"),
                            ("other", "other"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "licence",
                    models.CharField(
                        choices=[
                            ("limited_network", "limited network"),
                            ("e_money", "e-money institution"),
                        ],
                        max_length=15,
                    ),
                ),
                ("street", models.CharField(max_length=70)),
                ("building_number", models.CharField(blank=True, max_length=16)),
                ("postcode", models.CharField(blank=True, max_length=16)),
                ("town", models.CharField(max_length=35)),
                ("country", models.CharField(max_length=2)),
                ("currency", models.CharField(max_length=3)),
                ("time_zone", models.CharField(max_length=40)),
                (
                    "founded_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="merchants_organisation_only_one"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PayoutAccount",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payout_accounts",
                        to="merchants.merchant",
                    ),
                ),
                ("iban", models.CharField(max_length=34)),
                ("bic", models.CharField(blank=True, max_length=11)),
                ("bank_name", models.CharField(blank=True, max_length=140)),
                ("holder", models.CharField(max_length=70)),
                ("street", models.CharField(max_length=70)),
                ("building_number", models.CharField(blank=True, max_length=16)),
                ("postcode", models.CharField(blank=True, max_length=16)),
                ("town", models.CharField(max_length=35)),
                ("country", models.CharField(max_length=2)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("counts_from", models.DateTimeField()),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=["merchant", "counts_from"],
                        name="merchants_payoutaccount_counts",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PayoutHold",
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
                        related_name="holds",
                        to="merchants.merchant",
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("identity", "Identity"),
                            ("bank_account", "Bank Account"),
                            ("refunds", "Refunds"),
                            ("misuse", "Misuse"),
                            ("authority", "Authority"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("appeal", models.CharField(max_length=500)),
                ("ends_at", models.DateTimeField()),
                (
                    "placed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "placed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_because", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["merchant", "ends_at"], name="merchants_payouthold_ends"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("placed_at"))),
                        name="merchants_payouthold_ends_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True),
                            models.Q(("appeal", ""), _negated=True),
                        ),
                        name="merchants_payouthold_says_why_and_how_to_appeal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lifted_at", None), ("lifted_because", ""), ("lifted_by", None)
                            ),
                            models.Q(
                                ("lifted_at__isnull", False),
                                ("lifted_by__isnull", False),
                                models.Q(("lifted_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="merchants_payouthold_lifted_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "balance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="merchants.merchantbalance",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField()),
                ("opening_minor", models.BigIntegerField()),
                ("sales_count", models.PositiveIntegerField()),
                ("sales_minor", models.BigIntegerField()),
                ("refunds_count", models.PositiveIntegerField()),
                ("refunds_minor", models.BigIntegerField()),
                ("fees_minor", models.BigIntegerField()),
                ("adjusted_minor", models.BigIntegerField(db_default=0, default=0)),
                ("payout_minor", models.BigIntegerField()),
                ("closing_minor", models.BigIntegerField()),
                ("payout_due_on", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("balance", "number"), name="merchants_settlement_numbered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "closing_minor",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("opening_minor"),
                                                    "+",
                                                    models.F("sales_minor"),
                                                ),
                                                "-",
                                                models.F("refunds_minor"),
                                            ),
                                            "-",
                                            models.F("fees_minor"),
                                        ),
                                        "+",
                                        models.F("adjusted_minor"),
                                    ),
                                    "-",
                                    models.F("payout_minor"),
                                ),
                            )
                        ),
                        name="merchants_settlement_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("payout_minor__gte", 0)),
                        name="merchants_settlement_payout_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Store",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stores",
                        to="merchants.merchant",
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("street", models.CharField(blank=True, max_length=120)),
                ("city", models.CharField(blank=True, max_length=80)),
                ("currency", models.CharField(max_length=3)),
                (
                    "takings_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "code_format",
                    models.CharField(
                        choices=[("link", "Link"), ("emv", "Emv")],
                        db_default="link",
                        default="link",
                        max_length=4,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("closed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="merchants.merchant",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=80)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("manager", "Manager"),
                            ("cashier", "Cashier"),
                            ("accountant", "Accountant"),
                        ],
                        max_length=10,
                    ),
                ),
                ("may_refund", models.BooleanField(default=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("accepted_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SettlementLine",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "balance",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.merchantbalance",
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
                    "kind",
                    models.CharField(
                        choices=[("sale", "Sale"), ("refund", "Refund")], max_length=6
                    ),
                ),
                ("charge_id", models.UUIDField()),
                ("short_code", models.CharField(max_length=8)),
                ("reference", models.CharField(blank=True, max_length=64)),
                ("amount_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("is_receivable", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "settlement",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="merchants.settlement",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("settlement", None)),
                        fields=["balance", "at"],
                        name="merchants_line_open",
                    ),
                    models.Index(
                        fields=["settlement", "at", "id"], name="merchants_line_of_settlement"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_minor__gt", 0),
                            ("fee_minor__gte", 0),
                            ("fee_minor__lte", models.F("amount_minor")),
                        ),
                        name="merchants_line_fee_within_amount",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffMember",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff",
                        to="merchants.merchant",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff",
                        to="merchants.store",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("manager", "Manager"),
                            ("cashier", "Cashier"),
                            ("accountant", "Accountant"),
                        ],
                        max_length=10,
                    ),
                ),
                ("may_refund", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("merchant", "user"), name="merchants_staff_once_a_merchant"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Export",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.merchant",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.staffmember",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.store",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("payments", "Payments"), ("report", "Report")], max_length=8
                    ),
                ),
                ("query", models.CharField(blank=True, max_length=1000)),
                ("layout", models.CharField(max_length=10)),
                ("language", models.CharField(max_length=15)),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("done_count", models.PositiveIntegerField(default=0)),
                ("all_count", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("leased_until", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("file_name", models.CharField(blank=True, max_length=80)),
                ("sha256", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("failed_at", None), ("made_at", None)),
                        fields=["id"],
                        name="merchants_export_undone",
                    ),
                    models.Index(
                        fields=["merchant", "-id"], name="merchants_export_of_merchant"
                    ),
                    models.Index(
                        condition=models.Q(("made_at__isnull", False), ("removed_at", None)),
                        fields=["made_at"],
                        name="merchants_export_kept",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("failed_at", None), ("made_at", None)),
                        fields=("staff", "kind", "query", "layout", "language"),
                        name="merchants_export_undone_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("made_at", None),
                            models.Q(("file_name", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="merchants_export_made_has_file",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportMail",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.staffmember",
                    ),
                ),
                ("by", models.CharField(max_length=10)),
                (
                    "every",
                    models.CharField(
                        choices=[
                            ("day", "Every day"),
                            ("week", "Every week"),
                            ("month", "Every month"),
                        ],
                        max_length=5,
                    ),
                ),
                ("language", models.CharField(max_length=15)),
                ("begins_on", models.DateField()),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["id"],
                        name="merchants_reportmail_alive",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("staff", "by", "every"),
                        name="merchants_reportmail_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MailedReport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "mail",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="merchants.reportmail",
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mail", "first_day"), name="merchants_mailedreport_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StoreAddress",
            fields=[
                (
                    "store",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="address",
                        serialize=False,
                        to="merchants.store",
                    ),
                ),
                ("street", models.CharField(max_length=70)),
                ("building_number", models.CharField(blank=True, max_length=16)),
                ("postcode", models.CharField(blank=True, max_length=16)),
                ("town", models.CharField(max_length=35)),
                ("country", models.CharField(max_length=2)),
            ],
        ),
        migrations.CreateModel(
            name="StoreDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="merchants.store",
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField()),
                ("opens_at", models.TimeField(null=True)),
                ("closes_at", models.TimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "weekday"), name="merchants_storeday_once_a_weekday"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekday__lte", 6)),
                        name="merchants_storeday_weekday",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closes_at", None), ("opens_at", None)),
                            models.Q(("closes_at__isnull", False), ("opens_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="merchants_storeday_both_times_or_none",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "CREATE INDEX merchants_merchant_words ON merchants_merchant"
            " USING gin (to_tsvector('simple', name))",
            "DROP INDEX merchants_merchant_words",
        ),
        migrations.RunSQL(
            "CREATE INDEX merchants_application_words ON merchants_application"
            " USING gin (to_tsvector('simple', legal_name))",
            "DROP INDEX merchants_application_words",
        ),
        migrations.RunSQL(
            "CREATE INDEX merchants_application_vat ON merchants_application (vat_number)"
            " WHERE vat_number <> ''",
            "DROP INDEX merchants_application_vat",
        ),
    ]
