"""Categories of a store's items: add, change, sort and remove them."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, QuerySet

from foundation.once import make_once
from merchants.models import Store
from pos.item_refusals import CategoryNameTaken
from pos.models import Category, Item, ItemColor


def list_categories(store: Store) -> list[Category]:
    """List a store's categories in their order, each with `items_count`."""
    counted = Category.objects.annotate(items_count=Count("items"))
    return list(counted.filter(store=store).order_by("position", "name"))


def add_category(store: Store, *, name: str, color: ItemColor, category_id: UUID) -> Category:
    """Add a category behind the others; the same form sent again returns it.

    Raises:
        CategoryNameTaken: the store has a category of this name.
        FormReused: the form added another category before.
    """

    def make(made_id: UUID) -> Category:
        return Category.objects.create(
            id=made_id, store=store, name=name, color=color, position=find_end(store)
        )

    try:
        return make_once(
            Category.objects.filter(store=store),
            category_id,
            make=make,
            is_same=lambda made: made.name == name,
        )
    except IntegrityError:
        raise CategoryNameTaken from None


def get_or_add_category(store: Store, name: str) -> Category | None:
    """Return the store's category of this name, added behind the others if it is new."""
    if not name:
        return None
    category, _ = Category.objects.get_or_create(
        store=store, name=name, defaults={"position": find_end(store)}
    )
    return category


def change_category(category: Category, *, name: str, color: ItemColor) -> None:
    """Change a category's name and colour.

    Raises:
        CategoryNameTaken: the store has another category of this name.
    """
    try:
        with transaction.atomic():
            Category.objects.filter(pk=category.pk).update(name=name, color=color)
    except IntegrityError:
        raise CategoryNameTaken from None


@transaction.atomic
def remove_category(category: Category) -> None:
    """Remove a category; its items stay, without one. Again changes nothing."""
    _lock_all(category.store_id)
    Item.objects.filter(category=category).update(category=None)
    Category.objects.filter(pk=category.pk).delete()


@transaction.atomic
def place_category(category: Category, *, after: Category | None) -> None:
    """Put a category behind another of its store, or before all; again changes nothing."""
    categories = _lock_all(category.store_id)
    others = [each for each in categories if each.pk != category.pk]
    place = next(
        (number for number, each in enumerate(others, 1) if after and each.pk == after.pk), 0
    )
    others[place:place] = [each for each in categories if each.pk == category.pk]
    for number, each in enumerate(others, start=1):
        each.position = number
    Category.objects.bulk_update(others, ["position"])


def find_end(store: Store) -> int:
    """Return the position behind all categories of a store."""
    last = Category.objects.filter(store=store).aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def find_category(category_id: UUID, stores: QuerySet[Store]) -> Category | None:
    """Find a category of these stores."""
    found = Category.objects.filter(pk=category_id, store__in=stores)
    return found.select_related("store__merchant").first()


def _lock_all(store_id: UUID) -> list[Category]:
    # Key order, so two who sort at once wait and never deadlock.
    locked = Category.objects.select_for_update().filter(store_id=store_id).order_by("id")
    return sorted(locked, key=lambda each: (each.position, each.name))
