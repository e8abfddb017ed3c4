import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(
            """
            CREATE TYPE ledger_result AS ENUM (
                'created', 'exists', 'exists_with_different_phase',
                'exists_with_different_pending_id', 'exists_with_different_debit_account',
                'exists_with_different_credit_account', 'exists_with_different_amount',
                'exists_with_different_currency', 'exists_with_different_kind',
                'exists_with_different_reference', 'exists_with_different_timeout',
                'deadline_passed', 'debit_account_not_found', 'credit_account_not_found',
                'accounts_must_be_different', 'amount_must_be_positive',
                'timeout_must_be_positive', 'currency_mismatch', 'kind_not_charted',
                'top_up_not_allowed', 'debit_account_closed', 'credit_account_closed',
                'insufficient_funds', 'balance_would_overflow',
                'pending_id_must_be_different', 'pending_transfer_not_found',
                'pending_transfer_not_pending',
                'pending_transfer_has_different_debit_account',
                'pending_transfer_has_different_credit_account',
                'pending_transfer_has_different_currency',
                'pending_transfer_has_different_amount', 'exceeds_pending_transfer_amount',
                'pending_transfer_already_posted', 'pending_transfer_already_voided',
                'pending_transfer_expired', 'pending_transfer_not_expired',
                'linked_transfer_failed', 'linked_chain_open'
            )
            """,
            "DROP TYPE ledger_result",
        ),
        migrations.CreateModel(
            name="Account",
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
                            ("safeguard", "Safeguard"),
                            ("wallet", "Wallet"),
                            ("takings", "Takings"),
                            ("payable", "Payable"),
                            ("receivable", "Receivable"),
                            ("fee_income", "Fee Income"),
                            ("transit", "Transit"),
                            ("suspense", "Suspense"),
                        ],
                        max_length=16,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "normal_side",
                    models.CharField(
                        choices=[("debit", "Debit"), ("credit", "Credit")], max_length=6
                    ),
                ),
                ("may_go_negative", models.BooleanField(default=True)),
                ("balance_minor", models.BigIntegerField(db_default=0, default=0)),
                ("held_minor", models.BigIntegerField(db_default=0, default=0)),
                ("last_posted_at", models.DateTimeField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("may_go_negative", True),
                            ("balance_minor__gte", models.F("held_minor")),
                            _connector="OR",
                        ),
                        name="ledger_account_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("may_go_negative", False),
                            models.Q(("balance_minor", 0), ("held_minor", 0)),
                            _connector="OR",
                        ),
                        name="ledger_account_balance_only_where_limited",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("held_minor__gte", 0)),
                        name="ledger_account_held_not_negative",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("kind__in", ["safeguard", "fee_income", "transit", "suspense"])
                        ),
                        fields=("kind", "currency"),
                        name="ledger_account_one_of_the_house",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BookCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("took_s", models.PositiveIntegerField()),
                ("invariant_count", models.PositiveSmallIntegerField()),
                ("broken", models.TextField(blank=True)),
            ],
            options={
                "indexes": [models.Index(fields=["-began_at"], name="ledger_bookcheck_newest")],
            },
        ),
        migrations.CreateModel(
            name="ChartEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "event",
                        "debit_kind",
                        "credit_kind",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("event", models.CharField(max_length=16)),
                ("debit_kind", models.CharField(max_length=16)),
                ("credit_kind", models.CharField(max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name="ChartKind",
            fields=[
                ("kind", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("normal_side", models.CharField(max_length=6)),
                ("may_go_negative", models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "taken_at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("debited_minor", models.DecimalField(decimal_places=0, max_digits=40)),
                ("credited_minor", models.DecimalField(decimal_places=0, max_digits=40)),
            ],
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "pending_id",
                    models.UUIDField(editable=False, primary_key=True, serialize=False),
                ),
                (
                    "debit_account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "credit_account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("expires_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("expires_at__isnull", False)),
                        fields=["expires_at"],
                        name="ledger_hold_expires",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PeriodClose",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("announced_until", models.DateTimeField(null=True)),
                ("seen_from", models.BigIntegerField(null=True)),
                ("closed_until", models.DateTimeField(null=True)),
                ("checkpointed_until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="ledger_periodclose_one_row"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closed_until__lte", models.F("announced_until"))),
                        name="ledger_periodclose_announced_first",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("until_at", models.DateTimeField()),
                ("until_id", models.UUIDField()),
                ("count", models.IntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("previous_hash", models.BinaryField(max_length=32, unique=True)),
                ("hash", models.BinaryField(max_length=32, unique=True)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("count__gt", 0), ("number__gt", 0)),
                        name="ledger_seal_counts_from_one",
                    ),
                    models.UniqueConstraint(
                        fields=("until_at", "until_id"), name="ledger_seal_until_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SealLeaves",
            fields=[
                (
                    "seal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="leaves",
                        serialize=False,
                        to="ledger.seal",
                    ),
                ),
                ("leaves", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "debit_account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="debits",
                        to="ledger.account",
                    ),
                ),
                (
                    "credit_account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="credits",
                        to="ledger.account",
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("kind", models.CharField(max_length=16)),
                ("reference", models.CharField(max_length=64)),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("single", "Single"),
                            ("pending", "Pending"),
                            ("post", "Post"),
                            ("void", "Void"),
                            ("expire", "Expire"),
                        ],
                        db_default="single",
                        default="single",
                        max_length=8,
                    ),
                ),
                ("pending_id", models.UUIDField(null=True)),
                (
                    "posted_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("expires_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["debit_account", "posted_at"], name="ledger_transfer_debit"
                    ),
                    models.Index(
                        fields=["credit_account", "posted_at"], name="ledger_transfer_credit"
                    ),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True,
                        fields=["posted_at"],
                        name="ledger_transfer_posted_at",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="ledger_transfer_amount_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("debit_account", models.F("credit_account")), _negated=True
                        ),
                        name="ledger_transfer_two_accounts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("phase__in", ["post", "void", "expire"]),
                                ("pending_id__isnull", False),
                            ),
                            models.Q(
                                ("phase__in", ["single", "pending"]),
                                ("pending_id__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_transfer_ends_a_pending",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("phase", "pending"), ("expires_at__isnull", True), _connector="OR"
                        ),
                        name="ledger_transfer_only_pending_expires",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("pending_id__isnull", False)),
                        fields=("pending_id",),
                        name="ledger_transfer_pending_ends_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE ledger_account ADD CONSTRAINT ledger_account_kind_charted"
            " FOREIGN KEY (kind) REFERENCES ledger_chartkind",
            "ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_kind_charted",
        ),
        # The one row of it, which posting and closing read and write from then on.
        migrations.RunSQL(
            "INSERT INTO ledger_periodclose (id) VALUES (1)", "DELETE FROM ledger_periodclose"
        ),
        # Hashes do not compress, and uncompressed a part can be read without the rest.
        migrations.RunSQL(
            "ALTER TABLE ledger_sealleaves ALTER COLUMN leaves SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
    ]
