"""The lines of a charge to create: of items, or amounts of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from merchants.models import Store
from pos.models import Item
from pos.queries import find_listed


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """One line of a sale: of an item, or a typed amount.

    `discount_minor` includes the line's share of a discount on the whole sale.
    """

    item: Item | None = None
    name: str
    quantity: int = 1
    unit_price_minor: int
    vat_bps: int | None = None
    discount_minor: int = 0
    note: str = ""

    @property
    def price_minor(self) -> int:
        """Return quantity times price, in minor units."""
        return self.quantity * self.unit_price_minor

    @property
    def total_minor(self) -> int:
        """Return what is to be paid for the line, in minor units."""
        return self.price_minor - self.discount_minor


def line_of_item(item: Item, quantity: int = 1, *, note: str = "") -> NewLine:
    """Return a line of an item at its price and rate of this moment."""
    return NewLine(
        item=item,
        name=item.name,
        quantity=quantity,
        unit_price_minor=item.price_minor,
        vat_bps=item.vat_bps,
        note=note,
    )


def find_lines(store: Store, wanted: Sequence[Mapping[str, Any]]) -> tuple[NewLine, ...]:
    """Find the items of an order's lines; a bare amount becomes a line without an item.

    Raises:
        ItemUnknown: names the first one the store does not sell.
        ItemSoldOut: names the first one that the shop said is sold out.
    """
    items = find_listed(store, [line["item"] for line in wanted if "item" in line])
    return tuple(
        line_of_item(items[line["item"]], line["quantity"], note=line["note"])
        if "item" in line
        else NewLine(
            name=line["name"],
            quantity=line["quantity"],
            unit_price_minor=line["amount_minor"],
            note=line["note"],
        )
        for line in wanted
    )
