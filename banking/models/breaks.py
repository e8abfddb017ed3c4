"""Entries that nobody could match: they wait in suspense for a decision."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from banking.models.statements import Entry
from identity.models import User
from qr.references import encode_reference


class BreakReason(models.TextChoices):
    """Why an entry could not be matched."""

    UNKNOWN_REFERENCE = "unknown_reference"
    NO_REFERENCE = "no_reference"
    WRONG_AMOUNT = "wrong_amount"
    NOT_OURS = "not_ours"
    BANK_CHARGE = "bank_charge"
    LATE = "late"
    REVERSAL = "reversal"
    PARTS = "parts"
    OVER_LIMIT = "over_limit"


class BreakDecision(models.TextChoices):
    """What an operator may decide about a break."""

    CREDIT = "credit"
    SEND_BACK = "send_back"
    KEEP = "keep"
    SPLIT = "split"
    BEAR = "bear"
    # Of a top-up that the bank took back, by an adjustment.
    RECOVER = "recover"


class Break(models.Model):
    """An entry that waits in suspense until somebody decides; a split leaves further ones."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="breaks")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=20, choices=BreakReason)
    suggested_account = models.ForeignKey(
        "ledger.Account", models.PROTECT, related_name="+", null=True
    )
    # The top-up that the bank takes back with it, to the suggested account.
    reverses = models.ForeignKey(
        Entry, models.PROTECT, related_name="+", null=True, db_index=False
    )
    decision = models.CharField(max_length=10, choices=BreakDecision, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    credit_account = models.ForeignKey(
        "ledger.Account", models.PROTECT, related_name="+", null=True
    )
    # When the decision's transfer was posted, whose id is the break's own; a split has none,
    # and what is kept stays open.
    carried_out_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    # Of the break that was split into this one and others.
    split_from = models.ForeignKey(
        "self", models.PROTECT, related_name="parts", null=True, db_index=False
    )

    entry_id: UUID
    reverses_id: UUID | None
    suggested_account_id: UUID | None
    credit_account_id: UUID | None
    decided_by_id: UUID | None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(amount_minor=0), name="banking_break_amount_not_zero"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(carried_out_at=None),
                name="banking_break_open",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(carried_out_at=None) & ~models.Q(decision__in=["", "keep"]),
                name="banking_break_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.amount_minor} {self.currency}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `bk_…`."""
        return encode_reference("bk", self.id)
