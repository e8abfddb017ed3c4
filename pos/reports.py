"""Reports: sales, refunds and fees by day, store, till, cashier, item or rate of VAT."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext

from ledger.typed import write_percent
from merchants.models import StaffMember, Store
from merchants.queries import list_merchant_balances
from pos.models import Terminal
from pos.report_sums import TIPS_KEY, By, Scope, Sums, sum_lines
from pos.vat_parts import TIPS

DAYS_MAX = 366
# Of the chart of days: a bar's width at most and at least, and the height of all.
_WIDE, _NARROW, HEIGHT = 72, 6, 120
_ROOM = 960
_LABEL_WIDTH = 56


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is of; both days are included."""

    by: By
    first_day: date
    last_day: date
    store_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a report, in minor units; `count` is of sales, or of pieces sold.

    `day` and `key` are what it is of: a day, the id of a store, till or person, or neither.
    """

    label: str
    key: str = ""
    day: date | None = None
    vat_bps: int | None = None
    count: int = 0
    sold_minor: int = 0
    refunded_minor: int = 0
    fee_minor: int = 0
    # Within sales less refunds; no turnover.
    tip_minor: int = 0
    # Whether it is of tips alone, beside items or rates.
    is_tips: bool = False
    # Within the turnover, as the documents say; None without a rate.
    vat_minor: int | None = None

    @property
    def turnover_minor(self) -> int:
        """Return the sales less refunds and tips."""
        return self.sold_minor - self.refunded_minor - self.tip_minor

    @property
    def net_minor(self) -> int:
        """Return the sales less refunds and fees, with tips."""
        return self.sold_minor - self.refunded_minor - self.fee_minor


@dataclass(frozen=True, slots=True)
class Bar:
    """A day in the chart; the highest bar is as high as the chart."""

    left: int
    top: int
    width: int
    height: int
    # Empty where there is no room for it.
    label: str

    @property
    def middle(self) -> int:
        """Return where its middle is."""
        return self.left + self.width // 2


@dataclass(frozen=True, slots=True)
class Report:
    """A report in one currency; its total is the sum of its lines."""

    by: By
    currency: str
    lines: list[Line] = field(default_factory=list)

    @property
    def total(self) -> Line:
        """Return the sums of all lines."""
        return Line(
            label=gettext("All"),
            count=sum(each.count for each in self.lines),
            sold_minor=sum(each.sold_minor for each in self.lines),
            refunded_minor=sum(each.refunded_minor for each in self.lines),
            fee_minor=sum(each.fee_minor for each in self.lines),
            tip_minor=sum(each.tip_minor for each in self.lines),
        )

    @property
    def has_tips(self) -> bool:
        """Return whether a line has tips."""
        return any(each.tip_minor for each in self.lines)

    @property
    def total_vat_minor(self) -> int:
        """Return the VAT of all rates together, in minor units."""
        return sum(each.vat_minor or 0 for each in self.lines)

    @property
    def is_of_days(self) -> bool:
        """Return whether its lines are days, which a chart shows in their order."""
        return self.by == By.DAY

    @property
    def shares(self) -> list[tuple[Line, int]]:
        """Return each line with the length of its bar, of 1,000 for the most sold."""
        most = max((each.sold_minor for each in self.lines), default=0)
        return [
            (each, -(-1000 * each.sold_minor // most) if most else 0) for each in self.lines
        ]

    @property
    def bars(self) -> list[Bar]:
        """Return the chart's bars: every day from the first with a line to the last."""
        sold = {each.day: each.sold_minor for each in self.lines if each.day}
        if not any(sold.values()):
            return []
        begin, most = min(sold), max(sold.values())
        days = [begin + timedelta(days=ahead) for ahead in range((max(sold) - begin).days + 1)]
        step = max(_NARROW, min(_WIDE, _ROOM // len(days)))
        every = -(-_LABEL_WIDTH // step)
        return [
            _draw(
                sold.get(day, 0),
                most,
                place=place,
                step=step,
                label=_name_nth(day, place, every),
            )
            for place, day in enumerate(days)
        ]

    @property
    def width(self) -> int:
        """Return the chart's width, in the units of its bars."""
        bars = self.bars
        # The last label is wider than half a bar too.
        return bars[-1].middle + _LABEL_WIDTH // 2 if bars else 0


def read_reports(staff: StaffMember, asked: Asked) -> list[Report] | None:
    """Return a report for each currency that has lines, of what this person may see.

    None: there is too much to be added up while somebody waits.
    """
    sums = sum_lines(asked.by, find_scope(staff, asked))
    return None if sums is None else write_reports(staff, asked, sums)


def find_scope(staff: StaffMember, asked: Asked) -> Scope:
    """Return which sales and refunds a report is of, with the rights of this person."""
    return Scope(
        balance_ids=[balance.id for balance in list_merchant_balances(staff.merchant_id)],
        store_id=staff.store_id or asked.store_id,
        first_day=asked.first_day,
        last_day=asked.last_day,
        time_zone=staff.merchant.time_zone,
    )


def write_reports(staff: StaffMember, asked: Asked, sums: Iterable[Sums]) -> list[Report]:
    """Write a report for each currency of what was added up, with a line for each key."""
    names = _find_names(asked.by, staff.merchant_id)
    by_balance: dict[UUID, list[Line]] = defaultdict(list)
    for each in sums:
        by_balance[each.balance_id].append(_write_line(asked.by, each, names))
    return [
        Report(asked.by, balance.currency, _sort(asked.by, by_balance[balance.id]))
        for balance in list_merchant_balances(staff.merchant_id)
        if balance.id in by_balance
    ]


def _find_names(by: By, merchant_id: UUID) -> Mapping[str, str]:
    match by:
        case By.STORE:
            stores = Store.objects.filter(merchant_id=merchant_id)
            rows = list(stores.values_list("id", "name"))
        case By.TILL:
            tills = Terminal.objects.filter(store__merchant_id=merchant_id)
            rows = list(tills.values_list("id", "name"))
        case By.CASHIER:
            people = StaffMember.objects.filter(merchant_id=merchant_id)
            rows = list(people.values_list("id", "user__name"))
        case _:
            return {}
    return {str(key): name for key, name in rows}


def _write_line(by: By, sums: Sums, names: Mapping[str, str]) -> Line:
    key = sums.key
    is_tips = key == _find_tips_key(by)
    vat_bps = int(key) if by == By.VAT and key and not is_tips else None
    return Line(
        label=_name(by, key, names),
        key=key if key is not None and key in names else "",
        day=date.fromisoformat(key) if by == By.DAY and key else None,
        vat_bps=vat_bps,
        count=sums.units,
        sold_minor=sums.sold_minor,
        refunded_minor=sums.refunded_minor,
        fee_minor=sums.fee_minor,
        tip_minor=sums.tip_minor,
        is_tips=is_tips,
        vat_minor=None if vat_bps is None else sums.vat_minor,
    )


def _name(by: By, key: str | None, names: Mapping[str, str]) -> str:
    if key is None:
        return {
            By.TILL: gettext("Without a till"),
            By.CASHIER: gettext("Without a cashier"),
            By.ITEM: gettext("Without items"),
        }.get(by) or gettext("Without a rate")
    if key == _find_tips_key(by):
        return gettext("Tips")
    if by == By.VAT:
        return gettext("%(percent)s %%") % {"percent": write_percent(int(key))}
    return names.get(key, key)


def _find_tips_key(by: By) -> str:
    return str(TIPS) if by == By.VAT else TIPS_KEY


def _sort(by: By, lines: Iterable[Line]) -> list[Line]:
    if by == By.DAY:
        return sorted(lines, key=lambda line: line.day or date.min)
    if by == By.VAT:
        rated = sorted(lines, key=lambda line: -1 if line.vat_bps is None else line.vat_bps)
        return sorted(rated, key=lambda line: line.is_tips)
    return sorted(lines, key=lambda line: (-line.sold_minor, line.label, line.key))


def _draw(sold_minor: int, most_minor: int, *, place: int, step: int, label: str) -> Bar:
    height = -(-HEIGHT * sold_minor // most_minor)
    gap = max(1, step // 5)
    # The first label is wider than half a bar.
    left = _LABEL_WIDTH // 2 - step // 2 + step * place
    return Bar(left + gap // 2, HEIGHT - height, step - gap, height, label)


def _name_nth(day: date, place: int, every: int) -> str:
    return date_format(day, "j M") if place % every == 0 else ""
