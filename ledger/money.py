"""Money as integers of minor units: exponents, text, rounding.

Exponents are ISO 4217's (package `iso4217`), never a locale library's: those disagree
for a dozen currencies.
"""

import re
from decimal import Decimal
from functools import lru_cache

from babel.core import Locale
from babel.numbers import format_currency, get_currency_symbol
from django.utils.translation import gettext
from iso4217 import Currency

from ledger.errors import CurrencyUnknown

AMOUNT_MINOR_MAX = 999_999_999_999
_RTL_MARK = "\u200f"
_LETTER_AT_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


@lru_cache(maxsize=256)
def find_exponent(currency: str) -> int:
    """Return the number of decimals of an ISO 4217 code: EUR 2, JPY 0, KWD 3.

    Raises:
        CurrencyUnknown: no such code, or one without minor units such as XAU.
    """
    try:
        exponent = Currency(currency).exponent
    except ValueError:
        exponent = None
    if exponent is None:
        words = gettext("%(code)s is not a currency with minor units.")
        raise CurrencyUnknown(words % {"code": currency})
    return exponent


def to_decimal(amount_minor: int, currency: str) -> Decimal:
    """Return the amount in major units, with the currency's own number of decimals."""
    return Decimal(amount_minor).scaleb(-find_exponent(currency))


# Prices repeat, and a page of movements writes sixty amounts: Babel takes a third of it.
@lru_cache(maxsize=4096)
def format_money(amount_minor: int, currency: str, locale: str = "en") -> str:
    """Write an amount for people in a locale: `€4.80`, `4,80 €`; minus is U+2212."""
    digits = "0" * find_exponent(currency)
    pattern = Locale.parse(locale, sep="_").currency_formats["standard"].pattern
    exact = pattern.replace("0.00", f"0.{digits}" if digits else "0")
    text = format_currency(
        to_decimal(abs(amount_minor), currency),
        currency,
        format=exact,
        locale=locale,
        currency_digits=False,
    )
    # Like browsers, after CLDR: a blank between a sign of letters and a digit; Babel omits it.
    text = _LETTER_AT_DIGIT.sub("\u00a0", text)
    if amount_minor >= 0:
        return text
    # A text from right to left begins with a mark; the minus stays left of its digits there.
    mark = f"{_RTL_MARK}\u200e" if text.startswith(_RTL_MARK) else ""
    return f"{mark}\u2212{text.removeprefix(_RTL_MARK)}"


def format_number(amount_minor: int, currency: str) -> str:
    """Write an amount for machines, without the currency: `4280` EUR is `42.80`."""
    return str(to_decimal(amount_minor, currency))


def find_symbol(currency: str, locale: str = "en") -> str:
    """Return the currency's sign in a locale, or its code where it has none."""
    return get_currency_symbol(currency, locale=locale)
