"""A settlement's sub-totals: the same lines by day, store, till, cashier, method and VAT."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as translate

from ledger.typed import write_percent
from merchants.models import Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The sums of some lines in minor units; those of refunds and fees are taken off."""

    sales_minor: int
    refunds_minor: int
    fees_minor: int

    @property
    def net_minor(self) -> int:
        """Return the amount these lines add to the payout, in minor units."""
        return self.sales_minor - self.refunds_minor - self.fees_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtotal(Sums):
    """Some lines, and what these have in common; empty if nothing is known."""

    sales_count: int
    refunds_count: int
    day: date | None = None
    store: str = ""
    till: str = ""
    cashier: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSum(Sums):
    """What was sold at a rate of VAT, and the VAT of sales less refunds, in minor units.

    A sale with items of several rates is a part of each; None is of what has no rate. The VAT
    is the sum of what receipts and refunds say.
    """

    rate_bps: int | None
    vat_minor: int
    # Without a rate too, and no turnover.
    is_tips: bool = False

    @property
    def percent(self) -> str:
        """Return the rate as it is typed, `13.5`; empty if there is none."""
        return "" if self.rate_bps is None else write_percent(self.rate_bps)

    @property
    def label(self) -> str:
        """Return the rate in words."""
        if self.is_tips:
            return translate("Tips")
        if self.rate_bps is None:
            return translate("Without a rate")
        return translate("%(percent)s %%") % {"percent": self.percent}


@dataclass(frozen=True, slots=True)
class Part:
    """All lines by one of their facts: the sub-totals of a part add up to the settlement."""

    key: str
    rows: list[Subtotal]

    @property
    def title(self) -> str:
        """Return its title, in the reader's language."""
        return {
            "day": translate("By day"),
            "store": translate("By store"),
            "till": translate("By till"),
            "cashier": translate("By cashier"),
            "method": translate("By payment method"),
        }[self.key]

    @property
    def head(self) -> str:
        """Return the title of the column that says what its rows are of."""
        return {
            "day": translate("Date"),
            "store": translate("Store"),
            "till": translate("Till"),
            "cashier": translate("Cashier"),
            "method": translate("Payment method"),
        }[self.key]

    def label(self, row: Subtotal) -> date | str:
        """Return what a row is of: a day or a name, or words for what has none."""
        if self.key == "method":
            return label_method(row.method)
        nobody = {
            "till": translate("Without a till"),
            "cashier": translate("Without a cashier"),
        }
        label: date | str = getattr(row, self.key)
        return label or nobody[self.key]


def label_method(method: str) -> str:
    """Return how customers paid, in the reader's language."""
    return {
        "till_code": translate("Code of the till, scanned by the customer"),
        "customer_code": translate("Customer's code, scanned by the till"),
        "counter_code": translate("Counter code"),
        "link": translate("Payment link"),
    }[method]


@dataclass(frozen=True, slots=True)
class Subtotals:
    """A settlement's lines by each of their facts, and all of them together.

    `rates` is empty where no item that was sold had a rate of VAT.
    """

    total: Subtotal
    parts: list[Part]
    rates: list[RateSum]

    @property
    def vat_minor(self) -> int:
        """Return the VAT of all rates together, in minor units."""
        return sum(each.vat_minor for each in self.rates)


def are_quick(settlement: Settlement) -> bool:
    """Return whether the sub-totals take so little time that a page shows them unasked."""
    return settlement.lines_count <= _QUICK_LINES


SumUp = Callable[[Settlement], Subtotals]
_QUICK_LINES = 5_000
# The facts that make a sub-total one, as they stand in files for programs.
_FACTS = {
    "day": ("day",),
    "store": ("store",),
    "till": ("store", "till"),
    "cashier": ("cashier",),
    "method": ("method",),
}


def list_amounts(row: Sums) -> Iterator[tuple[str, int]]:
    """List sales - refunds - fees = net, in minor units; what is taken off is negative."""
    yield "sales", row.sales_minor
    yield "refunds", -row.refunds_minor
    yield "fees", -row.fees_minor
    yield "net", row.net_minor


def list_named_facts(part: Part, row: Subtotal) -> Iterator[tuple[str, str]]:
    """List what a sub-total is of, by the names of the file for programs."""
    for name in _FACTS[part.key]:
        yield name, row.day.isoformat() if name == "day" and row.day else getattr(row, name)
