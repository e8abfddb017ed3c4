"""Typed amounts, by the table that the pages' script is held to as well."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import AmountUnreadable
from ledger.money import AMOUNT_MINOR_MAX, format_money, format_number
from ledger.typed import read_money

TABLE = json.loads(Path(__file__).with_name("typed_amounts.json").read_text())
WORDS = {
    "unreadable": "Type an amount such as ",
    "ambiguous": "can be read in two ways. ",
    "decimals": "decimals. Type an amount such as ",
    "zero": "Type more than zero.",
    "large": "The most is ",
}


@pytest.mark.parametrize(("currency", "typed", "expected"), TABLE)
def test_what_is_clear_is_read_and_all_else_refused_with_its_reason(currency, typed, expected):
    if isinstance(expected, int):
        assert read_money(typed, currency) == expected
        return
    with pytest.raises(AmountUnreadable) as refusal:
        read_money(typed, currency)

    assert WORDS[expected] in str(refusal.value)
    others = {reason for reason in WORDS if WORDS[reason] in str(refusal.value)} - {expected}
    assert others <= {"unreadable"}


@pytest.mark.parametrize(
    ("typed", "currency", "words"),
    [
        (
            "1,234",
            "KWD",
            "“1,234” can be read in two ways. Leave out the mark of thousands, as in 1.250.",
        ),
        ("4.8055", "EUR", "EUR has 2 decimals. Type an amount such as 12.50."),
        ("480.0", "JPY", "JPY has no decimals. Type an amount such as 1250."),
        ("99999999999", "EUR", "The most is €9,999,999,999.99."),
    ],
)
def test_a_refusal_says_what_to_type(typed, currency, words):
    with pytest.raises(AmountUnreadable) as refusal:
        read_money(typed, currency)

    assert str(refusal.value) == words


@given(
    st.integers(min_value=1, max_value=AMOUNT_MINOR_MAX),
    st.sampled_from(["JPY", "CLP", "EUR", "IDR", "KWD"]),
)
def test_what_we_write_ourselves_is_read_as_it_was_meant(amount_minor, currency):
    assert read_money(format_number(amount_minor, currency), currency) == amount_minor


@given(
    st.integers(min_value=1, max_value=AMOUNT_MINOR_MAX),
    st.sampled_from(["JPY", "CLP", "EUR", "IDR", "KWD"]),
    st.sampled_from(["en", "de", "de_CH", "fr", "en_IN", "id", "es_CL"]),
)
def test_what_is_copied_from_a_page_is_never_another_amount(amount_minor, currency, locale):
    text = format_money(amount_minor, currency, locale)
    with suppress(AmountUnreadable):
        # Refused are other languages' signs of a currency, and what may be 1.234 or 1,234.
        assert read_money(text, currency) == amount_minor
