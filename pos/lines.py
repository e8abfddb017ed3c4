"""The lines of a charge to create: of items, or amounts of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from merchants.models import Store
from pos.choices import choose_options, price_piece, read_groups
from pos.models import Item, Option
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
    # What was chosen of the item, and its price where that was typed.
    options: tuple[Option, ...] = ()
    typed_minor: int | None = None

    @property
    def choices(self) -> str:
        """Return the names of what was chosen, as papers show them."""
        return ", ".join(each.name for each in self.options)

    @property
    def price_minor(self) -> int:
        """Return quantity times price, in minor units."""
        return self.quantity * self.unit_price_minor

    @property
    def total_minor(self) -> int:
        """Return what is to be paid for the line, in minor units."""
        return self.price_minor - self.discount_minor


def line_of_item(
    item: Item,
    quantity: int = 1,
    *,
    note: str = "",
    typed_minor: int | None = None,
    options: tuple[Option, ...] = (),
) -> NewLine:
    """Return a line of an item at its rate of this moment, and its price or the typed one.

    Raises:
        ChoicesUnfit: its options leave no price.
        PriceFixed, PriceTooLow: a price was typed that the item may not have.
    """
    return NewLine(
        item=item,
        name=item.name,
        quantity=quantity,
        unit_price_minor=price_piece(item, options, typed_minor),
        vat_bps=item.vat_bps,
        note=note,
        options=options,
        typed_minor=typed_minor,
    )


def find_lines(store: Store, wanted: Sequence[Mapping[str, Any]]) -> tuple[NewLine, ...]:
    """Find the items of an order's lines; a bare amount becomes a line without an item.

    Raises:
        ItemUnknown: names the first one the store does not sell.
        ItemSoldOut: names the first one that the shop said is sold out.
        ChoicesUnfit: what was chosen of one is unknown, too little or too much.
        PriceFixed, PriceTooLow: a price was typed that its item may not have.
    """
    items = find_listed(store, [line["item"] for line in wanted if "item" in line])
    return tuple(
        _read_line(items[line["item"]], line)
        if "item" in line
        else NewLine(
            name=line["name"],
            quantity=line["quantity"],
            unit_price_minor=line["amount_minor"],
            note=line["note"],
        )
        for line in wanted
    )


def _read_line(item: Item, asked: Mapping[str, Any]) -> NewLine:
    return line_of_item(
        item,
        asked["quantity"],
        note=asked["note"],
        typed_minor=asked.get("unit_price_minor"),
        options=choose_options(item, read_groups(item), asked.get("choices")),
    )
