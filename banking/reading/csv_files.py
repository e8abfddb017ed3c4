"""CSV by a saved mapping: which column is what, how dates and decimals are written."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import IO, Any, Protocol

from django.utils.translation import gettext

from banking.errors import StatementUnreadable
from banking.models import CsvMapping, DateOrder
from banking.reading.amounts import read_decimal
from banking.reading.lines import Detail, Head, Line, Reading, drop_nothing

_NUMBERS = re.compile(r"\d+")
_COMPACT_DATE = re.compile(r"\d{8}")
_NOTHING = re.compile(r"[+-]?[0.,]+")
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
_DATE_PARTS = 3
# Whole numbers with marks between thousands, in India hundred thousands too: by whether
# a comma stands before the decimals.
_GROUPED = {
    is_comma: re.compile(rf"\d{{1,3}}(?:[{marks}]\d{{2,3}})*[{marks}]\d{{3}}")
    for is_comma, marks in ((True, ".' \u2019\u00a0\u202f"), (False, ",' \u2019\u00a0\u202f"))
}
# The column of each field; a bank writes others around them.
_HEAD_LINES_MAX = 30
_COLUMNS = (
    *("booked_on", "valued_on", "amount", "money_in", "money_out", "currency"),
    *("party_name", "party_iban", "remittance", "bank_reference", "end_to_end_id"),
)


def read_csv(file: IO[bytes], mapping: CsvMapping, *, account: str, currency: str) -> Reading:
    """Yield one head, and a line for each row; a CSV file has no balances.

    Raises:
        StatementUnreadable: with the line and the column.
    """
    # Newlines stay as they are: the reader counts lines and joins those in quotation marks.
    text = io.TextIOWrapper(file, encoding=mapping.encoding, newline="", errors="strict")
    rows = csv.reader(text, delimiter=mapping.delimiter, strict=True)
    try:
        yield from _Reader(mapping, currency=currency).read(rows, account=account)
    except (UnicodeDecodeError, csv.Error):
        words = gettext("this is no CSV in %(encoding)s.") % {"encoding": mapping.encoding}
        raise StatementUnreadable(words, line=rows.line_num or 1) from None
    finally:
        text.detach()


class _Rows(Protocol):
    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


class _Reader:
    def __init__(self, mapping: CsvMapping, *, currency: str) -> None:
        self._mapping, self._currency = mapping, currency
        self._places: dict[str, int] = {}
        self._wide = 0

    def read(self, rows: _Rows, *, account: str) -> Reading:
        self._find_head(rows)
        yield Head(
            format="CSV", statement_id="", account=account, currency=self._currency, line=1
        )
        for row in rows:
            if any(cell.strip() for cell in row):
                yield self._read_row(row, line=rows.line_num)

    def _find_head(self, rows: Iterable[Sequence[str]]) -> None:
        named = {
            name: getattr(self._mapping, name)
            for name in _COLUMNS
            if getattr(self._mapping, name)
        }
        for number, row in enumerate(rows, start=1):
            heads = [cell.strip() for cell in row]
            if all(head in heads for head in named.values()):
                self._places = {name: heads.index(head) for name, head in named.items()}
                self._wide = len(heads)
                return
            if number >= _HEAD_LINES_MAX:
                break
        words = gettext("no line has all the columns of the mapping: %(columns)s.")
        facts = {"columns": ", ".join(sorted(set(named.values())))}
        raise StatementUnreadable(words % facts, line=1)

    def _read_row(self, row: Sequence[str], *, line: int) -> Line:
        # Some banks end each line, but not the heads, with a delimiter.
        while len(row) > self._wide and not row[-1].strip():
            row = row[:-1]
        if len(row) != self._wide:
            words = gettext("the line has %(count)s fields, the heads are %(wide)s.")
            facts: dict[str, Any] = {"count": len(row), "wide": self._wide}
            raise StatementUnreadable(words % facts, line=line)
        cells = {name: row[place].strip() for name, place in self._places.items()}
        given = cells.get("currency", "")
        if given and given != self._currency:
            words = gettext("the entry is in %(given)s, but the account in %(own)s.")
            facts = {"given": given[:10], "own": self._currency}
            raise StatementUnreadable(words % facts, line=line, field=self._mapping.currency)
        amount_minor = self._read_amount(cells, line=line)
        detail = Detail(
            amount_minor=amount_minor,
            end_to_end_id=drop_nothing(cells.get("end_to_end_id", ""))[:35],
            remittance=cells.get("remittance", "")[:500],
            party_name=cells.get("party_name", "")[:140],
            party_iban=cells.get("party_iban", "").replace(" ", "").upper()[:34],
        )
        valued = cells.get("valued_on", "")
        return Line(
            amount_minor=amount_minor,
            booked_on=self._read_day(
                cells["booked_on"], line=line, field=self._mapping.booked_on
            ),
            valued_on=self._read_day(valued, line=line, field=self._mapping.valued_on)
            if valued
            else None,
            bank_reference=drop_nothing(cells.get("bank_reference", ""))[:35],
            details=(detail,),
            line=line,
        )

    def _read_amount(self, cells: dict[str, str], *, line: int) -> int:
        found = [
            (name, sign)
            for name, sign in (("amount", 1), ("money_in", 1), ("money_out", -1))
            if cells.get(name)
        ]
        if len(found) > 1:
            # Some banks write a zero into the other column.
            found = [pair for pair in found if not _NOTHING.fullmatch(cells[pair[0]])]
        if len(found) != 1:
            words = gettext("the line has no amount, or money in and out at once.")
            column = self._mapping.amount or self._mapping.money_in
            raise StatementUnreadable(words, line=line, field=column)
        [(name, sign)] = found
        column = getattr(self._mapping, name)
        # Banks and spreadsheets write several minus signs, some behind the number.
        plain = self._drop_currency(cells[name].replace("\u2212", "-").replace("\u2013", "-"))
        if plain.startswith("(") and plain.endswith(")"):
            # A bookkeeper's minus.
            plain = f"-{plain[1:-1]}"
        if name == "amount":
            sign = -1 if "-" in plain else 1
        elif name == "money_in" and "-" in plain:
            words = gettext("“%(text)s” is money in, and has a minus.")
            raise StatementUnreadable(
                words % {"text": plain[:40]}, line=line, field=self._mapping.money_in
            )
        plain = plain.strip("+- \u00a0\u202f")
        plain = self._plain_decimal(plain)
        minor = read_decimal(plain, self._currency, line=line, field=column)
        return sign * minor

    def _drop_currency(self, text: str) -> str:
        for mark in (self._currency, _SYMBOLS.get(self._currency, "")):
            text = text.replace(mark, "") if mark else text
        return text.strip()

    def _plain_decimal(self, text: str) -> str:
        """Return a number with a point; marks go only from between thousands.

        12,50 must not become 1250 because a mapping says that decimals follow a point.
        """
        mark = self._mapping.decimal_mark
        whole, _, decimals = text.partition(mark)
        if _GROUPED[mark == ","].fullmatch(whole):
            whole = re.sub(r"\D", "", whole)
        return f"{whole}.{decimals}"

    def _split_date(self, text: str) -> list[str]:
        if _COMPACT_DATE.fullmatch(text) is None:
            return _NUMBERS.findall(text)[:_DATE_PARTS]
        if self._mapping.date_order == DateOrder.YEAR_FIRST:
            return [text[:4], text[4:6], text[6:]]
        return [text[:2], text[2:4], text[4:]]

    def _read_day(self, text: str, *, line: int, field: str) -> date:
        numbers = [int(each) for each in self._split_date(text)]
        orders = {
            DateOrder.DAY_FIRST: (2, 1, 0),
            DateOrder.MONTH_FIRST: (2, 0, 1),
            DateOrder.YEAR_FIRST: (0, 1, 2),
        }
        try:
            year, month, day = (
                numbers[place] for place in orders[DateOrder(self._mapping.date_order)]
            )
            return date(year + 2000 if year < 100 else year, month, day)
        except (IndexError, ValueError):
            words = gettext("“%(text)s” is not a date.") % {"text": text[:40]}
            raise StatementUnreadable(words, line=line, field=field) from None
