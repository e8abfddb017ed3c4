"""A settlement as a workbook for spreadsheets: its figures on a sheet, then its lines."""

import tempfile
from datetime import date, time
from typing import IO
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as translate
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from ledger.money import find_exponent, to_decimal
from merchants.models import Settlement
from merchants.reports.facts import (
    Amount,
    Typed,
    Value,
    list_facts,
    list_fields,
    list_titles,
)
from merchants.reports.files import FindMakers, WriteLines, read_made_lines
from merchants.reports.program import compute_checksum
from merchants.reports.subtotals import Part, Subtotal, Subtotals, SumUp, list_amounts

# A sheet of a workbook has so many rows, its titles among them.
ROWS_A_SHEET = 1_048_576
# More take seconds of the process that also answers the tills.
_LINES_MAX = 20_000
_SUBTOTAL_WIDTHS = (22, 22, 10, 10, 12, 12, 12, 12, 12)
# The settlement's figures, and its sub-totals.
_SHEETS_BEFORE = 2
_WIDTHS = (7, 9, 11, 9, 9, 18, 12, 16, 31, 11, 31, 20, 12, 10, 12, 9, 15, 21, 15, 40, 9, 13)


def fits_workbook(settlement: Settlement) -> bool:
    """Return whether the settlement is small enough to be written as a workbook."""
    return settlement.lines_count <= _LINES_MAX


def write_settlement_workbook(
    settlement: Settlement, *, find_makers: FindMakers, sum_up: SumUp, write_lines: WriteLines
) -> IO[bytes]:
    """Write the workbook to a temporary file and return it, to be read from its beginning.

    Amounts, days and times are numbers to a spreadsheet in any language, and what somebody has
    typed is never a formula. Rows go to disk as they are written.
    """
    # Closed by whoever reads it.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with Workbook(file, options) as book:
        book.set_properties({"title": f"ST-{settlement.number:04}", "author": "Tessera"})
        _Sheets(book, settlement).write(find_makers, sum_up, write_lines)
    file.seek(0)
    return file


class _Sheets:
    def __init__(self, book: Workbook, settlement: Settlement) -> None:
        self.book, self.settlement = book, settlement
        decimals = find_exponent(settlement.currency)
        plain = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
        self.formats = {
            Amount: book.add_format({"num_format": f"{plain};[Red]-{plain}"}),
            date: book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            time: book.add_format({"num_format": "hh:mm:ss", "align": "left"}),
        }
        self.title = book.add_format({"bold": True, "bottom": 1})
        self.label = book.add_format({"bold": True})

    def write(self, find_makers: FindMakers, sum_up: SumUp, write_lines: WriteLines) -> None:
        """Write every sheet; the lines' total and checksum are at the end of the first."""
        # What is written with little memory goes row by row: the first sheet is kept for last.
        front = self.book.add_worksheet(translate("Settlement")[:31])
        self._write_subtotals(sum_up(self.settlement))
        zone = ZoneInfo(self.settlement.balance.merchant.time_zone)
        count = net_minor = 0
        sheet, row = self._open_lines(), 0
        for lines in read_made_lines(self.settlement, find_makers):
            for line, maker in lines:
                count, net_minor, row = count + 1, net_minor + line.net_minor, row + 1
                if row == ROWS_A_SHEET:
                    sheet, row = self._open_lines(), 1
                values = list_fields(
                    line,
                    maker,
                    number=count,
                    zone=zone,
                    currency=self.settlement.currency,
                )
                for column, value in enumerate(values):
                    self._put(sheet, (row, column), value)
        totals: list[tuple[str, Value]] = [
            (translate("Lines"), count),
            (translate("Total net"), Amount(net_minor)),
            (translate("Checksum"), compute_checksum(self.settlement, write_lines)),
        ]
        self._write_front(front, totals)

    def _write_front(self, sheet: Worksheet, totals: list[tuple[str, Value]]) -> None:
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 34)
        for row, (label, value) in enumerate([*list_facts(self.settlement), *totals]):
            sheet.write_string(row, 0, label, self.label)
            self._put(sheet, (row, 1), value)

    def _write_subtotals(self, subtotals: Subtotals) -> None:
        sheet = self.book.add_worksheet(translate("Sub-totals")[:31])
        for column, width in enumerate(_SUBTOTAL_WIDTHS):
            sheet.set_column(column, column, width)
        row = 0
        for part in subtotals.parts:
            for column, title in enumerate(_list_subtotal_titles(part)):
                sheet.write_string(row, column, title, self.title)
            for each in part.rows:
                row += 1
                self._put_subtotal(sheet, row, each, label=part.label(each))
            row += 1
            self._put_subtotal(sheet, row, subtotals.total, label=translate("Total"))
            # A row stays empty, so that each table sorts and filters by itself.
            row += 2
        if subtotals.rates:
            self._write_rates(sheet, row, subtotals)

    def _write_rates(self, sheet: Worksheet, row: int, subtotals: Subtotals) -> None:
        titles = [translate("VAT rate"), *[""] * 3, *_list_amount_titles()]
        for column, title in enumerate([*titles, translate("VAT in it")]):
            sheet.write_string(row, column, title, self.title)
        rates = [(each.label, each, each.vat_minor) for each in subtotals.rates]
        total = (translate("Total"), subtotals.total, subtotals.vat_minor)
        for label, sums, vat_minor in [*rates, total]:
            row += 1
            amounts = [amount_minor for _, amount_minor in list_amounts(sums)]
            self._put(sheet, (row, 0), label)
            for column, amount_minor in enumerate([*amounts, vat_minor], start=4):
                self._put(sheet, (row, column), Amount(amount_minor))

    def _put_subtotal(
        self, sheet: Worksheet, row: int, subtotal: Subtotal, *, label: date | str
    ) -> None:
        values: list[Value] = [label, subtotal.store if subtotal.till else ""]
        values += [subtotal.sales_count, subtotal.refunds_count]
        values += [Amount(amount_minor) for _, amount_minor in list_amounts(subtotal)]
        for column, value in enumerate(values):
            self._put(sheet, (row, column), value)

    def _open_lines(self) -> Worksheet:
        name = translate("Lines")[:25]
        others = len(self.book.worksheets()) - _SHEETS_BEFORE
        sheet = self.book.add_worksheet(f"{name} {others + 1}" if others else name)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        for column, title in enumerate(list_titles()):
            sheet.write_string(0, column, title, self.title)
        return sheet

    def _put(self, sheet: Worksheet, cell: tuple[int, int], value: Value) -> None:
        match value:
            case Amount(minor):
                amount = to_decimal(minor, self.settlement.currency)
                sheet.write_number(*cell, amount, self.formats[Amount])
            case Typed(text) | str(text):
                sheet.write_string(*cell, text)
            case int():
                sheet.write_number(*cell, value)
            case date():
                sheet.write_datetime(*cell, value, self.formats[date])
            case time():
                sheet.write_datetime(*cell, value, self.formats[time])
            case None:
                pass


def _list_subtotal_titles(part: Part) -> list[str]:
    return [
        part.head,
        translate("Store") if part.key == "till" else "",
        translate("Number of sales"),
        translate("Number of refunds"),
        *_list_amount_titles(),
    ]


def _list_amount_titles() -> list[str]:
    return [
        translate("Sales"),
        translate("Refunds"),
        translate("Fees"),
        translate("Net"),
    ]
