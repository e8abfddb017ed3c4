"""The columns of a list of items, and their texts, written and read the same."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from foundation.digits import fold_digits
from foundation.fields import is_plain
from ledger.errors import AmountUnreadable, PercentUnreadable
from ledger.money import find_exponent
from ledger.typed import read_money, read_percent, write_percent
from merchants.layouts import COMMA, SEMICOLON, Layout
from pos.articles import read_article, shorten_article
from pos.item_refusals import ArticleUnreadable
from pos.models import Item, ItemColor
from pos.stock import STOCK_MAX

_AGE_MAX = 99
_REPLACED = "\N{REPLACEMENT CHARACTER}"
# As tills' pages name them, in English: a list is read in any language.
_COLORS = {
    ItemColor.PLAIN: "",
    ItemColor.JADE: "green",
    ItemColor.AMBER: "yellow",
    ItemColor.SEAL: "red",
    ItemColor.BLUE: "blue",
}
_WORDS = {True: "yes", False: "no"}


class CellRefused(Exception):
    """A cell that cannot be read; says what to write in it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: how an item's row says it, and how its text is read into the item's row."""

    name: str
    write: Callable[[Item, Layout], str]
    read: Callable[[str, str], Any]
    # The field of an item that it is.
    field: str


def choose_layout(suggested: Layout, currency: str) -> Layout:
    """Return the layout of a list that is read again as it was written.

    With three decimals a comma could be a mark of thousands: `1,500` is refused as such.
    """
    is_unclear = suggested is COMMA and find_exponent(currency) > len("00")
    return SEMICOLON if is_unclear else suggested


def protect_text(text: str, layout: Layout) -> str:
    """Write a text so that a spreadsheet keeps it as text, and `unprotect_text` reads it."""
    written = layout.write_text(text)
    return f"'{text}" if written == text and unprotect_text(text) != text else written


def unprotect_text(text: str) -> str:
    """Read a text with the mark that `protect_text` has put before it, and no other."""
    bare = text[1:]
    if not text.startswith("'"):
        return text
    # For whichever spreadsheet it was written: the one for people marks the most.
    return bare if protect_text(bare, COMMA) == text else text


def read_text(text: str, *, most: int) -> str:
    """Return a text on one line, its blanks made single.

    Raises:
        CellRefused: too long, or it has letters that are none.
    """
    line = " ".join(text.split())
    if _REPLACED in line:
        raise CellRefused(gettext("A letter was lost in this text. Write it again."))
    if not is_plain(line):
        raise CellRefused(gettext("This text has signs that cannot be seen. Write it again."))
    if len(line) > most:
        raise CellRefused(gettext("Write at most %(most)s letters.") % {"most": most})
    return line


def _read_required(text: str, *, most: int) -> str:
    line = read_text(text, most=most)
    if not line:
        raise CellRefused(gettext("Write the item's name."))
    return line


def _read_price(text: str, currency: str) -> int:
    try:
        return read_money(text, currency)
    except AmountUnreadable as refusal:
        raise CellRefused(str(refusal)) from None


def _read_color(text: str) -> ItemColor:
    for color, word in _COLORS.items():
        if text.strip().lower() == word:
            return color
    words = ", ".join(filter(None, _COLORS.values()))
    raise CellRefused(gettext("Write one of %(words)s, or nothing.") % {"words": words})


def _read_barcode(text: str) -> str:
    # A spreadsheet that took the number for a sum: 4.00638E+12.
    if "E+" in text.upper():
        raise CellRefused(
            gettext(
                "A spreadsheet has shortened this number. Format the column as text, and write"
                " the number again."
            )
        )
    try:
        return read_article(text) if text.strip() else ""
    except ArticleUnreadable as refusal:
        raise CellRefused(str(refusal)) from None


def _read_vat(text: str) -> int | None:
    try:
        return read_percent(text) if text.strip() else None
    except PercentUnreadable as refusal:
        raise CellRefused(str(refusal)) from None


def _read_age(text: str) -> int:
    digits = fold_digits(text.strip()) or "0"
    if not digits.isdecimal() or len(digits) > len("99"):
        raise CellRefused(gettext("Write an age from 0 to %(most)s.") % {"most": _AGE_MAX})
    return int(digits)


def _read_yes(text: str) -> bool:
    word = text.strip().lower()
    if word in {"yes", "y", "1", "true", "x"}:
        return True
    if word in {"no", "n", "0", "false", ""}:
        return False
    raise CellRefused(gettext("Write yes or no."))


def _read_stock(text: str) -> int | None:
    digits = fold_digits(text.strip())
    if not digits:
        return None
    if not digits.isdecimal() or len(digits) > len(str(STOCK_MAX)) or int(digits) > STOCK_MAX:
        raise CellRefused(gettext("Write a whole number such as 12, or nothing."))
    return int(digits)


def _write_vat(item: Item, layout: Layout) -> str:
    if item.vat_bps is None:
        return ""
    return write_percent(item.vat_bps).replace(".", layout.decimal)


COLUMNS = {
    column.name: column
    for column in (
        Column(
            "number",
            lambda item, layout: protect_text(item.number, layout),
            lambda text, _: read_text(unprotect_text(text), most=40),
            "number",
        ),
        Column(
            "name",
            lambda item, layout: protect_text(item.name, layout),
            lambda text, _: _read_required(unprotect_text(text), most=80),
            "name",
        ),
        Column(
            "price",
            lambda item, layout: layout.write_amount(item.price_minor, item.currency),
            _read_price,
            "price_minor",
        ),
        Column(
            "category",
            lambda item, layout: protect_text(
                item.category.name if item.category else "", layout
            ),
            lambda text, _: read_text(unprotect_text(text), most=40),
            "category",
        ),
        Column(
            "color",
            lambda item, _: _COLORS[ItemColor(item.color)],
            lambda text, _: _read_color(text),
            "color",
        ),
        Column(
            "barcode",
            lambda item, layout: protect_text(
                shorten_article(item.barcode) if item.barcode else "", layout
            ),
            lambda text, _: _read_barcode(unprotect_text(text.strip())),
            "barcode",
        ),
        Column("vat", _write_vat, lambda text, _: _read_vat(text), "vat_bps"),
        Column(
            "min_age",
            lambda item, _: str(item.min_age or ""),
            lambda text, _: _read_age(text),
            "min_age",
        ),
        Column(
            "sold_out",
            lambda item, _: _WORDS[item.is_sold_out],
            lambda text, _: _read_yes(text),
            "is_sold_out",
        ),
        Column(
            "hidden",
            lambda item, _: _WORDS[not item.is_active],
            lambda text, _: not _read_yes(text),
            "is_active",
        ),
        Column(
            "stock",
            lambda item, _: "" if item.stock is None else str(item.stock),
            lambda text, _: _read_stock(text),
            "stock",
        ),
    )
}
