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
    ]

    operations = [
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("iban", models.CharField(max_length=34, unique=True)),
                ("bic", models.CharField(blank=True, max_length=11)),
                ("holder", models.CharField(max_length=70)),
                ("street", models.CharField(blank=True, max_length=70)),
                ("building_number", models.CharField(blank=True, max_length=16)),
                ("postcode", models.CharField(blank=True, max_length=16)),
                ("town", models.CharField(max_length=35)),
                ("country", models.CharField(max_length=2)),
                ("currency", models.CharField(max_length=3)),
                ("is_in_use", models.BooleanField(default=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_in_use", True)),
                        fields=("currency",),
                        name="banking_bankaccount_one_in_use_a_currency",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CsvMapping",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.bankaccount",
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("delimiter", models.CharField(default=";", max_length=1)),
                ("encoding", models.CharField(default="utf-8-sig", max_length=20)),
                ("decimal_mark", models.CharField(default=",", max_length=1)),
                (
                    "date_order",
                    models.CharField(
                        choices=[
                            ("dmy", "Day First"),
                            ("mdy", "Month First"),
                            ("ymd", "Year First"),
                        ],
                        default="dmy",
                        max_length=3,
                    ),
                ),
                ("booked_on", models.CharField(max_length=60)),
                ("valued_on", models.CharField(blank=True, max_length=60)),
                ("amount", models.CharField(blank=True, max_length=60)),
                ("money_in", models.CharField(blank=True, max_length=60)),
                ("money_out", models.CharField(blank=True, max_length=60)),
                ("currency", models.CharField(blank=True, max_length=60)),
                ("party_name", models.CharField(blank=True, max_length=60)),
                ("party_iban", models.CharField(blank=True, max_length=60)),
                ("remittance", models.CharField(blank=True, max_length=60)),
                ("bank_reference", models.CharField(blank=True, max_length=60)),
                ("end_to_end_id", models.CharField(blank=True, max_length=60)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "name"), name="banking_csvmapping_named_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("size", models.BigIntegerField()),
                ("content", models.BinaryField(null=True)),
                (
                    "mapping",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.csvmapping",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("read", "Read"),
                            ("refused", "Refused"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("refusal", models.CharField(blank=True, max_length=500)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["id"],
                        name="banking_bankfile_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Expectation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reference", models.CharField(max_length=25)),
                (
                    "credit_account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("arrived_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("wants_letter", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["credit_account", "id"], name="banking_expectation_of_account"
                    ),
                    models.Index(
                        condition=models.Q(("arrived_at", None)),
                        fields=["currency", "amount_minor"],
                        name="banking_expectation_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="banking_expectation_amount_positive",
                    ),
                    models.UniqueConstraint(
                        fields=("reference",), name="banking_expectation_reference"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.bankaccount",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("released", "Released"),
                            ("sent", "Sent"),
                            ("canceled", "Canceled"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("execute_on", models.DateField()),
                ("orders_count", models.PositiveIntegerField()),
                ("total_minor", models.BigIntegerField()),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "handed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("handed_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "id"], name="banking_file_of_account"),
                    models.Index(
                        condition=models.Q(
                            ("status", "released"),
                            models.Q(("dropped_at", None), ("status", "sent")),
                            _connector="OR",
                        ),
                        fields=["id"],
                        name="banking_file_under_way",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("payout", "Payout"),
                            ("redemption", "Redemption"),
                            ("send_back", "Send Back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("subject", models.UUIDField()),
                (
                    "source_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("sent", "Sent"),
                            ("accepted", "Accepted"),
                            ("unknown", "Unknown"),
                            ("booked", "Booked"),
                            ("refused", "Refused"),
                            ("returned", "Returned"),
                            ("canceled", "Canceled"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("creditor_name", models.CharField(max_length=70)),
                ("creditor_iban", models.CharField(max_length=34)),
                ("creditor_bic", models.CharField(blank=True, max_length=11)),
                ("street", models.CharField(blank=True, max_length=70)),
                ("building_number", models.CharField(blank=True, max_length=16)),
                ("postcode", models.CharField(blank=True, max_length=16)),
                ("town", models.CharField(blank=True, max_length=35)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("remittance", models.CharField(max_length=140)),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="banking.paymentfile",
                    ),
                ),
                (
                    "follows",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.order",
                    ),
                ),
                ("reason_code", models.CharField(blank=True, max_length=4)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "pending")),
                        fields=["currency", "id"],
                        name="banking_order_pending",
                    ),
                    models.Index(fields=["file", "id"], name="banking_order_of_file"),
                    models.Index(fields=["subject", "id"], name="banking_order_of_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="banking_order_amount_positive",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("status__in", ["refused", "returned", "canceled"]), _negated=True
                        ),
                        fields=("kind", "subject"),
                        name="banking_order_one_alive_a_subject",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("follows", None)),
                        fields=("kind", "subject"),
                        name="banking_order_one_first_a_subject",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="banking.order",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                            ("unknown", "Unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason_code", models.CharField(blank=True, max_length=4)),
                (
                    "said_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "said_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("carried_out_at", models.DateTimeField(null=True)),
                ("took_effect", models.BooleanField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("carried_out_at", None)),
                        fields=["id"],
                        name="banking_answer_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("file_name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("content", models.BinaryField()),
                (
                    "brought_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "brought_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("read_at", models.DateTimeField(null=True)),
                ("refusal", models.CharField(blank=True, max_length=500)),
                ("accepted_count", models.PositiveIntegerField(default=0)),
                ("refused_count", models.PositiveIntegerField(default=0)),
                ("unknown_count", models.PositiveIntegerField(default=0)),
                ("unchanged_count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("read_at", None)),
                        fields=["id"],
                        name="banking_report_unread",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SafeguardReport",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("currency", models.CharField(max_length=3)),
                ("number", models.IntegerField()),
                ("until", models.DateTimeField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("wallets_minor", models.BigIntegerField()),
                ("shops_minor", models.BigIntegerField()),
                ("shops_owe_minor", models.BigIntegerField()),
                ("difference_minor", models.BigIntegerField(null=True)),
                ("leaf_count", models.BigIntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("content", models.TextField()),
                ("hash", models.BinaryField(max_length=32, unique=True)),
                ("signature", models.BinaryField(max_length=64)),
                ("secret", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("currency", "number"),
                        name="banking_safeguardreport_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("leaf_count__gte", 0),
                            ("number__gt", 0),
                            ("shops_minor__gte", 0),
                            ("wallets_minor__gte", 0),
                        ),
                        name="banking_safeguardreport_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SafeguardBlock",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "report_id",
                        "height",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="blocks",
                        to="banking.safeguardreport",
                    ),
                ),
                ("height", models.SmallIntegerField()),
                ("number", models.IntegerField()),
                ("first_key", models.BinaryField(max_length=32)),
                ("nodes", models.BinaryField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("height", 0)),
                        fields=["report", "first_key"],
                        name="banking_safeguardblock_leaf",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="banking.bankfile",
                    ),
                ),
                ("place", models.PositiveIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.bankaccount",
                    ),
                ),
                ("format", models.CharField(max_length=20)),
                ("statement_id", models.CharField(blank=True, max_length=35)),
                ("opening_minor", models.BigIntegerField(null=True)),
                ("closing_minor", models.BigIntegerField(null=True)),
                ("closed_on", models.DateField(null=True)),
                ("entries_count", models.PositiveIntegerField(default=0)),
                ("known_count", models.PositiveIntegerField(default=0)),
                ("pending_count", models.PositiveIntegerField(default=0)),
                ("unnamed_lines", models.JSONField(null=True)),
                (
                    "read_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["account", "closed_on"], name="banking_statement_of_account"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("file", "place"), name="banking_statement_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.bankaccount",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="banking.statement",
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                ("part", models.PositiveIntegerField(default=0)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("booked_on", models.DateField()),
                ("valued_on", models.DateField(null=True)),
                ("end_to_end_id", models.CharField(blank=True, max_length=35)),
                ("creditor_reference", models.CharField(blank=True, max_length=35)),
                ("remittance", models.CharField(blank=True, max_length=500)),
                ("bank_reference", models.CharField(blank=True, max_length=35)),
                ("party_name", models.CharField(blank=True, max_length=140)),
                ("party_iban", models.CharField(blank=True, max_length=34)),
                ("reason_code", models.CharField(blank=True, max_length=4)),
                ("is_charge", models.BooleanField(default=False)),
                ("is_reversal", models.BooleanField(default=False)),
                ("is_lump", models.BooleanField(default=False)),
                ("payments_count", models.PositiveIntegerField(db_default=0, default=0)),
                ("is_stated", models.BooleanField(default=False)),
                (
                    "stated_as",
                    models.CharField(blank=True, db_default="", default="", max_length=64),
                ),
                (
                    "expectation",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="banking.expectation",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="banking.order",
                    ),
                ),
                ("posted_at", models.DateTimeField(null=True)),
                ("posted_as", models.CharField(blank=True, max_length=10)),
            ],
            options={
                "verbose_name_plural": "entries",
                "indexes": [
                    models.Index(fields=["statement", "id"], name="banking_entry_of_statement"),
                    models.Index(
                        condition=models.Q(("posted_at", None)),
                        fields=["id"],
                        name="banking_entry_not_posted",
                    ),
                    models.Index(
                        condition=models.Q(("expectation__isnull", False)),
                        fields=["party_iban", "id"],
                        name="banking_entry_of_party",
                    ),
                    models.Index(
                        condition=models.Q(("expectation__isnull", False)),
                        fields=["expectation"],
                        name="banking_entry_of_expectation",
                    ),
                    models.Index(
                        condition=models.Q(("order__isnull", False)),
                        fields=["order"],
                        name="banking_entry_of_order",
                    ),
                    models.Index(
                        condition=models.Q(("is_stated", False)),
                        fields=["account", "booked_on"],
                        name="banking_entry_advised",
                    ),
                    models.Index(
                        condition=models.Q(("stated_as", ""), _negated=True),
                        fields=["account", "stated_as"],
                        name="banking_entry_stated_as",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "fingerprint", "part"),
                        name="banking_entry_counts_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Break",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breaks",
                        to="banking.entry",
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("unknown_reference", "Unknown Reference"),
                            ("no_reference", "No Reference"),
                            ("wrong_amount", "Wrong Amount"),
                            ("not_ours", "Not Ours"),
                            ("bank_charge", "Bank Charge"),
                            ("late", "Late"),
                            ("reversal", "Reversal"),
                            ("parts", "Parts"),
                            ("over_limit", "Over Limit"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "suggested_account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.entry",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("credit", "Credit"),
                            ("send_back", "Send Back"),
                            ("keep", "Keep"),
                            ("split", "Split"),
                            ("bear", "Bear"),
                            ("recover", "Recover"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "credit_account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                ("carried_out_at", models.DateTimeField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "split_from",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="banking.break",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("carried_out_at", None)),
                        fields=["id"],
                        name="banking_break_open",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("carried_out_at", None),
                            models.Q(("decision__in", ["", "keep"]), _negated=True),
                        ),
                        fields=["id"],
                        name="banking_break_decided",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor", 0), _negated=True),
                        name="banking_break_amount_not_zero",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Adjustment",
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
                    "debit_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "credit_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "about",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.break",
                    ),
                ),
                ("carried_out_at", models.DateTimeField(null=True)),
                ("moved_minor", models.BigIntegerField(null=True)),
                ("refusal", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("agreed_at", None), ("withdrawn_at", None)),
                        fields=["id"],
                        name="banking_adjustment_open",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("agreed_at__isnull", False), ("carried_out_at", None)
                        ),
                        fields=["id"],
                        name="banking_adjustment_agreed",
                    ),
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
                        name="banking_adjustment_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("agreed_at", None), ("withdrawn_at", None), _connector="OR"
                        ),
                        name="banking_adjustment_decided_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="banking_adjustment_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("debit_account", models.F("credit_account")), _negated=True
                        ),
                        name="banking_adjustment_two_accounts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("carried_out_at", None), ("moved_minor", None)),
                            models.Q(
                                ("agreed_at__isnull", False),
                                ("carried_out_at__isnull", False),
                                ("moved_minor__gte", 0),
                                ("moved_minor__lte", models.F("amount_minor")),
                            ),
                            _connector="OR",
                        ),
                        name="banking_adjustment_moves_once_agreed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("refusal", ""), ("withdrawn_at", None)),
                        fields=("about",),
                        name="banking_adjustment_one_a_break",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SafeguardCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "checked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "statement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banking.statement",
                    ),
                ),
                ("bank_minor", models.BigIntegerField(null=True)),
                ("wallets_minor", models.BigIntegerField()),
                ("merchants_minor", models.BigIntegerField()),
                ("transit_minor", models.BigIntegerField()),
                ("suspense_minor", models.BigIntegerField()),
                ("fees_minor", models.BigIntegerField()),
                ("later_minor", models.BigIntegerField()),
                ("difference_minor", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["currency", "-id"], name="banking_safeguardcheck_newest"
                    )
                ],
            },
        ),
    ]
