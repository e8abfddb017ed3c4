"""Amounts and dates as banks' files write them."""

import re
from datetime import date

from django.utils.translation import gettext

from banking.errors import StatementUnreadable
from ledger.errors import CurrencyUnknown
from ledger.money import find_exponent

_DECIMAL = re.compile(r"\+?(\d{1,18})(?:\.(\d{0,5}))?")
_MINOR_MAX = 10**17


def read_decimal(text: str, currency: str, *, line: int, field: str) -> int:
    """Read an amount with a point, such as `12.50`, in minor units; zero is one too.

    Raises:
        StatementUnreadable: no amount, below zero, or finer than the currency's minor unit.
    """
    exponent = _find_exponent(currency, line=line, field=field)
    found = _DECIMAL.fullmatch(text.strip())
    if found is None:
        words = gettext("“%(text)s” is not an amount.") % {"text": text.strip()[:40]}
        raise StatementUnreadable(words, line=line, field=field)
    whole, decimals = found[1], (found[2] or "").rstrip("0")
    if len(decimals) > exponent:
        words = gettext("“%(text)s” has more decimals than %(currency)s has.")
        facts = {"text": text.strip()[:40], "currency": currency}
        raise StatementUnreadable(words % facts, line=line, field=field)
    amount_minor = int(whole + decimals.ljust(exponent, "0"))
    if amount_minor > _MINOR_MAX:
        words = gettext("“%(text)s” is larger than an account can hold.")
        raise StatementUnreadable(words % {"text": text.strip()[:40]}, line=line, field=field)
    return amount_minor


def read_day(text: str, *, line: int, field: str) -> date:
    """Read a date as ISO 8601 writes it, with or without a time after it.

    Raises:
        StatementUnreadable: it is none.
    """
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        words = gettext("“%(text)s” is not a date.") % {"text": text.strip()[:40]}
        raise StatementUnreadable(words, line=line, field=field) from None


def _find_exponent(currency: str, *, line: int, field: str) -> int:
    try:
        return find_exponent(currency)
    except CurrencyUnknown as refusal:
        raise StatementUnreadable(str(refusal), line=line, field=field) from None
