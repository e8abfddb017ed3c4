"""What a store sells: add, change, hide and sort items, and say that one is sold out."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from foundation.once import make_once
from merchants.models import Store
from pos.categories import get_or_add_category
from pos.item_refusals import BarcodeTaken, ItemNameTaken, NumberTaken
from pos.models import Item, ItemColor


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """What people type about an item; the price is in minor units of the store's currency."""

    name: str
    price_minor: int
    # Its name; a new one becomes a category of the store.
    category: str
    color: ItemColor
    # The shop's own, or empty.
    number: str = ""
    # In 14 digits, or empty.
    barcode: str = ""
    vat_bps: int | None = None
    min_age: int = 0
    # Where the price is typed at the till.
    least_price_minor: int | None = None
    is_favourite: bool = False

    def as_columns(self, store: Store) -> dict[str, Any]:
        """Return what the item's row says, with the row of its category."""
        return {
            "name": self.name,
            "price_minor": self.price_minor,
            "category": get_or_add_category(store, self.category),
            "color": self.color,
            "number": self.number,
            "barcode": self.barcode,
            "vat_bps": self.vat_bps,
            "min_age": self.min_age,
            "least_price_minor": self.least_price_minor,
            "is_favourite": self.is_favourite,
        }


def add_item(store: Store, facts: ItemFacts, *, item_id: UUID) -> Item:
    """Add an item behind the others; the same form sent again returns the item.

    Raises:
        ItemNameTaken: the store has an item of this name, perhaps a hidden one.
        BarcodeTaken: the store has an item of this bar code.
        NumberTaken: the store has an item of this number.
        FormReused: the form added another item before.
    """

    def make(made_id: UUID) -> Item:
        items = Item.objects.filter(store=store)
        last = items.aggregate(last=Max("position"))["last"] or 0
        return Item.objects.create(
            id=made_id, store=store, position=last + 1, **facts.as_columns(store)
        )

    try:
        return make_once(
            Item.objects.filter(store=store),
            item_id,
            make=make,
            is_same=lambda item: (
                (item.name, item.price_minor) == (facts.name, facts.price_minor)
            ),
        )
    except IntegrityError:
        raise _find_clash(store, facts, item_id=item_id) from None


def change_item(item: Item, facts: ItemFacts) -> None:
    """Change an item; sales that were made keep its name and price of then.

    Raises:
        ItemNameTaken: the store has another item of this name, perhaps a hidden one.
        BarcodeTaken: the store has another item of this bar code.
        NumberTaken: the store has another item of this number.
    """
    try:
        with transaction.atomic():
            Item.objects.filter(pk=item.pk).update(**facts.as_columns(item.store))
    except IntegrityError:
        raise _find_clash(item.store, facts, item_id=item.id) from None


def hide_item(item: Item) -> None:
    """Take an item off the tills; again changes nothing."""
    Item.objects.filter(pk=item.pk).update(is_active=False)


def show_item(item: Item) -> None:
    """Put a hidden item on the tills again, in its old place; again changes nothing."""
    Item.objects.filter(pk=item.pk).update(is_active=True)


def mark_sold_out(item: Item) -> None:
    """Show an item on the tills as sold out, where it cannot be sold; again changes nothing."""
    Item.objects.filter(pk=item.pk).update(is_sold_out=True)


def unmark_sold_out(item: Item) -> None:
    """Sell an item again; again changes nothing."""
    Item.objects.filter(pk=item.pk).update(is_sold_out=False)


@transaction.atomic
def place_item(item: Item, *, after: Item | None) -> None:
    """Put an item behind another of its store, or before all; again changes nothing."""
    # Key order, so two who sort at once wait and never deadlock.
    locked = Item.objects.select_for_update(no_key=True).filter(store_id=item.store_id)
    items = sorted(locked.order_by("id"), key=lambda each: (each.position, each.name))
    others = [each for each in items if each.pk != item.pk]
    place = next(
        (number for number, each in enumerate(others, 1) if after and each.pk == after.pk), 0
    )
    others.insert(place, next(each for each in items if each.pk == item.pk))
    # Of thousands of items a step up or down moves two.
    moved = [each for number, each in enumerate(others, 1) if each.position != number]
    for number, each in enumerate(others, start=1):
        each.position = number
    Item.objects.bulk_update(moved, ["position"], batch_size=500)


def _find_clash(
    store: Store, facts: ItemFacts, *, item_id: UUID
) -> BarcodeTaken | ItemNameTaken | NumberTaken:
    others = Item.objects.filter(store=store).exclude(pk=item_id)
    named = others.filter(name=facts.name).first()
    if named is not None:
        return ItemNameTaken(not named.is_active)
    numbered = others.filter(number=facts.number).first() if facts.number else None
    if numbered is not None:
        return NumberTaken(numbered.name)
    scanned = others.filter(barcode=facts.barcode).first() if facts.barcode else None
    return ItemNameTaken(is_hidden=False) if scanned is None else BarcodeTaken(scanned.name)
