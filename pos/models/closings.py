"""The day's end of a till: what it sold and gave back since the one before.

Closings, their sums and their entries are append-only. The hash is over all a closing says and
the hash of the one before (`docs/closings.md`).
"""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from merchants.models import StaffMember, Store
from pos.models.terminals import Terminal
from qr.references import encode_reference


class Closing(models.Model):
    """A Z report: numbered from 1 on at its till, without a gap; amounts in minor units."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="+", db_index=False)
    store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    # Null where the till was moved to another store from the dashboard.
    cashier = models.ForeignKey(
        StaffMember, models.PROTECT, related_name="+", null=True, db_index=False
    )
    currency = models.CharField(max_length=3)
    # When the one before was made; null at the first, which begins with the till's first sale.
    since = models.DateTimeField(null=True)
    closed_at = models.DateTimeField()
    sales_count = models.PositiveIntegerField()
    sales_minor = models.BigIntegerField()
    refunds_count = models.PositiveIntegerField()
    refunds_minor = models.BigIntegerField()
    # Within the sales, less those refunded; and what the prices of the sales were cut by.
    tips_minor = models.BigIntegerField()
    discounts_minor = models.BigIntegerField()
    # Of all closings of the till up to this one.
    all_sales_minor = models.BigIntegerField()
    all_refunds_minor = models.BigIntegerField()
    # Cash: what was put in and taken out, what sales brought and refunds took, as handed over.
    float_minor = models.BigIntegerField()
    paid_in_minor = models.BigIntegerField()
    paid_out_minor = models.BigIntegerField()
    cash_sales_minor = models.BigIntegerField()
    cash_refunds_minor = models.BigIntegerField()
    # Within what was handed over: what rounding added to sales, less what it added to refunds.
    rounding_minor = models.BigIntegerField()
    # Null where nobody counted.
    counted_minor = models.BigIntegerField(null=True)
    difference_reason = models.CharField(max_length=140, blank=True)
    entries_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    terminal_id: UUID
    store_id: UUID
    cashier_id: UUID | None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terminal", "number"], name="pos_closing_numbered"),
            models.CheckConstraint(
                condition=models.Q(number__gt=0), name="pos_closing_number_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(counted_minor=None) | models.Q(counted_minor__gte=0),
                name="pos_closing_counted_not_negative",
            ),
        ]
        indexes = [models.Index(fields=["store", "-closed_at"], name="pos_closing_of_store")]

    def __str__(self) -> str:
        return f"{self.terminal} Z {self.number}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `zr_…`."""
        return encode_reference("zr", self.id)

    @property
    def label(self) -> str:
        """Return the number as it is printed, `Z 0007`."""
        return f"Z {self.number:04}"

    @property
    def turnover_minor(self) -> int:
        """Return the sales less refunds."""
        return self.sales_minor - self.refunds_minor

    @property
    def expected_minor(self) -> int:
        """Return the cash that should have been in the drawer."""
        return (
            self.float_minor
            + self.paid_in_minor
            - self.paid_out_minor
            + self.cash_sales_minor
            - self.cash_refunds_minor
        )

    @property
    def difference_minor(self) -> int | None:
        """Return what was counted above what was expected; None where nobody counted."""
        counted_minor: int | None = self.counted_minor
        return None if counted_minor is None else counted_minor - self.expected_minor

    @property
    def has_cash(self) -> bool:
        """Return whether cash was taken, moved or counted."""
        return self.counted_minor is not None or any(
            (
                self.float_minor,
                self.paid_in_minor,
                self.paid_out_minor,
                self.cash_sales_minor,
                self.cash_refunds_minor,
            )
        )

    @property
    def cashier_name(self) -> str:
        """Return who closed the till; empty if nobody at it did."""
        return self.cashier.name if self.cashier else ""


class SumKind(models.TextChoices):
    """What a closing's sums are split by; `open` names a sale that was not paid yet."""

    TENDER = "tender"
    VAT = "vat"
    CASHIER = "cashier"
    OPEN = "open"


class ClosingSum(models.Model):
    """A line of a closing: a tender, a rate, a cashier, or a sale that rolls over."""

    closing = models.ForeignKey(Closing, models.PROTECT, related_name="sums", db_index=False)
    kind = models.CharField(max_length=8, choices=SumKind)
    position = models.PositiveSmallIntegerField()
    # The tender, the rate in basis points, the id of a cashier or of a charge.
    key = models.CharField(max_length=40, blank=True)
    label = models.CharField(max_length=80, blank=True)
    count = models.PositiveIntegerField()
    sold_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField()
    # Null but for a rate.
    vat_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["closing", "kind", "position"], name="pos_closingsum_position_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"

    @property
    def turnover_minor(self) -> int:
        """Return the sales less refunds."""
        return self.sold_minor - self.refunded_minor


class EntryKind(models.TextChoices):
    """What a closing counts."""

    SALE = "sale"
    REFUND = "refund"
    MOVEMENT = "movement"


class ClosingEntry(models.Model):
    """A sale, a refund or moved cash in the one closing that counts it; the id is its own."""

    id = models.UUIDField(primary_key=True, editable=False)
    closing = models.ForeignKey(Closing, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=EntryKind)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class MovementKind(models.TextChoices):
    """Why cash was put into a drawer or taken from it without a sale."""

    FLOAT = "float"
    IN = "in"
    OUT = "out"


class CashMovement(models.Model):
    """Cash that was put into a till's drawer, or taken from it, for a reason."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="+", db_index=False)
    store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    cashier = models.ForeignKey(StaffMember, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=5, choices=MovementKind)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=140, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    terminal_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="pos_cashmovement_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=MovementKind.FLOAT.value) | ~models.Q(reason=""),
                name="pos_cashmovement_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["terminal", "-id"], name="pos_cashmovement_of_terminal")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency}"


class CashCount(models.Model):
    """How many of a coin or note were counted at a closing."""

    closing = models.ForeignKey(Closing, models.PROTECT, related_name="counts", db_index=False)
    unit_minor = models.PositiveBigIntegerField()
    pieces = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["closing", "unit_minor"], name="pos_cashcount_unit_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pieces} x {self.unit_minor}"
