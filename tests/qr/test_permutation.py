"""The shuffle is a bijection, keyed, and leaves no pattern."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.permutation import NUMBERS, shuffle_number, unshuffle_number

KEY = bytes(range(32))
numbers = st.integers(0, NUMBERS - 1)
keys = st.binary(min_size=1, max_size=64)
# What we said once has to stay: phones hold codes of it.
PINNED = {
    0: 6_979_137_061_477_343,
    1: 2_914_807_260_135_913,
    NUMBERS - 1: 9_440_021_928_766_146,
    1_234_567_890_123_456: 3_922_407_110_455_972,
}


@given(keys, numbers)
def test_it_goes_both_ways(key, number):
    there = shuffle_number(key, number)

    assert 0 <= there < NUMBERS
    assert unshuffle_number(key, there) == number
    assert shuffle_number(key, unshuffle_number(key, number)) == number


@given(keys, numbers, numbers)
def test_two_numbers_never_share_a_place(key, one, other):
    assert (shuffle_number(key, one) == shuffle_number(key, other)) == (one == other)


@pytest.mark.parametrize("number", PINNED)
def test_its_order_stays_as_it_is(number):
    assert shuffle_number(KEY, number) == PINNED[number]


def test_another_key_is_another_order():
    assert shuffle_number(KEY, 1) != shuffle_number(KEY[::-1], 1)


def test_a_change_of_one_digit_changes_every_digit_as_often_as_chance_would():
    places = 16
    alike = [0] * places
    pairs = 4000

    for number in range(pairs):
        one = f"{shuffle_number(KEY, number):016}"
        other = f"{shuffle_number(KEY, number + 1):016}"
        for place in range(places):
            alike[place] += one[place] == other[place]

    # One in ten is alike by chance: 400, with a standard deviation of 19.
    assert all(300 < count < 500 for count in alike), alike


@pytest.mark.parametrize("number", [-1, NUMBERS])
@pytest.mark.parametrize("way", [shuffle_number, unshuffle_number])
def test_a_number_of_another_length_is_refused(way, number):
    with pytest.raises(OverflowError):
        way(KEY, number)
