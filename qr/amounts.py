"""Amounts of payloads: decimal text into integer minor units and back, never a float."""

import re

from iso4217 import Currency

from qr.errors import PayloadInvalid

_AMOUNT = re.compile(r"([0-9]+)(?:\.([0-9]*))?")
_BY_NUMBER = {
    f"{currency.number:03}": currency.code
    for currency in Currency
    if currency.exponent is not None
}
_NUMBERS = {code: number for number, code in _BY_NUMBER.items()}
_EXPONENTS = {code: Currency(code).exponent or 0 for code in _NUMBERS}


def find_currency(number: str) -> str:
    """Return the letters of a numeric ISO 4217 code (`986` is BRL); empty if there is none."""
    return _BY_NUMBER.get(number, "")


def find_number(currency: str) -> str:
    """Return the digits of an ISO 4217 code (BRL is `986`); empty if there is none."""
    return _NUMBERS.get(currency, "")


def is_amount(text: str) -> bool:
    """Return whether the text is digits with at most one point after the first of them."""
    return _AMOUNT.fullmatch(text) is not None


def is_zero(text: str) -> bool:
    """Return whether an amount is nothing but zeros."""
    return not text.strip("0.")


def parse_amount(text: str, currency: str) -> int | None:
    """Return an amount in minor units; None if it is none, or finer than the currency.

    `5.0` USD is 500, `999.123` JPY has no number of yen.
    """
    match = _AMOUNT.fullmatch(text)
    exponent = _EXPONENTS.get(currency)
    if match is None or exponent is None or len(text) > 20:
        return None
    fraction = (match[2] or "").rstrip("0")
    if len(fraction) > exponent:
        return None
    return int(match[1] + fraction.ljust(exponent, "0"))


def drop_zeros(amount: str) -> str:
    """Return an amount without trailing zeros: 10.50 is 10.5, and 10.00 is 10."""
    return amount.rstrip("0").rstrip(".") if "." in amount else amount


def format_amount(amount_minor: int, currency: str) -> str:
    """Write minor units with the currency's own number of decimals and a point.

    Raises:
        PayloadInvalid: negative, or not in a currency with minor units.
    """
    exponent = _EXPONENTS.get(currency)
    if exponent is None or amount_minor < 0:
        raise PayloadInvalid(f"{amount_minor} {currency} is no amount.")
    digits = str(amount_minor).rjust(exponent + 1, "0")
    return f"{digits[:-exponent]}.{digits[-exponent:]}" if exponent else digits
