"""What stores sell, as tills and the dashboard show it: by category, in its order."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from merchants.models import Store
from pos.models import Category, Item
from pos.queries import list_items

_ByStore = dict[UUID, list[Item]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The items of a category, as the till shows them; those without one come first."""

    category: Category | None
    items: list[Item]


def list_shelves(store: Store) -> list[Shelf]:
    """List what the store sells by category, in the order of the categories."""
    by_category: dict[Category | None, list[Item]] = defaultdict(list)
    for item in list_items(store):
        by_category[item.category].append(item)
    named = sorted(filter(None, by_category), key=lambda each: (each.position, each.name))
    shelves = [Shelf(category, by_category[category]) for category in (None, *named)]
    return [shelf for shelf in shelves if shelf.items]


@dataclass(frozen=True, slots=True)
class Shelved:
    """An item in its place, and behind which others it would go up or down."""

    item: Item
    up_after: str
    down_after: str


@dataclass(frozen=True, slots=True)
class StoreWithItems:
    """A store as the dashboard's page of items shows it."""

    store: Store
    items: list[Item]
    hidden: list[Item]

    @property
    def shelf(self) -> list[Shelved]:
        """Return the items in their order, each with its ways up and down."""
        names = ["", "", *(item.public_id for item in self.items), ""]
        return [
            Shelved(item, names[place], names[place + 3])
            for place, item in enumerate(self.items)
        ]


def list_stores_with_items(stores: QuerySet[Store]) -> list[StoreWithItems]:
    """List these stores by name, with what they sell in the order of their tills."""
    shown: _ByStore = defaultdict(list)
    hidden: _ByStore = defaultdict(list)
    found = Item.objects.filter(store__in=stores).select_related("store", "category")
    for item in found.order_by("position", "name"):
        (shown if item.is_active else hidden)[item.store_id].append(item)
    return [
        StoreWithItems(store, shown[store.id], hidden[store.id])
        for store in stores.order_by("name")
    ]
