"""What stores sell, as tills show it: by category, in its order."""

from collections import defaultdict
from dataclasses import dataclass

from merchants.models import Store
from pos.models import Category, Item
from pos.queries import list_items


@dataclass(frozen=True, slots=True)
class Shelf:
    """The items of a category, as the till shows them; those without one come first.

    Favourites stand before all, and not with their category.
    """

    category: Category | None
    items: list[Item]
    is_favourites: bool = False


def list_shelves(store: Store) -> list[Shelf]:
    """List what the store sells by category, in the order of the categories."""
    by_category: dict[Category | None, list[Item]] = defaultdict(list)
    favourites: list[Item] = []
    for item in list_items(store):
        (favourites if item.is_favourite else by_category[item.category]).append(item)
    named = sorted(filter(None, by_category), key=lambda each: (each.position, each.name))
    shelves = [Shelf(None, favourites, is_favourites=True)]
    shelves += [Shelf(category, by_category[category]) for category in (None, *named)]
    return [shelf for shelf in shelves if shelf.items]
