"""Money as integers: exponents, text, rounding."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import CurrencyUnknown
from ledger.money import (
    AMOUNT_MINOR_MAX,
    find_exponent,
    find_symbol,
    format_money,
    format_number,
    to_decimal,
)

AMOUNTS = st.integers(min_value=-AMOUNT_MINOR_MAX, max_value=AMOUNT_MINOR_MAX)
CURRENCIES = st.sampled_from(["JPY", "EUR", "KWD", "CNY", "CLF"])


@pytest.mark.parametrize(
    ("currency", "exponent"), [("JPY", 0), ("EUR", 2), ("KWD", 3), ("CLF", 4), ("ISK", 0)]
)
def test_exponents_are_those_of_iso_4217(currency, exponent):
    assert find_exponent(currency) == exponent


@pytest.mark.parametrize("currency", ["", "XAU", "XXX", "ZZZ", "EURO", "€", "E R", "\x00"])
def test_what_has_no_minor_units_is_no_currency(currency):
    with pytest.raises(CurrencyUnknown):
        find_exponent(currency)


@given(AMOUNTS, CURRENCIES)
def test_numbers_for_machines_come_back(amount_minor, currency):
    text = format_number(amount_minor, currency)

    assert int(Decimal(text).scaleb(find_exponent(currency))) == amount_minor
    assert len(text.partition(".")[2]) == find_exponent(currency)
    assert "E" not in text


@given(AMOUNTS, CURRENCIES, st.sampled_from(["en", "de", "fr", "ja", "zh_Hans"]))
def test_amounts_for_people_show_every_minor_unit(amount_minor, currency, locale):
    text = format_money(amount_minor, currency, locale)

    digits = "".join(character for character in text if character.isdigit())
    assert int(digits) == abs(amount_minor)
    assert text.startswith("\u2212") == (amount_minor < 0)


@pytest.mark.parametrize(
    ("amount_minor", "currency", "locale", "text"),
    [
        (480, "EUR", "en", "€4.80"),
        (480, "EUR", "de", "4,80\u00a0€"),
        (-480, "EUR", "en", "\u2212€4.80"),
        (0, "EUR", "en", "€0.00"),
        (5, "EUR", "en", "€0.05"),
        (123456789, "EUR", "en", "€1,234,567.89"),
        (480, "JPY", "en", "¥480"),
        (1234, "KWD", "en", "KWD\u00a01.234"),
        (AMOUNT_MINOR_MAX, "KWD", "en", "KWD\u00a0999,999,999.999"),
    ],
)
def test_amounts_for_people(amount_minor, currency, locale, text):
    assert format_money(amount_minor, currency, locale) == text


@pytest.mark.parametrize(
    ("amount_minor", "currency", "exact"),
    [(480, "JPY", "480"), (480, "EUR", "4.80"), (480, "KWD", "0.480"), (-1, "EUR", "-0.01")],
)
def test_decimals_have_the_currency_s_own_places(amount_minor, currency, exact):
    assert str(to_decimal(amount_minor, currency)) == exact


@pytest.mark.parametrize(("currency", "symbol"), [("EUR", "€"), ("KWD", "KWD"), ("JPY", "¥")])
def test_signs(currency, symbol):
    assert find_symbol(currency) == symbol
