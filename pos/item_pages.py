"""The dashboard's pages of items: a store's in the order of its tills, fifty at a time."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from foundation.digits import fold_digits
from merchants.models import Store
from pos.models import Item
from qr.references import encode_reference

SIZE = 50
_DIGITS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for in all stores, and which page is shown of one of them."""

    text: str = ""
    store: str = ""
    page: int = 1
    # The item that was made or changed: its page is shown.
    made: str = ""


@dataclass(frozen=True, slots=True)
class Shelved:
    """An item in its place, and behind which others it would go up or down."""

    item: Item
    up_after: str
    down_after: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class StoreWithItems:
    """A store as the page of items shows it; `count` is of all its pages."""

    store: Store
    shelf: list[Shelved]
    hidden: list[Item]
    hidden_count: int
    count: int
    page: int

    @property
    def first(self) -> int:
        """Return the place of the first item shown, from 1 on."""
        return (self.page - 1) * SIZE + 1

    @property
    def last(self) -> int:
        """Return the place of the last item shown."""
        return self.first + len(self.shelf) - 1

    @property
    def before(self) -> int:
        """Return the number of the page before; 0 if this is the first."""
        return self.page - 1

    @property
    def after(self) -> int:
        """Return the number of the next page; 0 if this is the last."""
        return self.page + 1 if self.last < self.count else 0


def list_stores_with_items(stores: QuerySet[Store], asked: Asked) -> list[StoreWithItems]:
    """List these stores by name, each with a page of what it sells."""
    return [_list_items(store, asked) for store in stores.order_by("name")]


def _list_items(store: Store, asked: Asked) -> StoreWithItems:
    mine = Item.objects.filter(_match(asked.text), store=store).order_by("position", "name")
    order: list[UUID] = list(mine.filter(is_active=True).values_list("id", flat=True))
    page = _choose_page(store, order, asked)
    start = (page - 1) * SIZE
    by_id = mine.select_related("category").in_bulk(order[start : start + SIZE])
    names = ["", "", *(encode_reference("it", each) for each in order), ""]
    shelf = [
        Shelved(
            by_id[item_id],
            names[place],
            names[place + 3],
            is_first=place == 0,
            is_last=place == len(order) - 1,
        )
        for place, item_id in enumerate(order[start : start + SIZE], start)
        if item_id in by_id
    ]
    hidden = mine.filter(is_active=False)
    return StoreWithItems(store, shelf, list(hidden[:SIZE]), hidden.count(), len(order), page)


def _choose_page(store: Store, order: list[UUID], asked: Asked) -> int:
    last = max((len(order) - 1) // SIZE + 1, 1)
    if asked.made:
        for place, item_id in enumerate(order):
            if encode_reference("it", item_id) == asked.made:
                return place // SIZE + 1
    return min(max(asked.page, 1), last) if asked.store == store.public_id else 1


def _match(text: str) -> Q:
    if not text:
        return Q()
    found = Q(name__icontains=text) | Q(number__icontains=text)
    found |= Q(category__name__icontains=text)
    digits = fold_digits(text).replace(" ", "")
    # A bar code as a scanner sends it, with other zeros in front than ours.
    if digits.isdecimal() and len(digits) <= _DIGITS:
        found |= Q(barcode=digits.zfill(_DIGITS))
    return found
