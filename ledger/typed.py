"""Amounts as people type them: `4.80`, `4,80`, `1.234,50`, `1'234.50`, in any digits.

The marks of thousands and decimals are inferred from the text and from the currency's decimals,
never from a language: people type in one and read in another. Ambiguous text is refused.
`static/js/amounts.js` reads the same; one table tests both, `tests/ledger/typed_amounts.json`.
"""

import re

from django.utils.translation import gettext

from foundation.digits import fold_digits
from ledger.errors import AmountUnreadable, PercentUnreadable
from ledger.money import (
    AMOUNT_MINOR_MAX,
    find_exponent,
    find_symbol,
    format_money,
    format_number,
)

# Text copied from a page in Arabic or Hebrew carries marks of direction.
_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# The marks of the Arabic script and of full width, and marks that only part thousands.
_MARKS = str.maketrans(
    dict.fromkeys("\u060c\uff0c", ",")
    | dict.fromkeys("\uff0e", ".")
    | dict.fromkeys("\u2019\u2018\u02bc\u2032\u00b4\u0060\uff07\u066c", "'")
)
_DECIMALS_ONLY = "\u066b"
_EXAMPLE_MINOR = 1250
_LENGTH_MAX = 40
_PERCENT_DECIMALS = 2
_WHOLE_BPS = 10_000


class _Unclear(Exception):
    """The typed text is no amount; the reason is one word of `_explain`."""


def read_money(text: str, currency: str) -> int:
    """Read a typed amount in minor units: above zero and within the API's limit.

    Raises:
        AmountUnreadable: says why, and what to type.
    """
    try:
        return _limit(_read(_normalize(text, currency), find_exponent(currency)))
    except _Unclear as unclear:
        raise AmountUnreadable(_explain(str(unclear), text.strip(), currency)) from None


def read_percent(text: str) -> int:
    """Read a typed percentage in basis points: 0 to 100, with two decimals at most.

    Raises:
        PercentUnreadable: says what to type.
    """
    try:
        rate_bps = _read(_normalize(text, "%"), _PERCENT_DECIMALS)
    except _Unclear:
        rate_bps = _WHOLE_BPS + 1
    if rate_bps > _WHOLE_BPS:
        raise PercentUnreadable(gettext("Type a rate from 0 to 100, such as 13.5."))
    return rate_bps


def write_percent(rate_bps: int) -> str:
    """Return basis points as a percentage that `read_percent` reads: `13.5`."""
    whole, rest = divmod(rate_bps, 100)
    return f"{whole}.{rest:02}".rstrip("0").removesuffix(".") if rest else str(whole)


def _limit(amount_minor: int) -> int:
    if amount_minor == 0:
        raise _Unclear("zero")
    if amount_minor > AMOUNT_MINOR_MAX:
        raise _Unclear("large")
    return amount_minor


def _normalize(text: str, currency: str) -> str:
    plain = fold_digits(" ".join(_UNSEEN.sub("", text).translate(_MARKS).split()))
    for sign in (currency, currency.lower(), find_symbol(currency)):
        plain = plain.removeprefix(sign).removesuffix(sign)
    return plain.strip()


def _read(text: str, exponent: int) -> int:
    if len(text) > _LENGTH_MAX or not re.fullmatch(r"[0-9., '\u066b]*[0-9][.,]?", text):
        raise _Unclear("unreadable")
    if _DECIMALS_ONLY in text:
        whole, _, decimals = text.rpartition(_DECIMALS_ONLY)
        return _join(whole, decimals, exponent)
    thousand = re.fullmatch(r"[1-9][0-9]{0,2}([.,])[0-9]{3}", text)
    if thousand and exponent:
        # With three decimals, a point and three digits are what we write ourselves.
        if thousand[1] == "," or exponent < len("000"):
            raise _Unclear("ambiguous")
    elif _is_whole(text):
        return _join(text, "", exponent)
    match = re.fullmatch("(.*)([.,])([^.,]*)", text)
    if match is None or match[2] in match[1]:
        raise _Unclear("unreadable")
    return _join(match[1], match[3], exponent)


def _is_whole(text: str) -> bool:
    return bool(
        re.fullmatch(r"[0-9]+", text)
        or re.fullmatch(r"[1-9][0-9]{0,2}([.,' ])[0-9]{3}(?:\1[0-9]{3})*", text)
        # 12,34,567: lakhs and crores.
        or re.fullmatch(r"[1-9][0-9]?([.,' ])[0-9]{2}(?:\1[0-9]{2})*\1[0-9]{3}", text)
    )


def _join(whole: str, decimals: str, exponent: int) -> int:
    if (whole and not _is_whole(whole)) or re.search("[^0-9]", decimals):
        raise _Unclear("unreadable")
    if len(decimals) > exponent:
        raise _Unclear("decimals")
    return int(re.sub("[^0-9]", "", whole) + decimals.ljust(exponent, "0"))


def _explain(refusal: str, typed: str, currency: str) -> str:
    example = format_number(_EXAMPLE_MINOR, currency)
    if refusal == "ambiguous":
        words = gettext(
            "“%(typed)s” can be read in two ways. Leave out the mark of thousands, as in"
            " %(example)s."
        )
    elif refusal == "decimals" and find_exponent(currency):
        words = gettext(
            "%(currency)s has %(exponent)s decimals. Type an amount such as %(example)s."
        )
    elif refusal == "decimals":
        words = gettext("%(currency)s has no decimals. Type an amount such as %(example)s.")
    elif refusal == "zero":
        words = gettext("Type more than zero.")
    elif refusal == "large":
        words = gettext("The most is %(most)s.")
    else:
        words = gettext("Type an amount such as %(example)s.")
    return words % {
        "typed": typed,
        "example": example,
        "currency": currency,
        "exponent": find_exponent(currency),
        "most": format_money(AMOUNT_MINOR_MAX, currency),
    }
