"""Dates in the order of the page's language: 3 Dec, 3. Dez, 12月3日."""

from datetime import date, datetime

from django import template
from django.utils.dateformat import format as write_date
from django.utils.translation import get_language

register = template.Library()
# By language: how the parts of our English patterns follow each other, the longest first.
_ORDERS = {
    "ar": [(", ", "، ")],
    "de": [("l j F", "l, j. F"), ("j F", "j. F"), ("j M", "j. M")],
    # "M" would begin a month with a capital letter.
    "es": [("l j F", r"l, j \d\e F"), ("j F", r"j \d\e F"), ("j M", "j b")],
    "fr": [("j M", "j b")],
    "zh-hans": [
        ("l j F", "n月j日 l"),
        ("j F Y", "Y年n月j日"),
        ("j M Y, ", "Y年n月j日 "),
        ("j M Y", "Y年n月j日"),
        ("j M, ", "n月j日 "),
        ("j M", "n月j日"),
    ],
}


@register.filter(expects_localtime=True)
def moment(when: date | datetime | None, pattern: str) -> str:
    """Write a date or a time: `{{ charge.captured_at|moment:"j M Y, H:i" }}`."""
    return write_moment(when, pattern) if when else ""


def write_moment(when: date | datetime, pattern: str) -> str:
    """Write a date, or a time in its own zone, by Django's letters in the order of English."""
    for english, ordered in _ORDERS.get(get_language() or "", []):
        if english in pattern:
            pattern = pattern.replace(english, ordered)
            break
    return write_date(when, pattern)
