"""Amounts: exact in both directions, and None where there is no exact number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.amounts import (
    drop_zeros,
    find_currency,
    find_number,
    format_amount,
    is_amount,
    is_zero,
    parse_amount,
)
from qr.errors import PayloadInvalid

PARSED = [
    ("98.73", "USD", 9873),
    ("98", "USD", 9800),
    ("98.", "USD", 9800),
    ("5.0", "USD", 500),
    ("00000.10", "USD", 10),
    ("1.5", "KWD", 1500),
    ("1000", "JPY", 1000),
    ("1000.00", "VND", 1000),
    ("999.123", "JPY", None),
    ("0.001", "USD", None),
    ("98,73", "USD", None),
    (".5", "USD", None),
    ("-1", "USD", None),
    ("\u0661", "USD", None),
    ("1", "", None),
    ("1", "XAU", None),
    ("1" * 21, "USD", None),
]


@pytest.mark.parametrize(("text", "currency", "amount_minor"), PARSED)
def test_text_becomes_minor_units(text, currency, amount_minor):
    assert parse_amount(text, currency) == amount_minor


@given(st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD", "UYW"]))
def test_what_is_written_is_read(amount_minor, currency):
    text = format_amount(amount_minor, currency)

    assert is_amount(text)
    assert parse_amount(text, currency) == amount_minor


def test_decimals_are_the_currencys_own():
    assert format_amount(5, "EUR") == "0.05"
    assert format_amount(5, "JPY") == "5"
    assert format_amount(5, "KWD") == "0.005"


@pytest.mark.parametrize(("amount_minor", "currency"), [(-1, "EUR"), (1, "XAU"), (1, "")])
def test_what_is_no_amount_is_not_written(amount_minor, currency):
    with pytest.raises(PayloadInvalid):
        format_amount(amount_minor, currency)


@pytest.mark.parametrize(
    ("amount", "shorter"),
    [("10.50", "10.5"), ("10.00", "10"), ("0.50", "0.5"), ("100", "100"), ("10.05", "10.05")],
)
def test_zeros_behind_the_point_say_nothing(amount, shorter):
    assert drop_zeros(amount) == shorter
    assert parse_amount(shorter, "EUR") == parse_amount(amount, "EUR")


def test_currencies_have_letters_and_numbers():
    assert (find_currency("986"), find_number("BRL")) == ("BRL", "986")
    assert (find_currency("051"), find_number("AMD")) == ("AMD", "051")
    assert (find_currency("959"), find_number("XAU"), find_currency("")) == ("", "", "")


@pytest.mark.parametrize("text", ["0", "0.00", "000."])
def test_nothing_is_zero(text):
    assert is_zero(text)


def test_something_is_not_zero():
    assert not is_zero("0.01")
