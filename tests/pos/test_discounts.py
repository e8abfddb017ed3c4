"""Discounts: what they come to, to the minor unit, and who may give how much."""

import pytest

from pos.discounts import NewDiscount, sum_shares, take_discounts, take_percent
from pos.errors import DiscountTooLarge
from pos.lines import NewLine
from pos.models import Charge, ChargeLine
from pos.vat import list_vat

# A price, a share in basis points, and what comes off: half a minor unit is the customer's.
PERCENTS = {
    "a tenth, two decimals": (1000, 1000, 100),
    "a tenth, no decimals": (980, 1000, 98),
    "a tenth of 0.05": (5, 1000, 1),
    "a tenth of 0.04": (4, 1000, 0),
    "12.5 %, three decimals": (12_340, 1250, 1543),
    "all of it": (999, 10_000, 999),
    "of the most there is": (999_999_999_999, 3333, 333_300_000_000),
}
TENTH = NewDiscount(percent_bps=1000)
ONE = NewDiscount(amount_minor=100)
# Lines (quantity, price), each one's discount, the whole sale's; what comes off each line.
SALES = {
    "a line by percent": ([(2, 380), (1, 450)], [TENTH, None], None, [76, 0]),
    "a line by amount": ([(2, 380), (1, 450)], [None, ONE], None, [0, 100]),
    "the whole by percent": ([(2, 380), (1, 450)], [None, None], TENTH, [76, 45]),
    "the whole by amount": ([(1, 100), (1, 100), (1, 100)], [None] * 3, ONE, [34, 33, 33]),
    "the whole of what a line's left": (
        [(1, 1000), (1, 1000)],
        [TENTH, None],
        TENTH,
        [190, 100],
    ),
    "a free line takes no share": (
        [(1, 100), (1, 300)],
        [NewDiscount(percent_bps=10_000), None],
        ONE,
        [100, 100],
    ),
    "yen": ([(3, 98), (1, 105)], [None, None], TENTH, [29, 11]),
    "dinars of three decimals": ([(1, 1255), (1, 745)], [None, None], TENTH, [126, 74]),
}
# How far they go together, in basis points.
GONE = {
    "the larger line": ([TENTH, NewDiscount(percent_bps=500)], None, 1000),
    "line and whole together": ([TENTH, None], NewDiscount(percent_bps=2000), 3000),
    "an amount, rounded up": ([NewDiscount(amount_minor=1), None], None, 34),
}


def lines_of(sold):
    return [
        NewLine(name="Item", quantity=count, unit_price_minor=price) for count, price in sold
    ]


@pytest.mark.parametrize("case", PERCENTS.values(), ids=PERCENTS)
def test_a_share_is_rounded_half_up(case):
    price, bps, off = case

    assert take_percent(price, bps) == off


@pytest.mark.parametrize("case", SALES.values(), ids=SALES)
def test_discounts_are_taken_off_their_lines(case):
    sold, own, whole, off = case

    lines, taken = take_discounts(lines_of(sold), own=own, whole=whole)

    assert [line.discount_minor for line in lines] == off
    assert sum(each.amount_minor for each in taken) == sum(off)


@pytest.mark.parametrize("place", [0, None], ids=["a line", "the whole"])
def test_nothing_becomes_less_than_nothing(place):
    dear = NewDiscount(amount_minor=101)
    own, whole = ([dear], None) if place == 0 else ([None], dear)

    with pytest.raises(DiscountTooLarge):
        take_discounts(lines_of([(1, 100)]), own=own, whole=whole)


@pytest.mark.parametrize("case", GONE.values(), ids=GONE)
def test_a_line_s_and_the_whole_s_shares_count_together(case):
    own, whole, bps = case

    _, taken = take_discounts(lines_of([(1, 300), (1, 300)]), own=own, whole=whole)

    assert sum_shares(taken) == bps


def test_vat_by_rate_is_of_what_is_paid():
    sold = [
        NewLine(name="Book", unit_price_minor=1070, vat_bps=700),
        NewLine(name="Wine", unit_price_minor=1190, vat_bps=1900),
    ]

    lines, _ = take_discounts(sold, own=[None, None], whole=TENTH)

    rows = [
        ChargeLine(
            quantity=1,
            unit_price_minor=line.unit_price_minor,
            vat_bps=line.vat_bps,
            discount_minor=line.discount_minor,
        )
        for line in lines
    ]
    assert list_vat(Charge(vat_is_added=False), rows) == [(700, 963, 63), (1900, 1071, 171)]
