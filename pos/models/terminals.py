"""Tills, and the items they sell."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from merchants.models import StaffMember, Store
from qr.references import encode_reference


class Terminal(models.Model):
    """A till: paired by a code from the dashboard, then identified by its token."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    # Unique where there is one; most tills have none.
    pairing_code = models.CharField(max_length=6, unique=True, null=True)  # noqa: DJ001
    pairing_code_expires_at = models.DateTimeField(null=True)
    paired_at = models.DateTimeField(null=True)
    # When its last token was revoked; null while it is paired or has a token.
    revoked_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    # When its key was used on two devices, since it was paired.
    copied_at = models.DateTimeField(null=True)
    may_refund = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    store_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pairing_code=None)
                | models.Q(pairing_code_expires_at__isnull=False),
                name="pos_terminal_code_expires",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """Return the public reference, `tm_…`."""
        return encode_reference("tm", self.id)

    @property
    def is_paired(self) -> bool:
        """Return whether a device was paired with this till and not taken away."""
        return self.paired_at is not None

    @property
    def live_pairing_code(self) -> str:
        """Return the pairing code while it can still be used, else nothing."""
        expires_at = self.pairing_code_expires_at
        alive = expires_at is not None and expires_at > timezone.now()
        return self.pairing_code or "" if alive else ""


class TerminalToken(models.Model):
    """A secret that acts for a till: its paired device's, or an integration's."""

    terminal = models.ForeignKey(Terminal, models.CASCADE, related_name="tokens")
    digest = models.BinaryField(max_length=32, unique=True)
    # For a device: its previous key, when the present one was issued, and when it was first
    # used.
    previous_digest = models.BinaryField(max_length=32, unique=True, null=True)
    rotated_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    is_device = models.BooleanField()
    cashier = models.ForeignKey(
        StaffMember, models.SET_NULL, related_name="+", null=True, db_index=False
    )
    unlocked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["terminal"],
                condition=models.Q(is_device=True, revoked_at=None),
                name="pos_terminal_one_device",
            )
        ]

    def __str__(self) -> str:
        return f"{self.terminal} since {self.created_at}"


class ItemColor(models.TextChoices):
    """The colour of an item's tile on the till."""

    PLAIN = "", _("None")
    JADE = "jade", _("Green")
    AMBER = "amber", _("Yellow")
    SEAL = "seal", _("Red")
    BLUE = "blue", _("Blue")


class Item(models.Model):
    """Something a store sells, at a price."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    price_minor = models.BigIntegerField()
    # The price is typed at the till, from this one up, and `price_minor` is suggested. Null
    # where it is fixed.
    least_price_minor = models.BigIntegerField(null=True)
    is_active = models.BooleanField(default=True)
    # The shop's own number of it, by which lists of items know it again.
    number = models.CharField(max_length=40, blank=True, default="", db_default="")
    category = models.ForeignKey(
        "Category", models.SET_NULL, related_name="items", null=True, blank=True
    )
    color = models.CharField(
        max_length=5, choices=ItemColor, blank=True, default="", db_default=""
    )
    # In 14 digits (`pos/articles.py`).
    barcode = models.CharField(max_length=14, blank=True, default="", db_default="")
    # Included in the price; null where nobody said.
    vat_bps = models.PositiveIntegerField(null=True)
    # Its place on the till; those with the same one stand by name.
    position = models.PositiveIntegerField(default=0, db_default=0)
    # Stands on the till's first shelf too.
    is_favourite = models.BooleanField(default=False, db_default=False)
    # Shown, and not sold.
    is_sold_out = models.BooleanField(default=False, db_default=False)
    # Sold to people of this age; 0 to everybody.
    min_age = models.PositiveSmallIntegerField(default=0, db_default=0)
    # How many are left to sell: the sum of its moves. Null where nobody counts.
    stock = models.IntegerField(null=True)
    # The name of its pictures, which is their content's hash.
    picture = models.CharField(max_length=32, blank=True, default="", db_default="")

    store_id: UUID
    category_id: UUID | None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price_minor__gt=0), name="pos_item_price_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(least_price_minor=None) | models.Q(least_price_minor__gt=0),
                name="pos_item_least_price_positive",
            ),
            models.UniqueConstraint(
                fields=["store", "name"], name="pos_item_name_once_a_store"
            ),
            models.UniqueConstraint(
                fields=["store", "barcode"],
                condition=~models.Q(barcode=""),
                name="pos_item_barcode_once_a_store",
            ),
            models.UniqueConstraint(
                fields=["store", "number"],
                condition=~models.Q(number=""),
                name="pos_item_number_once_a_store",
            ),
            models.CheckConstraint(
                condition=models.Q(stock=None) | models.Q(stock__gte=0),
                name="pos_item_stock_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(min_age__lte=99), name="pos_item_age_two_digits"
            ),
            models.CheckConstraint(
                condition=models.Q(vat_bps=None) | models.Q(vat_bps__lte=10_000),
                name="pos_item_vat_at_most_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """Return the public reference, `it_…`."""
        return encode_reference("it", self.id)

    @property
    def suggested_minor(self) -> int:
        """Return the price that the till begins with: its own, or the least it may have."""
        return max(self.price_minor, self.least_price_minor or 0)

    @property
    def currency(self) -> str:
        """Return the store's currency."""
        return self.store.currency

    @property
    def is_out(self) -> bool:
        """Return whether none can be sold now."""
        return self.is_sold_out or self.stock == 0
