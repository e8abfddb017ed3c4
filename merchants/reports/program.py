"""The settlement's file for programs, whose SHA-256 is the checksum of every other form."""

import csv
import hashlib
from collections.abc import Iterable, Iterator

from merchants.layouts import PROGRAM
from merchants.models import Settlement, SettlementLine
from merchants.reports.files import MadeLine, Maker, Row, StatementFile
from merchants.reports.older_sales import find_older_sale

_LINE = (
    *("line", "kind", "time", "store", "till", "cashier", "charge", "code"),
    *("refund", "reference", "amount", "fee", "net", "currency"),
)
_BLANKS = ("",) * (len(_LINE) - 1)
_COLUMNS = ("record", *_LINE, "name", "value")
# Texts of people, which a spreadsheet might take for a formula.
_TYPED = {"merchant", "store", "till", "cashier", "reference"}


class ProgramFile(StatementFile):
    """A table for programs: the first field is the row's kind; figures have name and value."""

    def __init__(self, settlement: Settlement) -> None:
        """Begin with no line."""
        super().__init__(settlement, PROGRAM)

    def list_facts(self) -> Iterator[tuple[str, str | int]]:
        """List the settlement's facts and figures, as they stand in every file for programs."""
        settlement, period = self.settlement, self.settlement.period
        due = settlement.payout_due_on
        yield "settlement", settlement.public_id
        yield "number", settlement.number
        yield "merchant", settlement.balance.merchant.name
        yield "first_day", period.first_day.isoformat()
        yield "last_day", period.last_day.isoformat()
        yield "opened_at", period.start.isoformat()
        yield "closed_at", period.end.isoformat()
        yield "time_zone", settlement.balance.merchant.time_zone
        yield "payout_due_on", due.isoformat() if due else ""
        yield "currency", settlement.currency
        yield "sales_count", settlement.sales_count
        yield "refunds_count", settlement.refunds_count
        yield from self.figures()

    def list_fields(self, line: SettlementLine, maker: Maker) -> dict[str, str | int]:
        """Return a line's fields by name, and count it."""
        self.add(line)
        fields = (
            self.count,
            line.kind,
            line.at.astimezone(self.zone).isoformat(timespec="seconds"),
            line.store.name,
            maker.till,
            maker.cashier,
            line.charge_ref,
            line.short_code_grouped,
            line.refund_ref,
            line.reference,
            *self.amounts(line),
        )
        return dict(zip(_LINE, fields, strict=True))

    def list_sale_facts(self, line: SettlementLine) -> dict[str, str]:
        """Return what a refund of an older sale says of it, by name; nothing of other lines."""
        sale = find_older_sale(line, self.zone)
        if sale is None:
            return {}
        return {
            "sale_day": sale.day.isoformat(),
            "sale_settlement": sale.settlement.public_id,
            "sale_fee": "kept" if sale.is_fee_kept else "none",
        }

    def write_head(self) -> list[Row]:
        """Write the names of the columns, and the facts."""
        return [_COLUMNS, *(self._state("head", *fact) for fact in self.list_facts())]

    def write_line(self, line: SettlementLine, maker: Maker) -> list[Row]:
        """Write a sale or a refund; a refund of an older sale is followed by what it says."""
        fields = self.list_fields(line, maker)
        facts = self.list_sale_facts(line).items()
        older: list[Row] = [["older", self.count, *_BLANKS, *fact] for fact in facts]
        row: Row = ["line", *(self._quote(*field) for field in fields.items()), "", ""]
        return [row, *older]

    def list_totals(self) -> dict[str, str | int]:
        """Return the number of lines and their sum, for control."""
        return {"lines": self.count, "net": self.money(self.net_minor)}

    def write_total(self) -> list[Row]:
        """Write the number of lines and their sum."""
        return [self._state("total", *total) for total in self.list_totals().items()]

    def write_end(self, digest: str) -> list[Row]:
        """Write the hash of everything before."""
        return [self._state("end", "sha256", digest)]

    def _state(self, record: str, name: str, value: str | int) -> Row:
        return [record, *[""] * len(_LINE), name, self._quote(name, value)]

    def _quote(self, name: str, value: str | int) -> str | int:
        return self.layout.write_text(str(value)) if name in _TYPED else value


class Checksum:
    """The SHA-256 of a settlement's file for programs, for forms that show other bytes."""

    def __init__(self, settlement: Settlement) -> None:
        """Begin with the facts and no line."""
        self._file, self._digest = ProgramFile(settlement), hashlib.sha256()
        self._write(self._file.write_head())

    def add(self, lines: Iterable[MadeLine]) -> None:
        """Add lines, in the file's order."""
        self._write(row for each in lines for row in self._file.write_line(*each))

    def finish(self) -> str:
        """Add the totals and return the hash, in hexadecimal digits."""
        self._write(self._file.write_total())
        return self._digest.hexdigest()

    def _write(self, rows: Iterable[Row]) -> None:
        self._digest.update(write_rows(rows).encode())


class _Echo:
    def write(self, text: str) -> str:
        return text


def write_rows(rows: Iterable[Row], *, separator: str = ",") -> str:
    """Write rows as CSV by RFC 4180."""
    write = csv.writer(_Echo(), delimiter=separator).writerow
    return "".join(write(row) for row in rows)
