"""What the operator bills a shop: one invoice for the fees of each month, never changed."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from identity.models import User
from merchants.models.settlements import MerchantBalance
from qr.references import encode_reference


class InvoiceTerms(models.Model):
    """What the operator's invoices say of VAT, from a month on; of those, the latest is true.

    Fees are what the ledger took, with the VAT in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    applies_from = models.DateField()
    vat_number = models.CharField(max_length=20, blank=True)
    # Of an operator that has no VAT number.
    tax_number = models.CharField(max_length=40, blank=True)
    vat_bps = models.PositiveSmallIntegerField()
    # Why no VAT is charged; empty where some is.
    exemption = models.CharField(max_length=200, blank=True)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(applies_from__day=1), name="merchants_invoiceterms_a_month"
            ),
            models.CheckConstraint(
                condition=~models.Q(vat_number="", tax_number=""),
                name="merchants_invoiceterms_name_the_operator",
            ),
            models.CheckConstraint(
                condition=(models.Q(vat_bps=0) & ~models.Q(exemption=""))
                | models.Q(vat_bps__gt=0, vat_bps__lt=10_000, exemption=""),
                name="merchants_invoiceterms_vat_or_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vat_bps} from {self.applies_from}"


class UnbilledMonth(models.Model):
    """A month with fees that was over and not billed; it is, once there is an invoice."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    balance = models.ForeignKey(
        MerchantBalance, models.PROTECT, related_name="+", db_index=False
    )
    month = models.DateField()
    noted_at = models.DateTimeField(db_default=Now())

    balance_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["balance", "month"], name="merchants_unbilledmonth_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.balance} {self.month}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `um_…`."""
        return encode_reference("um", self.id)


class InvoiceNumber(models.Model):
    """The last number of a year: taken in the invoice's own transaction, so none is lost."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.last} of {self.year}"


class FeeInvoice(models.Model):
    """The fees of a shop in a month and a currency, as the ledger has them; in minor units.

    Below zero it is a credit note: more was given back than was taken.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    balance = models.ForeignKey(MerchantBalance, models.PROTECT, related_name="+")
    # Its first day, and the instants between which the ledger posted them, in shop time.
    month = models.DateField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    issued_on = models.DateField()
    currency = models.CharField(max_length=3)
    settled_count = models.PositiveIntegerField()
    settled_minor = models.BigIntegerField()
    # What two operators took by hand, and what they gave back.
    by_hand_minor = models.BigIntegerField()
    given_back_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    vat_category = models.CharField(max_length=2)
    vat_bps = models.PositiveSmallIntegerField()
    vat_minor = models.BigIntegerField()
    exemption = models.CharField(max_length=200, blank=True)
    # Both sides by their legal names, as they were then.
    seller = models.JSONField()
    buyer = models.JSONField()
    made_at = models.DateTimeField(db_default=Now())

    balance_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year", "number"], name="merchants_feeinvoice_numbered"
            ),
            models.UniqueConstraint(
                fields=["balance", "month"], name="merchants_feeinvoice_one_a_month"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    total_minor=models.F("settled_minor")
                    + models.F("by_hand_minor")
                    - models.F("given_back_minor")
                ),
                name="merchants_feeinvoice_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def public_id(self) -> str:
        """Return the public reference, `fi_…`."""
        return encode_reference("fi", self.id)

    @property
    def label(self) -> str:
        """Return the number as people write it, `FI-2026-00042`."""
        return f"FI-{self.year}-{self.number:05}"

    @property
    def is_credit_note(self) -> bool:
        """Return whether more was given back than was taken."""
        return self.total_minor < 0

    @property
    def net_minor(self) -> int:
        """Return the total without its VAT."""
        return self.total_minor - self.vat_minor


class FeeInvoiceFile(models.Model):
    """An invoice's PDF, drawn once and kept: a newer template never changes an issued one."""

    invoice = models.OneToOneField(
        FeeInvoice, models.PROTECT, primary_key=True, related_name="file"
    )
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.sha256
