"""What a piece costs: typed prices and chosen options, in each currency's units."""

import pytest

from merchants.models import Store
from pos.choice_errors import ChoicesUnfit, PriceFixed, PriceTooLow
from pos.choices import choose_options, price_piece
from pos.lines import line_of_item
from pos.models import Item, Option, OptionGroup

# Currency, price, the least one, what was typed, and what a piece costs.
PRICES = {
    "fixed": ("EUR", 380, None, None, 380),
    "typed": ("EUR", 500, 100, 350, 350),
    "the least one": ("EUR", 500, 100, 100, 100),
    "as suggested": ("EUR", 500, 100, None, 500),
    "suggested below the least one": ("EUR", 50, 100, None, 100),
    "yen": ("JPY", 500, 1, 1, 1),
    "dinars of three decimals": ("KWD", 1250, 5, 1255, 1255),
}


def make(currency, price_minor, least_minor):
    item = Item(name="Gift", price_minor=price_minor, least_price_minor=least_minor)
    item.store = Store(currency=currency)
    return item


@pytest.mark.parametrize("case", PRICES.values(), ids=PRICES)
def test_a_piece_costs_what_was_typed_where_it_may_be(case):
    currency, price, least, typed, costs = case

    line = line_of_item(make(currency, price, least), 3, typed_minor=typed)

    assert (line.unit_price_minor, line.price_minor) == (costs, 3 * costs)


@pytest.mark.parametrize(
    ("currency", "words"),
    [("EUR", "€1.00"), ("JPY", "¥100"), ("KWD", "KWD\N{NO-BREAK SPACE}0.100")],
)
def test_less_than_the_least_price_is_refused_by_name(currency, words):
    with pytest.raises(PriceTooLow, match="Gift costs at least") as refused:
        line_of_item(make(currency, 500, 100), typed_minor=99)

    assert words in str(refused.value)


def test_a_fixed_price_takes_no_other():
    with pytest.raises(PriceFixed, match="The price of Gift is fixed"):
        line_of_item(make("EUR", 380, None), typed_minor=380)


# Currency, the item's price, what was typed, what the options add, and what a piece costs.
PIECES = {
    "no options": ("EUR", 380, None, [], 380),
    "one that adds nothing": ("EUR", 380, None, [0], 380),
    "more and less": ("EUR", 380, None, [60, -50], 390),
    "down to one cent": ("EUR", 380, None, [-379], 1),
    "on a typed price": ("EUR", 500, 350, [40], 390),
    "yen": ("JPY", 500, None, [50, 1], 551),
    "dinars of three decimals": ("KWD", 1250, None, [5, -250], 1005),
}


@pytest.mark.parametrize("case", PIECES.values(), ids=PIECES)
def test_options_add_to_the_price(case):
    currency, price, typed, added, costs = case
    item = make(currency, price, 100 if typed else None)

    assert price_piece(item, [Option(price_minor=minor) for minor in added], typed) == costs


@pytest.mark.parametrize("added", [-380, -381])
def test_a_piece_that_would_cost_nothing_is_refused(added):
    with pytest.raises(ChoicesUnfit, match="Gift would cost nothing"):
        price_piece(make("EUR", 380, None), [Option(price_minor=added)], None)


def test_what_was_chosen_stands_in_the_order_of_the_groups():
    size, milk = (
        OptionGroup(name="Size", least=1, most=1),
        OptionGroup(name="Milk", least=0, most=1),
    )
    large, oat = Option(name="Large"), Option(name="Oat milk")
    groups = {size: [Option(name="Small"), large], milk: [oat]}

    taken = choose_options(
        make("EUR", 380, None), groups, [oat.public_id, large.public_id, large.public_id]
    )

    assert taken == (large, oat)
