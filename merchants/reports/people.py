"""The settlement's file for a person's spreadsheet.

All rows have the same number of fields. The amounts of sales and refunds have columns of their
own, and the statement's figures another, so that the sum of a column is right.
"""

from collections.abc import Sequence
from datetime import date, time

from django.utils.translation import gettext as translate

from merchants.models import SettlementLine
from merchants.reports.facts import (
    Amount,
    Typed,
    Value,
    list_facts,
    list_fields,
    list_titles,
)
from merchants.reports.files import Maker, Row, StatementFile

_WIDTH = 22


class PeopleFile(StatementFile):
    """A sheet for people: its subject on top, then a table, then the total and the end."""

    def write_head(self) -> list[Row]:
        """Write what is settled, and the titles of the columns."""
        facts = [[label, self._write(value)] for label, value in list_facts(self.settlement)]
        return [*map(_fill, facts), _fill([]), list_titles()]

    def write_line(self, line: SettlementLine, maker: Maker) -> list[Row]:
        """Write a sale or a refund."""
        self.add(line)
        fields = list_fields(
            line,
            maker,
            number=self.count,
            zone=self.zone,
            currency=self.settlement.currency,
        )
        return [[self._write(value) for value in fields]]

    def write_total(self, checksum: str) -> list[Row]:
        """Write the number of lines, their sum, and the checksum of the file for programs."""
        return [
            _fill([]),
            _fill([translate("Lines"), self.count]),
            _fill([translate("Total net"), self.money(self.net_minor)]),
            _fill([translate("Checksum"), checksum]),
        ]

    def write_end(self, digest: str) -> list[Row]:
        """Write the hash of everything before, and the end."""
        return [_fill(["SHA-256", digest]), _fill(["END"])]

    def _write(self, value: Value) -> str | int:
        match value:
            case Amount(minor):
                return self.money(minor)
            case Typed(text):
                return self.layout.write_text(text)
            case date() | time():
                return value.isoformat()
            case None:
                return ""
            case _:
                return value


def _fill(facts: Sequence[str | int]) -> Row:
    return [*facts, *[""] * (_WIDTH - len(facts))]
