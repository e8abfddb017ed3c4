"""Money that moved on a bank account: what is expected, statements, their entries, breaks."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from banking.models.accounts import BankAccount, CsvMapping
from banking.models.orders import Order
from identity.models import User
from qr.references import encode_reference


class Expectation(models.Model):
    """Money somebody has announced: what arrives under its reference is credited at once.

    `credit_account` is the ledger account, a wallet's, that gets it, whatever the amount.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    # A creditor reference (ISO 11649, RF...) without blanks.
    reference = models.CharField(max_length=25)
    credit_account = models.ForeignKey(
        "ledger.Account", models.PROTECT, related_name="+", db_index=False
    )
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    arrived_at = models.DateTimeField(null=True)
    # The bank has told of it before it is booked.
    seen_at = models.DateTimeField(null=True)
    wants_letter = models.BooleanField(default=False, db_default=False)

    credit_account_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0),
                name="banking_expectation_amount_positive",
            ),
            # Not `unique=True`, which makes a second index for LIKE.
            models.UniqueConstraint(fields=["reference"], name="banking_expectation_reference"),
        ]
        indexes = [
            models.Index(
                fields=["credit_account", "id"], name="banking_expectation_of_account"
            ),
            models.Index(
                fields=["currency", "amount_minor"],
                condition=models.Q(arrived_at=None),
                name="banking_expectation_open",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ReadingStatus(models.TextChoices):
    """What became of a bank's file."""

    WAITING = "waiting"
    READ = "read"
    REFUSED = "refused"


class BankFile(models.Model):
    """A file from the bank: uploaded on a page, or found in the folder.

    The banker reads it: all of it is entered, or nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    # Null where the file lies in the folder.
    content = models.BinaryField(null=True)
    # How a CSV file is read; its account is the mapping's.
    mapping = models.ForeignKey(CsvMapping, models.PROTECT, related_name="+", null=True)
    status = models.CharField(
        max_length=7, choices=ReadingStatus, default=ReadingStatus.WAITING, db_default="waiting"
    )
    refusal = models.CharField(max_length=500, blank=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    mapping_id: UUID | None

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(status="waiting"),
                name="banking_bankfile_waiting",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Statement(models.Model):
    """A statement of the bank, or its advice of single entries (camt.054), as it was read."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    file = models.ForeignKey(
        BankFile, models.PROTECT, related_name="statements", db_index=False
    )
    # The place within its file, which may hold several.
    place = models.PositiveIntegerField()
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+", db_index=False)
    format = models.CharField(max_length=20)
    statement_id = models.CharField(max_length=35, blank=True)
    # Both empty in an advice.
    opening_minor = models.BigIntegerField(null=True)
    closing_minor = models.BigIntegerField(null=True)
    closed_on = models.DateField(null=True)
    entries_count = models.PositiveIntegerField(default=0)
    # Entries that an earlier file had brought.
    known_count = models.PositiveIntegerField(default=0)
    # Entries that the bank had not booked yet: they are not kept.
    pending_count = models.PositiveIntegerField(default=0)
    # Of a page that another one follows: how often it and those before it hold each line that
    # has no reference of the bank, so that the next page's equal lines count on.
    unnamed_lines = models.JSONField(null=True)
    read_at = models.DateTimeField(db_default=Now())

    account_id: UUID
    file_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "place"], name="banking_statement_once")
        ]
        indexes = [
            models.Index(fields=["account", "closed_on"], name="banking_statement_of_account")
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.statement_id}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `bs_…`."""
        return encode_reference("bs", self.id)


class Entry(models.Model):
    """An amount that the bank booked; its id is also the id of its transfer.

    `fingerprint` is what makes it the same entry in two files: the bank's own reference with
    day and amount, or else all its facts, with its number among equal ones. The parts of a
    batch share it.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+", db_index=False)
    # The one that brought it.
    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="entries", db_index=False
    )
    fingerprint = models.CharField(max_length=64)
    part = models.PositiveIntegerField(default=0)
    # Positive where money came in.
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    booked_on = models.DateField()
    valued_on = models.DateField(null=True)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    # Without blanks; also one that was found in the text.
    creditor_reference = models.CharField(max_length=35, blank=True)
    remittance = models.CharField(max_length=500, blank=True)
    bank_reference = models.CharField(max_length=35, blank=True)
    party_name = models.CharField(max_length=140, blank=True)
    party_iban = models.CharField(max_length=34, blank=True)
    # Why the bank sent it back, such as AC04.
    reason_code = models.CharField(max_length=4, blank=True)
    # What the bank says it is: a charge of its own, or another entry taken back.
    is_charge = models.BooleanField(default=False)
    is_reversal = models.BooleanField(default=False)
    # A batch whose parts the bank did not say, or that do not make up its sum.
    is_lump = models.BooleanField(default=False)
    # How many payments the bank says a lump is of; 0 where it does not say.
    payments_count = models.PositiveIntegerField(default=0, db_default=0)
    # A statement with balances has it; an advice alone is not the bank's last word.
    is_stated = models.BooleanField(default=False)
    # The statement's fingerprint of an entry that an advice brought under another one.
    stated_as = models.CharField(max_length=64, blank=True, default="", db_default="")
    # Their indexes are below: most entries have one of them at most.
    expectation = models.ForeignKey(
        Expectation, models.PROTECT, related_name="entries", null=True, db_index=False
    )
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="entries", null=True, db_index=False
    )
    # When its transfer was posted, and as what.
    posted_at = models.DateTimeField(null=True)
    posted_as = models.CharField(max_length=10, blank=True)

    account_id: UUID
    expectation_id: UUID | None
    order_id: UUID | None

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "fingerprint", "part"], name="banking_entry_counts_once"
            )
        ]
        indexes = [
            models.Index(fields=["statement", "id"], name="banking_entry_of_statement"),
            models.Index(
                fields=["id"],
                condition=models.Q(posted_at=None),
                name="banking_entry_not_posted",
            ),
            models.Index(
                fields=["party_iban", "id"],
                condition=models.Q(expectation__isnull=False),
                name="banking_entry_of_party",
            ),
            models.Index(
                fields=["expectation"],
                condition=models.Q(expectation__isnull=False),
                name="banking_entry_of_expectation",
            ),
            models.Index(
                fields=["order"],
                condition=models.Q(order__isnull=False),
                name="banking_entry_of_order",
            ),
            models.Index(
                fields=["account", "booked_on"],
                condition=models.Q(is_stated=False),
                name="banking_entry_advised",
            ),
            models.Index(
                fields=["account", "stated_as"],
                condition=~models.Q(stated_as=""),
                name="banking_entry_stated_as",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"
