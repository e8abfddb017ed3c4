"""Crockford base32: round trips, forgiving letters, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.crockford import ALPHABET, decode_number, encode_number
from qr.errors import PayloadInvalid


@given(st.integers(min_value=0, max_value=2**130 - 1))
def test_every_number_comes_back(number):
    text = encode_number(number, length=26)

    assert len(text) == 26
    assert set(text) <= set(ALPHABET)
    assert decode_number(text) == number
    assert decode_number(text.lower()) == number


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        number = decode_number(text)
    except PayloadInvalid:
        return

    assert 0 <= number < 32 ** len(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("Z", 31),
        ("10", 32),
        ("O", 0),
        ("o", 0),
        ("I", 1),
        ("i", 1),
        ("L", 1),
        ("l", 1),
    ],
)
def test_letters_that_look_like_digits_are_read_as_digits(text, number):
    assert decode_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "U", "u", "-", " ", "1 2", "é", "\uff11", "\u212a", "\x00"]
)
def test_other_characters_are_refused(text):
    with pytest.raises(PayloadInvalid):
        decode_number(text)


@pytest.mark.parametrize(("number", "length"), [(-1, 1), (32, 1), (32**26, 26), (1, 0)])
def test_a_number_that_does_not_fit_is_our_mistake(number, length):
    with pytest.raises(OverflowError):
        encode_number(number, length=length)
