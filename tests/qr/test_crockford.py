"""Crockford base32: round trips, forgiving letters, refusals."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.crockford import ALPHABET, compute_check, decode_number, encode_number, has_check
from qr.errors import PayloadInvalid

BODIES = st.text(ALPHABET, min_size=7, max_size=7)


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


@pytest.mark.parametrize(
    ("text", "check"), [("0000000", "0"), ("7K4M92Q", "Y"), ("0000001", "2"), ("1000000", "M")]
)
def test_check_characters_are_these(text, check):
    assert compute_check(text) == check
    assert has_check(text + check)


@given(BODIES)
def test_of_32_check_characters_one_fits(body):
    fitting = [character for character in ALPHABET if has_check(body + character)]

    assert fitting == [compute_check(body)]
    assert has_check((body + fitting[0]).lower())


@given(BODIES, st.data())
def test_every_wrong_character_is_found(body, data):
    code = body + compute_check(body)
    place = data.draw(st.integers(min_value=0, max_value=len(code) - 1))

    for wrong in set(ALPHABET) - {code[place]}:
        assert not has_check(code[:place] + wrong + code[place + 1 :])


@given(BODIES)
def test_every_swap_is_found(body):
    code = body + compute_check(body)

    for one, other in combinations(range(len(code)), 2):
        swapped = list(code)
        swapped[one], swapped[other] = code[other], code[one]
        assert has_check("".join(swapped)) == (code[one] == code[other])


@given(BODIES, st.sampled_from(ALPHABET), st.integers(min_value=0, max_value=5))
def test_every_pair_that_became_another_pair_is_found(body, character, place):
    body = body[:place] + character * 2 + body[place + 2 :]
    code = body + compute_check(body)

    for wrong in set(ALPHABET) - {character}:
        assert not has_check(code[:place] + wrong * 2 + code[place + 2 :])


@pytest.mark.parametrize("compute", [compute_check, has_check])
@pytest.mark.parametrize("text", ["", "U", "7K4M-92QY"])
def test_a_check_of_other_characters_is_refused(compute, text):
    with pytest.raises(PayloadInvalid):
        compute(text)
