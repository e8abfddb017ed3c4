"""The settlement's file for programs, whose SHA-256 is the checksum of every other form.

PostgreSQL forms the lines: a million of them take seconds, and half a minute in Python.
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator

from merchants.layouts import PROGRAM
from merchants.models import Settlement, SettlementLine
from merchants.reports.files import Maker, Row, StatementFile, WriteLines
from merchants.reports.older_sales import find_older_sale

# The fields of a line between its kind of row, and name and value; and those of form 2.
_LINE = (
    *("line", "kind", "time", "store", "till", "cashier", "charge", "code"),
    *("refund", "reference", "amount", "fee", "net", "currency"),
)
_LINE_FEE = ("method", "fee_rule", "fee_rule_from")


def list_names(settlement: Settlement) -> tuple[str, ...]:
    """List the fields of a line, as the settlement's form has them."""
    return _LINE if settlement.form == 1 else (*_LINE, *_LINE_FEE)


class ProgramFile(StatementFile):
    """A table for programs: the first field is the row's kind; figures have name and value."""

    def __init__(self, settlement: Settlement) -> None:
        """Begin with no line."""
        super().__init__(settlement, PROGRAM)
        self.names = list_names(settlement)

    def list_facts(self) -> Iterator[tuple[str, str | int]]:
        """List the settlement's facts and figures, as they stand in every file for programs."""
        settlement, period = self.settlement, self.settlement.period
        due = settlement.payout_due_on
        if settlement.form > 1:
            yield "form", settlement.form
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
        # Within sales and refunds; left out where there are none, as in files of before.
        if settlement.tips_minor:
            yield "tips", self.money(settlement.tips_minor)
        if settlement.refunded_tips_minor:
            yield "refunded_tips", self.money(-settlement.refunded_tips_minor)
        yield from self.figures()

    def list_fields(self, line: SettlementLine, maker: Maker) -> dict[str, str | int]:
        """Return a line's fields by name, and count it."""
        self.add(line)
        version = line.fee_version
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
            maker.method,
            version.number if version else "",
            version.day.isoformat() if version else "",
        )
        # Form 1 has no more than the first ones.
        return dict(zip(self.names, fields, strict=False))

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
        columns = ["record", *self.names, "name", "value"]
        return [columns, *(self._state("head", *fact) for fact in self.list_facts())]

    def list_totals(self) -> dict[str, str | int]:
        """Return the number of lines and their sum, for control."""
        return {"lines": self.count, "net": self.money(self.net_minor)}

    def write_total(self) -> list[Row]:
        """Write the number of lines and their sum."""
        return [self._state("total", *total) for total in self.list_totals().items()]

    def write_end(self, digest: str) -> str:
        """Write the last row: the hash of everything before."""
        return write_rows([self._state("end", "sha256", digest)])

    def _state(self, record: str, name: str, value: str | int) -> Row:
        # A name of a person's choice, which a spreadsheet might take for a formula.
        field = PROGRAM.write_text(str(value)) if name == "merchant" else value
        return [record, *[""] * len(self.names), name, field]


def write_program_file(settlement: Settlement, write_lines: WriteLines) -> Iterator[str]:
    """Write the file for programs up to its last row, some thousand lines at a time."""
    file = ProgramFile(settlement)
    yield write_rows(file.write_head())
    for lines in write_lines(settlement):
        file.count += lines.count
        file.net_minor += lines.net_minor
        yield lines.text
    yield write_rows(file.write_total())


def compute_checksum(settlement: Settlement, write_lines: WriteLines) -> str:
    """Return the SHA-256 of the file for programs, in hexadecimal digits.

    Every form carries it, so that all can be told to be the same statement.
    """
    digest = hashlib.sha256()
    for text in write_program_file(settlement, write_lines):
        digest.update(text.encode())
    return digest.hexdigest()


class _Echo:
    def write(self, text: str) -> str:
        return text


def write_rows(rows: Iterable[Row], *, separator: str = ",") -> str:
    """Write rows as CSV by RFC 4180."""
    write = csv.writer(_Echo(), delimiter=separator).writerow
    return "".join(write(row) for row in rows)
