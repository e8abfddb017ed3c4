"""A report of safeguarding as pages show it: its amounts, and the picture of both sides."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from banking.models import SafeguardReport
from banking.safeguard_reports import read_content

# The picture's width; its height and the place of each bar are in the template.
WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the picture: what it is, where it begins and how wide it is, in its units."""

    name: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report's amounts in minor units; `bank_minor` and the difference may not be known."""

    report: SafeguardReport
    bank_day: date | None
    bank_minor: int | None
    later_minor: int
    transit_minor: int
    suspense_minor: int
    fees_minor: int
    key: str | None

    @property
    def currency(self) -> str:
        """Return the report's currency."""
        return self.report.currency

    @property
    def until(self) -> datetime:
        """Return the instant that the report is of."""
        return self.report.until

    @property
    def missing_minor(self) -> int:
        """Return what the bank has less than it should; 0 if nothing is known to be missing."""
        return max(0, -(self.report.difference_minor or 0))

    @property
    def is_complete(self) -> bool:
        """Return whether the bank's balance is known and nothing is missing there."""
        return self.bank_minor is not None and not self.missing_minor

    @property
    def has(self) -> list[Bar]:
        """Return the bars of what there is: at the bank, and what shops owe."""
        return self._draw(
            bank=self.bank_minor or 0,
            later=max(0, self.later_minor),
            shops_owe=self.report.shops_owe_minor,
        )

    @property
    def owes(self) -> list[Bar]:
        """Return the bars of what is owed, and to whom."""
        return self._draw(
            wallets=self.report.wallets_minor,
            shops=self.report.shops_minor,
            transit=max(0, self.transit_minor),
            suspense=max(0, self.suspense_minor),
            fees=max(0, self.fees_minor),
            later=max(0, -self.later_minor),
        )

    def _draw(self, **minor: int) -> list[Bar]:
        """Draw amounts side by side, both sides of the picture to one scale."""
        has = (self.bank_minor or 0) + max(0, self.later_minor) + self.report.shops_owe_minor
        owes = self.report.total_minor + max(0, -self.later_minor)
        owes += sum(max(0, each) for each in (self.transit_minor, self.suspense_minor))
        whole, x, bars = max(has, owes + max(0, self.fees_minor), 1), 0, []
        for name, amount in minor.items():
            if amount > 0:
                # What is there at all is seen.
                width = min(max(4, amount * WIDTH // whole), WIDTH - x)
                bars.append(Bar(name, x, width))
                x += width
        return bars


def lay_out(report: SafeguardReport) -> Sheet:
    """Lay out a report for a page."""
    said = read_content(report)
    return Sheet(
        report=report,
        bank_day=None if said["bank_day"] is None else date.fromisoformat(said["bank_day"]),
        bank_minor=_read(said, "bank_minor"),
        later_minor=int(said["later_minor"]),
        transit_minor=int(said["transit_minor"]),
        suspense_minor=int(said["suspense_minor"]),
        fees_minor=int(said["fees_minor"]),
        key=said["key"],
    )


def _read(said: dict[str, Any], name: str) -> int | None:
    return None if said[name] is None else int(said[name])
