"""What a store sells: add, change, hide and sort items."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from foundation.once import make_once
from merchants.models import Store
from pos.errors import BarcodeTaken, ItemNameTaken
from pos.models import Item, ItemColor


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """What people type about an item; the price is in minor units of the store's currency."""

    name: str
    price_minor: int
    category: str
    color: ItemColor
    # In 14 digits, or empty.
    barcode: str = ""
    vat_bps: int | None = None


def add_item(store: Store, facts: ItemFacts, *, item_id: UUID) -> Item:
    """Add an item behind the others; the same form sent again returns the item.

    Raises:
        ItemNameTaken: the store has an item of this name, perhaps a hidden one.
        BarcodeTaken: the store has an item of this bar code.
        FormReused: the form added another item before.
    """

    def make(made_id: UUID) -> Item:
        items = Item.objects.filter(store=store)
        last = items.aggregate(last=Max("position"))["last"] or 0
        return Item.objects.create(
            id=made_id,
            store=store,
            name=facts.name,
            price_minor=facts.price_minor,
            category=facts.category,
            color=facts.color,
            barcode=facts.barcode,
            vat_bps=facts.vat_bps,
            position=last + 1,
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
    """
    try:
        with transaction.atomic():
            Item.objects.filter(pk=item.pk).update(
                name=facts.name,
                price_minor=facts.price_minor,
                category=facts.category,
                color=facts.color,
                barcode=facts.barcode,
                vat_bps=facts.vat_bps,
            )
    except IntegrityError:
        raise _find_clash(item.store, facts, item_id=item.id) from None


def hide_item(item: Item) -> None:
    """Take an item off the tills; again changes nothing."""
    Item.objects.filter(pk=item.pk).update(is_active=False)


def show_item(item: Item) -> None:
    """Put a hidden item on the tills again, in its old place; again changes nothing."""
    Item.objects.filter(pk=item.pk).update(is_active=True)


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
    for number, each in enumerate(others, start=1):
        each.position = number
    Item.objects.bulk_update(others, ["position"])


def _find_clash(
    store: Store, facts: ItemFacts, *, item_id: UUID
) -> BarcodeTaken | ItemNameTaken:
    others = Item.objects.filter(store=store).exclude(pk=item_id)
    named = others.filter(name=facts.name).first()
    scanned = others.filter(barcode=facts.barcode).first() if facts.barcode else None
    if named is None and scanned is not None:
        return BarcodeTaken(scanned.name)
    return ItemNameTaken(named is not None and not named.is_active)
