"""What belongs to a store's items: their categories, pictures, counts, and lists sent in."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from merchants.models import StaffMember, Store
from pos.models.charges import Charge
from pos.models.terminals import Item, ItemColor
from qr.references import encode_reference


class Category(models.Model):
    """Items of a store that stand together on the till, under a name."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    color = models.CharField(
        max_length=5, choices=ItemColor, blank=True, default="", db_default=""
    )
    # Those with the same one stand by name.
    position = models.PositiveIntegerField(default=0, db_default=0)

    store_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "name"], name="pos_category_name_once_a_store"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """Return the public reference, `ca_…`."""
        return encode_reference("ca", self.id)


class ItemPicture(models.Model):
    """A picture of items, as it was drawn anew in two sizes; its name is its content's hash.

    Items with the same picture share it; one that no item shows any more stays, because tills
    may still show it.
    """

    name = models.CharField(primary_key=True, max_length=32)
    small = models.BinaryField()
    large = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class StockMoveKind(models.TextChoices):
    """Why there are more or fewer of an item."""

    SALE = "sale", _("Sold")
    ENDED = "ended", _("Not paid")
    COUNT = "count", _("Counted")
    CHANGE = "change", _("Corrected")
    STOP = "stop", _("Not counted any more")


class StockMove(models.Model):
    """One change of an item's count; never changed itself.

    What a charge takes when it is opened comes back if it ends without being paid.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="moves", db_index=False)
    kind = models.CharField(max_length=6, choices=StockMoveKind)
    quantity = models.IntegerField()
    # How many there are after it.
    left = models.IntegerField()
    charge = models.ForeignKey(
        Charge, models.PROTECT, related_name="+", null=True, db_index=False
    )
    staff = models.ForeignKey(
        StaffMember, models.PROTECT, related_name="+", null=True, db_index=False
    )
    note = models.CharField(max_length=140, blank=True, default="", db_default="")
    # While the item's row is locked: an item's moves stand in its order.
    made_at = models.DateTimeField(
        db_default=models.Func(function="clock_timestamp", output_field=models.DateTimeField())
    )

    item_id: UUID
    charge_id: UUID | None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(left__gte=0), name="pos_stock_move_not_negative"
            ),
            # A charge takes an item once, and returns it at most once.
            models.UniqueConstraint(
                fields=["charge", "item", "kind"],
                condition=models.Q(charge__isnull=False),
                name="pos_stock_move_once_a_charge",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["sale", "ended"], charge__isnull=False, staff=None)
                | models.Q(
                    kind__in=["count", "change", "stop"], charge=None, staff__isnull=False
                ),
                name="pos_stock_move_by_charge_or_person",
            ),
        ]
        indexes = [models.Index(fields=["item", "-made_at"], name="pos_stock_move_of_item")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.signed}"

    @property
    def signed(self) -> str:
        """Return the change with its sign, as in +12."""
        return f"{self.quantity:+}".replace("-", "\N{MINUS SIGN}")


_UNDONE = models.Q(checked_at=None) | models.Q(wanted_at__isnull=False, applied_at=None)


class ItemImport(models.Model):
    """A list of items that somebody sent: checked first, and written when they say so.

    A worker leases it for each try.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    staff = models.ForeignKey(StaffMember, models.PROTECT, related_name="+", db_index=False)
    file_name = models.CharField(max_length=120)
    source = models.BinaryField()
    # For the words about its rows.
    language = models.CharField(max_length=15)
    sent_at = models.DateTimeField(db_default=Now())
    checked_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    # Why the file as a whole cannot be read or written; empty where rows say why.
    refusal = models.CharField(max_length=400, blank=True, default="", db_default="")
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    done_count = models.PositiveIntegerField(default=0)
    all_count = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    same_count = models.PositiveIntegerField(default=0)
    bad_count = models.PositiveIntegerField(default=0)

    store_id: UUID
    staff_id: UUID

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=_UNDONE & models.Q(failed_at=None),
                name="pos_item_import_undone",
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def public_id(self) -> str:
        """Return the public reference, `im_…`."""
        return encode_reference("im", self.id)

    @property
    def is_undone(self) -> bool:
        """Return whether a worker has something to do about it."""
        if self.failed_at is not None or self.applied_at is not None:
            return False
        return self.checked_at is None or self.wanted_at is not None

    @property
    def can_be_applied(self) -> bool:
        """Return whether it was found good, and waits for the word to write it."""
        is_good = self.checked_at is not None and not self.bad_count and not self.refusal
        return is_good and self.wanted_at is None and self.failed_at is None

    @property
    def percent(self) -> int:
        """Return how far it is, of 100."""
        return min(100 * self.done_count // self.all_count, 100) if self.all_count else 0


class ItemImportProblem(models.Model):
    """What is wrong in one place of a list, in words for whoever sent it."""

    item_import = models.ForeignKey(ItemImport, models.CASCADE, related_name="problems")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=60)
    words = models.CharField(max_length=400)

    class Meta:
        ordering = ["line", "id"]

    def __str__(self) -> str:
        return f"{self.line} {self.column}"
