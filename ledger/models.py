"""Accounts and append-only transfers between them."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from ledger.chart import AccountKind, Side


class Account(models.Model):
    """Where money is: a kind, a currency and, where it may not go negative, a balance."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=AccountKind)
    currency = models.CharField(max_length=3)
    normal_side = models.CharField(max_length=6, choices=Side)
    may_go_negative = models.BooleanField(default=True)
    balance_minor = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(may_go_negative=True) | models.Q(balance_minor__gte=0),
                name="ledger_account_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(may_go_negative=False) | models.Q(balance_minor=0),
                name="ledger_account_balance_only_where_limited",
            ),
            models.UniqueConstraint(
                fields=["kind", "currency"],
                condition=models.Q(kind__in=["safeguard", "fee_income"]),
                name="ledger_account_one_of_the_house",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.currency} {self.id}"


class Transfer(models.Model):
    """An amount that went from a debit to a credit account; PostgreSQL lets nobody change it.

    No foreign key constraints: posting checks both accounts, and they may one day stand
    on different machines.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    debit_account = models.ForeignKey(
        Account, models.DO_NOTHING, related_name="debits", db_constraint=False, db_index=False
    )
    credit_account = models.ForeignKey(
        Account, models.DO_NOTHING, related_name="credits", db_constraint=False, db_index=False
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=16)
    reference = models.CharField(max_length=64)
    posted_at = models.DateTimeField(db_default=Now())

    debit_account_id: UUID
    credit_account_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="ledger_transfer_amount_positive"
            ),
            models.CheckConstraint(
                condition=~models.Q(debit_account=models.F("credit_account")),
                name="ledger_transfer_two_accounts",
            ),
        ]
        indexes = [
            models.Index(fields=["debit_account", "id"], name="ledger_transfer_debit"),
            models.Index(fields=["credit_account", "id"], name="ledger_transfer_credit"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency} {self.reference}"
