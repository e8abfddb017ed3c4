"""Parked carts: sales that wait for a customer who comes back, for any till of the store."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from merchants.models import StaffMember, Store
from pos.models.options import Option
from pos.models.terminals import Item, Terminal


class Discounted(models.Model):
    """A discount as it is wished; nothing where both are null."""

    percent_bps = models.PositiveIntegerField(null=True)
    discount_minor = models.BigIntegerField(null=True)
    discount_reason = models.CharField(max_length=80, blank=True)

    class Meta:
        abstract = True


class ParkedCart(Discounted):
    """A cart that was put aside, with what it came to then; its prices are not promised."""

    # Made by the page, so that parking may be repeated.
    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    store = models.ForeignKey(Store, models.CASCADE, related_name="+", db_index=False)
    terminal = models.ForeignKey(Terminal, models.CASCADE, related_name="+", db_index=False)
    cashier = models.ForeignKey(StaffMember, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=40, blank=True)
    typed_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    parked_at = models.DateTimeField(db_default=Now())
    # By whom it was resumed, and the page's key of that, so that resuming may be repeated.
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(
        StaffMember, models.PROTECT, related_name="+", null=True, db_index=False
    )
    taken_key = models.UUIDField(null=True)
    removed_at = models.DateTimeField(null=True)

    store_id: UUID
    terminal_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(taken_at=None, taken_by=None, taken_key=None)
                | models.Q(
                    taken_at__isnull=False, taken_by__isnull=False, taken_key__isnull=False
                ),
                name="pos_parked_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(taken_at=None) | models.Q(removed_at=None),
                name="pos_parked_ends_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["store", "parked_at"],
                condition=models.Q(taken_at=None, removed_at=None),
                name="pos_parked_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name or self.id}"

    @property
    def currency(self) -> str:
        """Return the store's currency."""
        return self.store.currency


class ParkedLine(Discounted):
    """A line of a parked cart, with the price it had then."""

    cart = models.ForeignKey(ParkedCart, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", db_index=False)
    quantity = models.PositiveSmallIntegerField()
    unit_price_minor = models.BigIntegerField()
    note = models.CharField(max_length=140, blank=True)
    # Where the price was typed.
    typed_minor = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["cart", "position"], name="pos_parked_position_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="pos_parked_quantity_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.item}"


class ParkedOption(models.Model):
    """What was chosen of a parked line's item; an option that is removed leaves it."""

    line = models.ForeignKey(ParkedLine, models.CASCADE, related_name="chosen")
    option = models.ForeignKey(Option, models.CASCADE, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"{self.option}"
