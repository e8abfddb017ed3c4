"""What a piece of an item costs: its own or the typed price, and what is chosen of it."""

from collections.abc import Iterable, Mapping, Sequence

from pos.choice_errors import ChoicesUnfit, PriceFixed, PriceTooLow
from pos.errors import ItemSoldOut
from pos.models import Item, Option, OptionGroup

Groups = Mapping[OptionGroup, Sequence[Option]]


def read_groups(item: Item) -> dict[OptionGroup, list[Option]]:
    """Return what can be chosen of an item, by group; asks nothing where there is none.

    `find_listed` says whether there is some.
    """
    if not getattr(item, "has_groups", True):
        return {}
    groups = item.groups.prefetch_related("options")
    return {group: list(group.options.all()) for group in groups}


def read_price(item: Item, typed_minor: int | None) -> int:
    """Return an item's price, or the typed one where it may have that.

    Raises:
        PriceFixed: a price was typed, and the item has its own.
        PriceTooLow: less was typed than the item may cost.
    """
    if typed_minor is None:
        return item.suggested_minor
    if item.least_price_minor is None:
        raise PriceFixed(item.name)
    if typed_minor < item.least_price_minor:
        raise PriceTooLow(item.name, item.least_price_minor, item.currency)
    return typed_minor


def choose_options(
    item: Item, groups: Groups, chosen: Iterable[str] | None
) -> tuple[Option, ...]:
    """Find what was chosen by reference, in the order of the groups; None takes the defaults.

    Raises:
        ChoicesUnfit: one is unknown, or a group has too few or too many.
        ItemSoldOut: names the first one that is sold out.
    """
    options = [option for each in groups.values() for option in each]
    if chosen is None:
        wanted = {
            each.public_id for each in options if each.is_default and not each.is_sold_out
        }
    else:
        wanted = set(chosen)
    if wanted - {each.public_id for each in options}:
        raise ChoicesUnfit("unknown", item=item.name)
    for group, offered in groups.items():
        count = sum(each.public_id in wanted for each in offered)
        facts = {"item": item.name, "group": group.name}
        if count < group.least:
            raise ChoicesUnfit("few", least=group.least, **facts)
        if count > group.most:
            raise ChoicesUnfit("many", most=group.most, **facts)
    taken = tuple(each for each in options if each.public_id in wanted)
    for each in taken:
        if each.is_sold_out:
            raise ItemSoldOut(each.name, left=0)
    return taken


def price_piece(item: Item, options: Sequence[Option], typed_minor: int | None) -> int:
    """Return what a piece costs with what was chosen.

    Raises:
        ChoicesUnfit: nothing, or less.
        PriceFixed, PriceTooLow: a price was typed that the item may not have.
    """
    price_minor = read_price(item, typed_minor) + sum(each.price_minor for each in options)
    if price_minor <= 0:
        raise ChoicesUnfit("free", item=item.name)
    return price_minor
