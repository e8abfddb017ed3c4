"""Refunds and receipts of captured charges."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from ledger.templatetags.money import percent_of
from merchants.models import StaffMember, Store
from pos.models.charges import Charge
from pos.models.terminals import Terminal
from qr.references import encode_reference


class Refund(models.Model):
    """Money given back to the payer of a charge, whole or in part."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    # Within the amount.
    tip_minor = models.BigIntegerField(default=0, db_default=0)
    # Of cash: what rounding adds to what is handed back.
    rounding_minor = models.BigIntegerField(default=0, db_default=0)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=140, blank=True)
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, related_name="+", null=True, db_index=False
    )
    cashier = models.ForeignKey(
        StaffMember, models.PROTECT, related_name="+", null=True, db_index=False
    )
    idempotency_key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(db_default=Now())

    charge_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["charge", "idempotency_key"], name="pos_refund_one_a_key"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="pos_refund_amount_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(tip_minor__gte=0)
                & models.Q(tip_minor__lte=models.F("amount_minor")),
                name="pos_refund_tip_within_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} of {self.charge_id}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `rf_…`."""
        return encode_reference("rf", self.id)

    @property
    def goods_minor(self) -> int:
        """Return what is given back for goods, in minor units: all but the tip."""
        return self.amount_minor - self.tip_minor

    @property
    def cashier_name(self) -> str:
        """Return the cashier's name; empty if no person made the refund."""
        return self.cashier.name if self.cashier else ""

    @property
    def made_by(self) -> str:
        """Return who made the refund and where: the cashier, the till; empty for a server."""
        names = [self.cashier_name, self.terminal.name if self.terminal else ""]
        return " · ".join(filter(None, names))


class RefundVat(models.Model):
    """The part of a refund that is of one rate of VAT; the refund's table has one a rate."""

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="vat", db_index=False)
    vat_bps = models.PositiveIntegerField()
    gross_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField()

    refund_id: UUID

    class Meta:
        ordering = ["vat_bps"]
        constraints = [
            models.UniqueConstraint(fields=["refund", "vat_bps"], name="pos_refundvat_once"),
            models.CheckConstraint(
                condition=models.Q(vat_minor__gte=0)
                & models.Q(vat_minor__lte=models.F("gross_minor")),
                name="pos_refundvat_within_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vat_bps} of {self.refund_id}"

    @property
    def percent(self) -> str:
        """Return the rate as people read it, `13.5` or `13,5`."""
        return percent_of(self.vat_bps)

    @property
    def net_minor(self) -> int:
        """Return the part without its VAT, in minor units."""
        return self.gross_minor - self.vat_minor


class DueReceipt(models.Model):
    """A captured charge whose receipt has no number yet.

    A table of its own, because a column would change the charge once more, and all its indexes.
    """

    charge = models.OneToOneField(
        Charge,
        models.DO_NOTHING,
        related_name="+",
        primary_key=True,
        # Written by the statement that captures the charge.
        db_constraint=False,
    )

    def __str__(self) -> str:
        return str(self.charge_id)


class Receipt(models.Model):
    """The numbered receipt of a captured charge; numbers run without gaps in a store."""

    charge = models.OneToOneField(
        Charge, models.PROTECT, related_name="receipt", primary_key=True
    )
    store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    email = models.EmailField(blank=True)
    issued_at = models.DateTimeField(db_default=Now())
    mail_tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    mail_leased_until = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "number"], name="pos_receipt_numbered")
        ]
        indexes = [
            models.Index(
                fields=["issued_at"],
                condition=~models.Q(email="") & models.Q(mailed_at=None),
                name="pos_receipt_to_mail",
            )
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.number:05}"
