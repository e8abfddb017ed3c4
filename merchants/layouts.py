"""Layouts of a settlement's file: for a person's spreadsheet, or for a program.

Spreadsheets guess: without a byte order mark Excel reads UTF-8 as its own code page, and one
set to decimal commas reads 4.80 as text or a date. So each layout specifies all of this.
"""

import re
from dataclasses import dataclass

from babel.core import Locale, UnknownLocaleError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header

from ledger.csv import quote_formula
from ledger.money import format_number

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
# Texts that spreadsheets turn into another number or a date: 00123, 1E5, 12.11., 3/4, 10:30.
_LIKE_A_NUMBER = re.compile(r"[\d\s.,:/'%+-]*\d[\d\s.,:/'%+-]*([eE][+-]?\d+)?")
# Countries whose list separator is a semicolon although decimals have a point.
_SEMICOLON_BY_HABIT = {"CH", "LI"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Separators of a file; `mark` is its very beginning."""

    key: str
    label: str | Promise
    separator: str = ","
    decimal: str = "."
    mark: str = _MARK
    is_for_people: bool = True

    def write_amount(self, amount_minor: int, currency: str) -> str:
        """Write an amount with all its decimals, an ASCII minus and no thousands marks."""
        return format_number(amount_minor, currency).replace(".", self.decimal)

    def write_text(self, text: str) -> str:
        """Write a text so that a spreadsheet keeps it as text."""
        quoted = quote_formula(text)
        if self.is_for_people and quoted == text and _LIKE_A_NUMBER.fullmatch(text):
            return f"'{text}"
        return quoted


POINT = Layout("point", _("Spreadsheet that writes 1234.56"))
COMMA = Layout("comma", _("Spreadsheet that writes 1234,56"), separator=";", decimal=",")
SEMICOLON = Layout(
    "semicolon", _("Spreadsheet that writes 1234.56, with semicolons"), separator=";"
)
PROGRAM = Layout("program", _("Programs"), mark="", is_for_people=False)
LAYOUTS = {layout.key: layout for layout in (POINT, COMMA, SEMICOLON, PROGRAM)}


def suggest_layout(accepted_languages: str) -> Layout:
    """Return the layout for a browser's `Accept-Language`; without one it is a program."""
    for tag, _weight in parse_accept_lang_header(accepted_languages):
        try:
            locale = Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
        if locale.number_symbols["latn"]["decimal"] == ",":
            return COMMA
        return SEMICOLON if locale.territory in _SEMICOLON_BY_HABIT else POINT
    return POINT if accepted_languages else PROGRAM
