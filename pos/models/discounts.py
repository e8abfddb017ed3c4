"""Discounts: how far a cashier may go, what for, who allowed more, and what was given."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from ledger.templatetags.money import percent_of
from ledger.typed import write_percent
from merchants.models import StaffMember, Store
from pos.models.charges import Charge
from pos.models.terminals import Terminal
from qr.references import encode_reference

WHOLE_BPS = 10_000
# A cashier's cap in a store that has not chosen one.
CAP_BPS = 2_000


class DiscountCap(models.Model):
    """How much of a price a store's cashiers may take off by themselves."""

    store = models.OneToOneField(Store, models.CASCADE, primary_key=True, related_name="+")
    most_bps = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(most_bps__lte=WHOLE_BPS), name="pos_cap_at_most_whole"
            )
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.most_bps}"


class DiscountReason(models.Model):
    """What a store gives discounts for; with a percentage it is one tap on the till."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    percent_bps = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["store", "name"], name="pos_reason_once_a_store"),
            models.CheckConstraint(
                condition=models.Q(percent_bps=None)
                | models.Q(percent_bps__gt=0, percent_bps__lte=WHOLE_BPS),
                name="pos_reason_percent_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def percent(self) -> str:
        """Return the percentage as it is typed, `12.5`; empty without one."""
        return write_percent(self.percent_bps) if self.percent_bps else ""


class Approval(models.Model):
    """A manager's leave, by PIN at the till, for a sale's discounts above the cashier's cap."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    terminal = models.ForeignKey(Terminal, models.CASCADE, related_name="+")
    cashier = models.ForeignKey(StaffMember, models.PROTECT, related_name="+")
    manager = models.ForeignKey(StaffMember, models.PROTECT, related_name="+")
    most_bps = models.PositiveIntegerField()
    # The last one it was used for.
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(db_default=Now())

    charge_id: UUID | None
    manager_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(most_bps__gt=0, most_bps__lte=2 * WHOLE_BPS),
                name="pos_approval_in_range",
            )
        ]

    def __str__(self) -> str:
        return f"{self.public_id} by {self.manager}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `av_…`."""
        return encode_reference("av", self.id)


class ChargeDiscount(models.Model):
    """A discount that was given: on one line, or on the whole sale."""

    charge = models.ForeignKey(Charge, models.CASCADE, related_name="discounts")
    # Of the line; null for the whole sale.
    position = models.PositiveSmallIntegerField(null=True)
    # A copy of the line's name.
    name = models.CharField(max_length=80, blank=True)
    # Null where an amount was typed.
    percent_bps = models.PositiveIntegerField(null=True)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=80, blank=True)
    given_by = models.ForeignKey(
        StaffMember, models.PROTECT, related_name="+", null=True, db_index=False
    )
    # Who allowed more than the cashier may give.
    allowed_by = models.ForeignKey(
        StaffMember, models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        ordering = [models.F("position").asc(nulls_last=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["charge", "position"],
                nulls_distinct=False,
                name="pos_discount_once_a_line",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="pos_discount_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(percent_bps=None)
                | models.Q(percent_bps__gt=0, percent_bps__lte=WHOLE_BPS),
                name="pos_discount_percent_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} off {self.name or 'the sale'}"

    @property
    def currency(self) -> str:
        """Return the charge's currency."""
        return self.charge.currency

    @property
    def percent(self) -> str:
        """Return the percentage as people read it, `12,5`; empty for an amount."""
        return percent_of(self.percent_bps) if self.percent_bps else ""

    @property
    def given_by_name(self) -> str:
        """Return the name of who gave it; empty for a server."""
        return self.given_by.name if self.given_by else ""

    @property
    def allowed_by_name(self) -> str:
        """Return the name of the manager who allowed it; empty if nobody had to."""
        return self.allowed_by.name if self.allowed_by else ""
