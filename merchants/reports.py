"""Settlement reports as files; an export equals the page and carries its control total.

All rows have the same number of fields. The amounts of sales and refunds have columns of their
own, and the statement's figures another, so that the sum of a column is right.
"""

import csv
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as translate

from merchants.layouts import Layout
from merchants.models import LineKind, Settlement, SettlementLine
from merchants.periods import Period
from merchants.queries import read_lines_together

_Row = Sequence[str | int]
_FIGURES = ("opening", "sales", "refunds", "fees", "adjusted", "payout", "closing")
_TAKEN_OFF = {"refunds", "fees", "payout"}
_PROGRAM_HEAD = [
    *("record", "line", "kind", "time", "store", "till", "cashier", "charge", "code"),
    *("refund", "reference", "amount", "fee", "net", "currency", "name", "value"),
]
_PEOPLE_WIDTH = 16


@dataclass(frozen=True, slots=True)
class Maker:
    """Where a sale or a refund was made, and by whom; empty if unknown."""

    till: str = ""
    cashier: str = ""


FindMakers = Callable[[Sequence[SettlementLine]], Mapping[UUID, Maker]]
_NOBODY = Maker()


class _Echo:
    def write(self, text: str) -> str:
        return text


def write_settlement_csv(
    settlement: Settlement, layout: Layout, *, find_makers: FindMakers
) -> Iterator[str]:
    """Write head, lines, control total, SHA-256 and END, some thousand lines at a time.

    The hash covers everything before its own row, so that a truncated or changed file is
    detected.
    """
    write = csv.writer(_Echo(), delimiter=layout.separator).writerow
    digest = hashlib.sha256(layout.mark.encode())
    begin = layout.mark
    file = _PeopleFile if layout.is_for_people else _ProgramFile
    writer = file(settlement, layout, find_makers)
    for rows in writer.write_blocks():
        text = "".join(write(row) for row in rows)
        digest.update(text.encode())
        yield begin + text
        begin = ""
    yield "".join(write(row) for row in writer.write_end(digest.hexdigest()))


class _File(ABC):
    """The parts of both kinds of file."""

    def __init__(self, settlement: Settlement, layout: Layout, find_makers: FindMakers) -> None:
        self.settlement, self.layout, self.find_makers = settlement, layout, find_makers
        self.zone = ZoneInfo(settlement.balance.merchant.time_zone)
        self.count = self.net_minor = 0

    def write_blocks(self) -> Iterator[list[_Row]]:
        """Write the head, the lines in blocks, and the control total."""
        yield self.write_head()
        for lines in read_lines_together(self.settlement):
            makers = self.find_makers(lines)
            yield [self._count(line, makers.get(line.id, _NOBODY)) for line in lines]
        yield self.write_total()

    @abstractmethod
    def write_head(self) -> list[_Row]:
        """Write the rows before the lines."""

    @abstractmethod
    def write_line(self, line: SettlementLine, maker: Maker) -> _Row:
        """Write a sale or a refund."""

    @abstractmethod
    def write_total(self) -> list[_Row]:
        """Write the number of lines and their sum."""

    @abstractmethod
    def write_end(self, digest: str) -> list[_Row]:
        """Write the hash of everything before, and the end."""

    def money(self, amount_minor: int) -> str:
        """Write an amount of this settlement."""
        return self.layout.write_amount(amount_minor, self.settlement.currency)

    def amounts(self, line: SettlementLine) -> tuple[str, str, str, str]:
        """Write the four last fields of a line."""
        return (
            self.money(line.signed_minor),
            self.money(-line.fee_minor),
            self.money(line.net_minor),
            self.settlement.currency,
        )

    def figures(self) -> Iterator[tuple[str, str]]:
        """Write opening + sales - refunds - fees + adjusted - payout = closing, by name.

        What nobody has adjusted is left out, as in files of before.
        """
        for name in _FIGURES:
            amount_minor = getattr(self.settlement, f"{name}_minor")
            if name == "adjusted" and not amount_minor:
                continue
            yield name, self.money(-amount_minor if name in _TAKEN_OFF else amount_minor)

    def _count(self, line: SettlementLine, maker: Maker) -> _Row:
        self.count += 1
        self.net_minor += line.net_minor
        return self.write_line(line, maker)


class _PeopleFile(_File):
    """A sheet for people: its subject on top, then a table, then the total and the end."""

    def write_head(self) -> list[_Row]:
        settlement, period = self.settlement, self.settlement.period
        labels = {
            "opening": translate("Opening balance"),
            "sales": translate("Sales"),
            "refunds": translate("Refunds"),
            "fees": translate("Fees"),
            "adjusted": translate("Adjusted"),
            "payout": translate("Payout"),
            "closing": translate("Closing balance"),
        }
        due = settlement.payout_due_on
        facts: list[tuple[str, str | int]] = [
            (translate("Settlement"), f"ST-{settlement.number:04}"),
            (translate("Reference"), settlement.public_id),
            (
                translate("Merchant"),
                self.layout.write_text(settlement.balance.merchant.name),
            ),
            (translate("First day"), period.first_day.isoformat()),
            (translate("Last day"), period.last_day.isoformat()),
            (translate("Begins at"), period.start.time().isoformat("seconds")),
            (translate("Ends at"), _write_end(period)),
            (translate("Time zone"), settlement.balance.merchant.time_zone),
            (translate("Payout due"), due.isoformat() if due else ""),
            (translate("Currency"), settlement.currency),
            (translate("Number of sales"), settlement.sales_count),
            (translate("Number of refunds"), settlement.refunds_count),
            *((labels[name], value) for name, value in self.figures()),
        ]
        return [*map(_fill, facts), _fill([]), self._title()]

    def write_line(self, line: SettlementLine, maker: Maker) -> _Row:
        at, text = line.at.astimezone(self.zone), self.layout.write_text
        is_sale = line.kind == LineKind.SALE
        return [
            self.count,
            translate("Sale") if is_sale else translate("Refund"),
            at.date().isoformat(),
            at.time().isoformat("seconds"),
            f"UTC{at:%z}",
            text(line.store.name),
            text(maker.till),
            text(maker.cashier),
            line.charge_ref,
            line.short_code_grouped,
            line.refund_ref,
            text(line.reference),
            *self.amounts(line),
        ]

    def write_total(self) -> list[_Row]:
        return [
            _fill([]),
            _fill([translate("Lines"), self.count]),
            _fill([translate("Total net"), self.money(self.net_minor)]),
        ]

    def write_end(self, digest: str) -> list[_Row]:
        return [_fill(["SHA-256", digest]), _fill(["END"])]

    def _title(self) -> _Row:
        return [
            translate("Line"),
            translate("Kind"),
            translate("Date"),
            translate("Time"),
            translate("Zone"),
            translate("Store"),
            translate("Till"),
            translate("Cashier"),
            translate("Payment"),
            translate("Code"),
            translate("Refund"),
            translate("Shop reference"),
            translate("Amount"),
            translate("Fee"),
            translate("Net"),
            translate("Currency"),
        ]


class _ProgramFile(_File):
    """A table for programs: the first field is the row's kind; figures have name and value."""

    def write_head(self) -> list[_Row]:
        settlement, period = self.settlement, self.settlement.period
        due = settlement.payout_due_on
        facts: list[tuple[str, str | int]] = [
            ("settlement", settlement.public_id),
            ("number", settlement.number),
            ("merchant", self.layout.write_text(settlement.balance.merchant.name)),
            ("first_day", period.first_day.isoformat()),
            ("last_day", period.last_day.isoformat()),
            ("opened_at", period.start.isoformat()),
            ("closed_at", period.end.isoformat()),
            ("time_zone", settlement.balance.merchant.time_zone),
            ("payout_due_on", due.isoformat() if due else ""),
            ("currency", settlement.currency),
            ("sales_count", settlement.sales_count),
            ("refunds_count", settlement.refunds_count),
            *self.figures(),
        ]
        return [_PROGRAM_HEAD, *(_state("head", *fact) for fact in facts)]

    def write_line(self, line: SettlementLine, maker: Maker) -> _Row:
        text = self.layout.write_text
        return [
            "line",
            self.count,
            line.kind,
            line.at.astimezone(self.zone).isoformat(timespec="seconds"),
            text(line.store.name),
            text(maker.till),
            text(maker.cashier),
            line.charge_ref,
            line.short_code_grouped,
            line.refund_ref,
            text(line.reference),
            *self.amounts(line),
            *("", ""),
        ]

    def write_total(self) -> list[_Row]:
        total = self.money(self.net_minor)
        return [_state("total", "lines", self.count), _state("total", "net", total)]

    def write_end(self, digest: str) -> list[_Row]:
        return [_state("end", "sha256", digest)]


def _write_end(period: Period) -> str:
    # The midnight that ends a day belongs to the next; spreadsheets read 24:00 as a day.
    return period.end.time().isoformat("seconds") if period.ends_within_day else "24:00:00"


def _fill(facts: Sequence[str | int]) -> _Row:
    return [*facts, *[""] * (_PEOPLE_WIDTH - len(facts))]


def _state(record: str, name: str, value: str | int) -> _Row:
    return [record, *[""] * (len(_PROGRAM_HEAD) - 3), name, value]
