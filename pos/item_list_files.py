"""Lists of items as CSV: read in any spreadsheet's encoding and separators, and written."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from django.utils.translation import gettext

from merchants.layouts import Layout
from merchants.reports.program import write_rows
from pos.item_columns import COLUMNS
from pos.item_refusals import ListUnreadable
from pos.models import Item

ROWS_MAX = 20_000
_SEPARATORS = (";", ",", "\t")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NEEDED = ("name", "number")


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row: the line of the file in which it begins, and its texts by column."""

    line: int
    texts: dict[str, str]
    # Whether it has more cells than there are titles.
    has_more: bool = False


def write_item_list(items: Iterable[Item], layout: Layout) -> Iterator[str]:
    """Write a row of titles, then a row for each item, in their order."""
    yield layout.mark + write_rows([list(COLUMNS)], separator=layout.separator)
    rows = [[column.write(item, layout) for column in COLUMNS.values()] for item in items]
    yield write_rows(rows, separator=layout.separator)


def read_item_list(content: bytes) -> list[ListRow]:
    """Read the rows of a list, without those that are empty.

    Raises:
        ListUnreadable: no text, no titles, or too many rows; says what to do.
    """
    text = _decode(content)
    # A line that some spreadsheets write first, and hide.
    named = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    separator = named[1] if named else _find_separator(text)
    source = io.StringIO(text, newline="")
    if named:
        source.readline()
    first = 1 if named else 0
    records = _list_records(source, separator, first)
    titles = _read_titles(next(records, (first, []))[1])
    rows = list(_list_rows(records, titles))
    if not rows:
        raise ListUnreadable(gettext("The list has no rows below its titles."))
    return rows


def _list_records(
    source: TextIO, separator: str, first: int
) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(source, delimiter=separator, strict=True)
    line = first + 1
    try:
        for cells in reader:
            yield line, cells
            line = first + reader.line_num + 1
    except csv.Error:
        words = gettext(
            "The row that begins in line %(line)s cannot be read: perhaps a quotation mark is"
            " missing."
        )
        raise ListUnreadable(words % {"line": line}) from None


def _list_rows(
    records: Iterable[tuple[int, list[str]]], titles: list[str]
) -> Iterator[ListRow]:
    count = 0
    for line, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > ROWS_MAX:
            words = gettext("The list has more than %(most)s rows. Send it in parts.")
            raise ListUnreadable(words % {"most": ROWS_MAX})
        # Spreadsheets leave out empty cells at a row's end, or add some.
        has_more = any(cell.strip() for cell in cells[len(titles) :])
        texts = dict(zip(titles, cells, strict=False))
        yield ListRow(line, dict.fromkeys(titles, "") | texts, has_more=has_more)


def _decode(content: bytes) -> str:
    marked = [encoding for mark, encoding in _MARKS.items() if content.startswith(mark)]
    encodings = marked or ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ListUnreadable(
        gettext("This is no list that can be read. Save it as CSV in UTF-8, and send that.")
    )


def _find_separator(text: str) -> str:
    head = text.partition("\n")[0]
    return max(_SEPARATORS, key=lambda separator: len(_split_titles(head, separator)))


def _split_titles(head: str, separator: str) -> set[str]:
    return {_fold_title(cell) for cell in head.split(separator)} & COLUMNS.keys()


def _fold_title(title: str) -> str:
    return title.strip().strip('"').strip().lower().replace(" ", "_")


def _read_titles(cells: list[str]) -> list[str]:
    titles = [_fold_title(cell) for cell in cells]
    while titles and not titles[-1]:
        titles.pop()
    known = ", ".join(COLUMNS)
    for title, cell in zip(titles, cells, strict=False):
        if title not in COLUMNS:
            words = gettext(
                "There is no column “%(title)s”. The columns are %(known)s; rename this one or"
                " remove it."
            )
            raise ListUnreadable(words % {"title": cell.strip()[:40], "known": known})
        if titles.count(title) > 1:
            words = gettext("The column “%(title)s” is there twice. Remove one of them.")
            raise ListUnreadable(words % {"title": title})
    if not set(_NEEDED) & set(titles):
        words = gettext(
            "The first line has no titles by which items can be found. Write %(known)s there,"
            " those that you have, and at least name or number."
        )
        raise ListUnreadable(words % {"known": known})
    return titles
