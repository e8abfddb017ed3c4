"""What two-phase transfers need: a phase, the pending one that is ended, and open holds.

Both indexes of transfers by account now run in the order of posting, which is the order of
a statement and of a balance at an instant.
"""

import django.db.models.deletion
from django.db import migrations, models

ENDS = models.Q(("phase__in", ["post", "void", "expire"]))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_read_balance")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="held_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="account",
            name="last_posted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RemoveConstraint(model_name="account", name="ledger_account_not_negative"),
        migrations.RemoveConstraint(
            model_name="account", name="ledger_account_balance_only_where_limited"
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("may_go_negative", True))
                | models.Q(("balance_minor__gte", models.F("held_minor"))),
                name="ledger_account_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("may_go_negative", False))
                | models.Q(("balance_minor", 0), ("held_minor", 0)),
                name="ledger_account_balance_only_where_limited",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_minor__gte", 0)),
                name="ledger_account_held_not_negative",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="phase",
            field=models.CharField(
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
        migrations.AddField(
            model_name="transfer",
            name="pending_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="transfer",
            name="expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=(ENDS & models.Q(("pending_id__isnull", False)))
                | (
                    models.Q(("phase__in", ["single", "pending"]))
                    & models.Q(("pending_id__isnull", True))
                ),
                name="ledger_transfer_ends_a_pending",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("phase", "pending"))
                | models.Q(("expires_at__isnull", True)),
                name="ledger_transfer_only_pending_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                fields=["pending_id"],
                condition=models.Q(("pending_id__isnull", False)),
                name="ledger_transfer_pending_ends_once",
            ),
        ),
        migrations.RemoveIndex(model_name="transfer", name="ledger_transfer_debit"),
        migrations.RemoveIndex(model_name="transfer", name="ledger_transfer_credit"),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                fields=["debit_account", "posted_at"], name="ledger_transfer_debit"
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                fields=["credit_account", "posted_at"], name="ledger_transfer_credit"
            ),
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "pending_id",
                    models.UUIDField(editable=False, primary_key=True, serialize=False),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "credit_account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
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
    ]
