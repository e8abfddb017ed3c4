"""Money that moved on a bank account: what is expected, statements, their entries, breaks."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from banking.models.accounts import BankAccount
from banking.models.orders import Order
from identity.models import User


class Expectation(models.Model):
    """Money somebody has announced: what arrives under its reference is credited at once.

    `credit_account` is the ledger account, a wallet's, that gets it, whatever the amount.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    # A creditor reference (ISO 11649, RF...) without blanks.
    reference = models.CharField(max_length=25, unique=True)
    credit_account = models.ForeignKey("ledger.Account", models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    arrived_at = models.DateTimeField(null=True)

    credit_account_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0),
                name="banking_expectation_amount_positive",
            )
        ]
        indexes = [
            models.Index(fields=["credit_account", "id"], name="banking_expectation_of_account")
        ]

    def __str__(self) -> str:
        return self.reference


class Statement(models.Model):
    """A statement of the bank, or its advice of single entries (camt.054), as it was read."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+")
    format = models.CharField(max_length=20)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    # The place within its file, which may hold several.
    place = models.PositiveIntegerField()
    statement_id = models.CharField(max_length=35, blank=True)
    # Both empty in an advice.
    opening_minor = models.BigIntegerField(null=True)
    closing_minor = models.BigIntegerField(null=True)
    closed_on = models.DateField(null=True)
    entries_count = models.PositiveIntegerField()
    # Entries that an earlier file had brought.
    known_count = models.PositiveIntegerField(default=0)
    read_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    read_at = models.DateTimeField(db_default=Now())

    account_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sha256", "place"], name="banking_statement_read_once"
            )
        ]
        indexes = [
            models.Index(fields=["account", "closed_on"], name="banking_statement_of_account")
        ]

    def __str__(self) -> str:
        return self.file_name


class Entry(models.Model):
    """An amount that the bank moved; its id is also the id of its transfer.

    `fingerprint` is what makes it the same entry in two files: the bank's own reference, or
    else all its facts with its number among equal ones of the day.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+", db_index=False)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="entries")
    fingerprint = models.CharField(max_length=64)
    is_booked = models.BooleanField()
    # Positive where money came in.
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    booked_on = models.DateField(null=True)
    valued_on = models.DateField(null=True)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    creditor_reference = models.CharField(max_length=35, blank=True)
    remittance = models.CharField(max_length=500, blank=True)
    bank_reference = models.CharField(max_length=35, blank=True)
    party_name = models.CharField(max_length=140, blank=True)
    party_iban = models.CharField(max_length=34, blank=True)
    reason_code = models.CharField(max_length=4, blank=True)
    expectation = models.ForeignKey(
        Expectation, models.PROTECT, related_name="entries", null=True
    )
    order = models.ForeignKey(Order, models.PROTECT, related_name="entries", null=True)
    created_at = models.DateTimeField(db_default=Now())

    account_id: UUID
    expectation_id: UUID | None
    order_id: UUID | None

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "fingerprint"], name="banking_entry_counts_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"


class BreakReason(models.TextChoices):
    """Why an entry could not be matched."""

    UNKNOWN_REFERENCE = "unknown_reference"
    NO_REFERENCE = "no_reference"
    WRONG_AMOUNT = "wrong_amount"
    NOT_OURS = "not_ours"
    BANK_CHARGE = "bank_charge"
    LATE = "late"


class BreakDecision(models.TextChoices):
    """What an operator may decide about a break."""

    CREDIT = "credit"
    SEND_BACK = "send_back"
    KEEP = "keep"
    SPLIT = "split"
    BEAR = "bear"


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
    decision = models.CharField(max_length=10, choices=BreakDecision, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    credit_account = models.ForeignKey(
        "ledger.Account", models.PROTECT, related_name="+", null=True
    )
    # When the decision's transfer was posted; its id is the break's own.
    carried_out_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    entry_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(amount_minor=0), name="banking_break_amount_not_zero"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(decision=""), name="banking_break_open"
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(carried_out_at=None) & ~models.Q(decision=""),
                name="banking_break_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.amount_minor} {self.currency}"
