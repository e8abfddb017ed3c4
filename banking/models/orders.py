"""Money that is to leave a bank account: orders, and the files that carry them to the bank."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from banking.models.accounts import BankAccount
from identity.models import User
from qr.references import encode_reference


class OrderKind(models.TextChoices):
    """Why money leaves."""

    PAYOUT = "payout"
    REDEMPTION = "redemption"
    # Money that came in and belongs to nobody here goes back to its sender.
    SEND_BACK = "send_back"


class OrderStatus(models.TextChoices):
    """The states of an order.

    pending -> sent -> accepted -> booked -> returned; refused from sent or accepted; canceled
    from pending. Unknown, from sent: nobody can say whether the bank took it, so it is asked
    about and never sent again.
    """

    PENDING = "pending"
    SENT = "sent"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    BOOKED = "booked"
    REFUSED = "refused"
    RETURNED = "returned"
    CANCELED = "canceled"


class FileStatus(models.TextChoices):
    """The states of a payment file."""

    DRAFT = "draft"
    RELEASED = "released"
    SENT = "sent"
    CANCELED = "canceled"


class PaymentFile(models.Model):
    """A run: the orders of one account that go to the bank in one file.

    Its message id is made from its own id, so it is the same however often it is written.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=FileStatus, default=FileStatus.DRAFT)
    execute_on = models.DateField()
    orders_count = models.PositiveIntegerField()
    total_minor = models.BigIntegerField()
    # Of the file as it was first written: a later one must be the same.
    sha256 = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(db_default=Now())
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    released_at = models.DateTimeField(null=True)
    # When somebody said that the bank has it; a file for the outbox needs nobody to say so.
    handed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    handed_at = models.DateTimeField(null=True)
    # When its orders' money was moved, and when it was written to the outbox.
    sent_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    account_id: UUID
    created_by_id: UUID | None
    released_by_id: UUID | None

    class Meta:
        indexes = [
            models.Index(fields=["account", "id"], name="banking_file_of_account"),
            models.Index(
                fields=["id"],
                condition=models.Q(status="released")
                | models.Q(status="sent", dropped_at=None),
                name="banking_file_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.total_minor}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `pf_…`."""
        return encode_reference("pf", self.id)

    @property
    def message_id(self) -> str:
        """Return the id by which the bank knows the file: 28 letters and digits."""
        return encode_reference("pf", self.id).replace("_", "").upper()


class Order(models.Model):
    """One payment to somebody's bank account.

    `source_account` is the ledger account it is paid from (a payable, a wallet, suspense);
    `subject` is the settlement, redemption or entry that it pays, which gets one order at most.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=OrderKind)
    subject = models.UUIDField()
    source_account = models.ForeignKey("ledger.Account", models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    status = models.CharField(max_length=8, choices=OrderStatus, default=OrderStatus.PENDING)
    creditor_name = models.CharField(max_length=70)
    creditor_iban = models.CharField(max_length=34)
    creditor_bic = models.CharField(max_length=11, blank=True)
    street = models.CharField(max_length=70, blank=True)
    building_number = models.CharField(max_length=16, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    town = models.CharField(max_length=35, blank=True)
    country = models.CharField(max_length=2, blank=True)
    remittance = models.CharField(max_length=140)
    file = models.ForeignKey(
        PaymentFile, models.PROTECT, related_name="orders", null=True, db_index=False
    )
    # The refused, returned or canceled order of the same subject that this one replaces: each
    # is replaced once, so nothing is paid again without somebody who says so.
    follows = models.OneToOneField("self", models.PROTECT, related_name="+", null=True)
    # The bank's code of a refusal or return, such as AC04.
    reason_code = models.CharField(max_length=4, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    source_account_id: UUID
    file_id: UUID | None
    follows_id: UUID | None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="banking_order_amount_positive"
            ),
            # A returned or refused one may be followed by another for the same subject.
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=~models.Q(status__in=["refused", "returned", "canceled"]),
                name="banking_order_one_alive_a_subject",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(follows=None),
                name="banking_order_one_first_a_subject",
            ),
        ]
        indexes = [
            models.Index(
                fields=["currency", "id"],
                condition=models.Q(status="pending"),
                name="banking_order_pending",
            ),
            models.Index(fields=["file", "id"], name="banking_order_of_file"),
            models.Index(fields=["subject", "id"], name="banking_order_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `po_…`."""
        return encode_reference("po", self.id)

    @property
    def end_to_end_id(self) -> str:
        """Return the id that the payment keeps from bank to bank: 28 letters and digits."""
        return encode_reference("po", self.id).replace("_", "").upper()
