"""A settlement as people read it on paper: its sides, figures, sub-totals and lines."""

from dataclasses import dataclass

from merchants.models import Settlement
from merchants.payouts import load_payouts
from merchants.reports.files import FindMakers, MadeLine, WriteLines, read_made_lines
from merchants.reports.program import compute_checksum
from merchants.reports.subtotals import Subtotals, SumUp
from merchants.reports.words import (
    Side,
    describe_sides,
    list_carry_words,
    list_fee_words,
    list_hold_words,
)

# More are hundreds of sheets, and seconds of the process that also answers the tills.
LINES_MAX = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A settlement with its first lines; count, sum and checksum are of all of them."""

    settlement: Settlement
    sides: list[Side]
    fee_words: list[str]
    carry_words: list[str]
    hold_words: list[tuple[str, str]]
    subtotals: Subtotals
    lines: list[MadeLine]
    count: int
    net_minor: int
    checksum: str

    @property
    def further_count(self) -> int:
        """Return how many lines are not among the first ones."""
        return self.count - len(self.lines)


def fits_paper(settlement: Settlement) -> bool:
    """Return whether the settlement is small enough to be read for paper."""
    return settlement.lines_count <= LINES_MAX


def read_paper(
    settlement: Settlement,
    *,
    find_makers: FindMakers,
    sum_up: SumUp,
    write_lines: WriteLines,
    most: int,
) -> Paper:
    """Read a settlement for paper, with at most that many lines, oldest first.

    Every line is read, some thousand at a time, because count and sum are of all of them.
    """
    load_payouts([settlement])
    count = net_minor = 0
    kept: list[MadeLine] = []
    for lines in read_made_lines(settlement, find_makers):
        count += len(lines)
        net_minor += sum(line.net_minor for line, _ in lines)
        kept += lines[: most - len(kept)]
    return Paper(
        settlement=settlement,
        sides=describe_sides(settlement),
        fee_words=list_fee_words(settlement),
        carry_words=list_carry_words(settlement),
        hold_words=list_hold_words(settlement),
        subtotals=sum_up(settlement),
        lines=kept,
        count=count,
        net_minor=net_minor,
        checksum=compute_checksum(settlement, write_lines),
    )
