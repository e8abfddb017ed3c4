"""What all forms of a settlement have in common: its lines with their makers, its figures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as translate

from merchants.fee_versions import load_versions
from merchants.layouts import Layout
from merchants.models import PaymentMethod, Settlement, SettlementLine
from merchants.queries import read_lines_together
from merchants.reports.older_sales import load_older_sales

Row = Sequence[str | int]
_FIGURES = ("opening", "sales", "refunds", "fees", "adjusted", "payout", "closing")
_TAKEN_OFF = {"refunds", "fees", "payout"}


@dataclass(frozen=True, slots=True)
class Maker:
    """Where and by whom a line was made, and how its sale was paid; empty if unknown."""

    till: str = ""
    cashier: str = ""
    method: str = ""

    @property
    def method_words(self) -> str:
        """Return the payment method in the reader's language."""
        return str(PaymentMethod(self.method).label) if self.method else ""

    @property
    def method_short(self) -> str:
        """Return the payment method in few words, for a line among many."""
        words = {
            PaymentMethod.TILL_CODE: translate("Till's code"),
            PaymentMethod.CUSTOMER_CODE: translate("Customer's code"),
            PaymentMethod.COUNTER_CODE: translate("Counter code"),
            PaymentMethod.LINK: translate("Payment link"),
        }
        return words[PaymentMethod(self.method)] if self.method else ""


FindMakers = Callable[[Sequence[SettlementLine]], Mapping[UUID, Maker]]
MadeLine = tuple[SettlementLine, Maker]


@dataclass(frozen=True, slots=True)
class LinesText:
    """Some lines as they stand in the file for programs: how many, and their sum."""

    text: str
    count: int
    net_minor: int


WriteLines = Callable[[Settlement], Iterator[LinesText]]
_NOBODY = Maker()


def read_made_lines(
    settlement: Settlement, find_makers: FindMakers
) -> Iterator[list[MadeLine]]:
    """Yield a settlement's lines with their makers, oldest first, some thousand at a time.

    Refunds of older sales know their sales, and sales the rule of their fee.
    """
    for lines in read_lines_together(settlement):
        load_older_sales(settlement, lines)
        load_versions(settlement.balance.merchant, lines)
        makers = find_makers(lines)
        yield [(line, makers.get(line.id, _NOBODY)) for line in lines]


def list_figures(settlement: Settlement) -> Iterator[tuple[str, int]]:
    """List opening + sales - refunds - fees + adjusted - payout = closing, in minor units.

    What is taken off is negative, so that all but the last add up to the last. What nobody has
    adjusted is left out, as in files of before.
    """
    for name in _FIGURES:
        amount_minor: int = getattr(settlement, f"{name}_minor")
        if name == "adjusted" and not amount_minor:
            continue
        yield name, -amount_minor if name in _TAKEN_OFF else amount_minor


class StatementFile:
    """A settlement as rows of texts: counts and sums its lines as they are written."""

    def __init__(self, settlement: Settlement, layout: Layout) -> None:
        """Begin with no line."""
        self.settlement, self.layout = settlement, layout
        self.zone = ZoneInfo(settlement.balance.merchant.time_zone)
        self.count = self.net_minor = 0

    def add(self, line: SettlementLine) -> None:
        """Count a line, before it is written."""
        self.count += 1
        self.net_minor += line.net_minor

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
        """Write the settlement's figures, by name."""
        for name, amount_minor in list_figures(self.settlement):
            yield name, self.money(amount_minor)
