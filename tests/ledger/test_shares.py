"""Parts of amounts, exact to the last minor unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.shares import divide, share_out

# What is divided, by what, and the quotient: a half goes away from zero.
QUOTIENTS = {
    "a half": (1, 2, 1),
    "less than a half": (14, 10, 1),
    "a half below zero": (-5, 10, -1),
    "less below zero": (-14, 10, -1),
    "larger than a float is exact": (10**18 + 5, 10, 10**17 + 1),
}
# What is parted, by which weights, and the parts.
SHARES = {
    "three equal ones": (100, [333, 333, 333], [34, 33, 33]),
    "by price": (100, [500, 300, 200], [50, 30, 20]),
    "the largest remainder first": (10, [149, 149, 702], [2, 1, 7]),
    "one unit": (1, [100, 200, 300], [0, 0, 1]),
    "nothing": (0, [100, 200], [0, 0]),
    "a line that is free": (5, [0, 10], [0, 5]),
    "all of it": (600, [100, 200, 300], [100, 200, 300]),
}


@pytest.mark.parametrize("case", QUOTIENTS.values(), ids=QUOTIENTS)
def test_a_half_is_rounded_away_from_zero(case):
    dividend, divisor, quotient = case

    assert divide(dividend, divisor) == quotient


@pytest.mark.parametrize("case", SHARES.values(), ids=SHARES)
def test_largest_remainders_get_what_is_left_over(case):
    amount, weights, shares = case

    assert share_out(amount, weights) == shares


@given(st.lists(st.integers(0, 10**12), min_size=1), st.data())
def test_shares_add_up_and_none_is_above_its_weight(weights, data):
    amount = data.draw(st.integers(0, sum(weights)))

    shares = share_out(amount, weights)

    assert sum(shares) == amount
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))
