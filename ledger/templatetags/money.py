"""Money in templates: one filter and one tag for text, one tag for the big figure."""

import math
from decimal import Decimal
from typing import Protocol

from babel.numbers import format_decimal
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ledger.money import find_exponent, find_symbol, format_money

register = template.Library()


class _Amount(Protocol):
    amount_minor: int
    currency: str


@register.filter
def money(row: _Amount) -> str:
    """Write the amount of a row: `{{ charge|money }}` gives `€4.80`."""
    return format_money(row.amount_minor, row.currency, _locale())


@register.filter
def exponent(currency: str) -> int:
    """Return a currency's number of decimals, for scripts: `{{ currency|exponent }}`."""
    return find_exponent(currency)


@register.simple_tag(name="money")
def money_of(amount_minor: int, currency: str) -> str:
    """Write a bare amount: `{% money balance_minor currency %}`."""
    return format_money(amount_minor, currency, _locale())


def percent_of(rate_bps: int) -> str:
    """Write basis points as a percentage in the page's language: `13.5`, `13,5`."""
    return format_decimal(Decimal(rate_bps).scaleb(-2), locale=_locale())


@register.simple_tag
def less(amount_minor: int, currency: str) -> SafeString:
    """Write an amount that is taken off: `{% less fees_minor currency %}` gives minus 0.27.

    Its minus sign stays before it where the page runs from right to left; nothing has none.
    """
    return format_html("<bdi>{}</bdi>", format_money(-amount_minor, currency, _locale()))


@register.simple_tag
def amount(amount_minor: int, currency: str) -> SafeString:
    """Write an amount as the large figure of a screen, its sign set small.

    `data-chars` says how long it is, a letter of the sign for half a one: what is long is set
    smaller (components/money.css).
    """
    text, symbol = (
        format_money(amount_minor, currency, _locale()),
        find_symbol(currency, _locale()),
    )
    before, found, after = text.partition(symbol)
    sign = found or currency
    return format_html(
        '<span class="amt" data-chars="{}">{}<small>{}</small>{}</span>',
        math.ceil(len(before + after) + len(sign) / 2),
        before,
        sign,
        after,
    )


def _locale() -> str:
    return (get_language() or "en").replace("-", "_")
