"""What a closing says, as its page, its paper and its file show it: an X or a Z report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as write_date
from django.utils.translation import gettext, pgettext

from ledger.templatetags.money import percent_of
from pos.closing_sums import Totals
from pos.closings import OpenDay
from pos.models import Closing, ClosingSum, SumKind, Terminal

_TIME = "j M Y, H:i:s"


@dataclass(frozen=True, slots=True)
class Row:
    """An amount with its name; `below` says more of it, and `beside` is a second amount."""

    label: str
    amount_minor: int
    below: str = ""
    beside_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one kind; `heads` names their columns."""

    key: str
    title: str
    rows: Sequence[Row]
    heads: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Slip:
    """A report of a till from top to bottom; `parts` begin with what was sold and refunded."""

    title: str
    shop: str
    merchant: str
    currency: str
    time_zone: str
    facts: Sequence[tuple[str, str]]
    parts: Sequence[Part]
    turnover_minor: int
    hash: str = ""


def write_closing(closing: Closing) -> Slip:
    """Write a closing's Z report; its till, store and cashier must be loaded."""
    sums = list(closing.sums.order_by("kind", "position"))
    by = closing.cashier_name or gettext("The dashboard, as the till was moved")
    facts = [
        *_list_facts(closing.terminal, closing.since, closing.closed_at),
        (gettext("Closed by"), by),
    ]
    ever = Part(
        "ever",
        gettext("All closings of this till"),
        [
            Row(gettext("Sales"), closing.all_sales_minor),
            Row(gettext("Refunds"), -closing.all_refunds_minor),
        ],
    )
    return Slip(
        title=gettext("Z report %(number)s") % {"number": f"{closing.number:04}"},
        shop=closing.store.name,
        merchant=closing.store.merchant.name,
        currency=closing.currency,
        time_zone=closing.store.time_zone,
        facts=facts,
        parts=[*_list_parts(closing, sums), *_list_count(closing), ever],
        turnover_minor=closing.turnover_minor,
        hash=closing.hash,
    )


def write_open_day(terminal: Terminal, day: OpenDay) -> Slip:
    """Write a till's X report; its store must be loaded."""
    return Slip(
        title=gettext("X report"),
        shop=terminal.store.name,
        merchant=terminal.store.merchant.name,
        currency=terminal.store.currency,
        time_zone=terminal.store.time_zone,
        facts=_list_facts(terminal, day.since, day.at),
        parts=list(_list_parts(day.totals, day.sums)),
        turnover_minor=day.turnover_minor,
    )


def _list_facts(
    terminal: Terminal, since: datetime | None, until: datetime
) -> list[tuple[str, str]]:
    zone = ZoneInfo(terminal.store.time_zone)
    begin = write_date(since.astimezone(zone), _TIME) if since else gettext("the first sale")
    return [
        (gettext("Till"), terminal.name),
        (pgettext("a time", "From"), begin),
        (gettext("Until"), write_date(until.astimezone(zone), _TIME)),
    ]


def _list_parts(figures: Closing | Totals, sums: Sequence[ClosingSum]) -> Iterator[Part]:
    yield Part("turnover", gettext("Turnover"), list(_list_turnover(figures)))
    within = list(_list_within(figures))
    if within:
        yield Part("within", gettext("In these sums"), within)
    ways = [
        (SumKind.TENDER, gettext("By tender")),
        (SumKind.VAT, gettext("VAT")),
        (SumKind.CASHIER, gettext("By cashier")),
        (SumKind.OPEN, gettext("Not paid yet: counts in the next closing")),
    ]
    for kind, title in ways:
        mine = [each for each in sums if each.kind == kind]
        if mine:
            heads = []
            if kind == SumKind.VAT:
                heads = [gettext("VAT rate"), gettext("Price"), gettext("VAT in it")]
            yield Part(kind.value, title, [_write_row(each) for each in mine], heads)
    cash = [row for row in _list_cash(figures) if row.amount_minor]
    if cash:
        yield Part("cash", gettext("Cash in the drawer"), cash)


def _list_turnover(figures: Closing | Totals) -> Iterator[Row]:
    yield Row(_count(gettext("Sales"), figures.sales_count), figures.sales_minor)
    yield Row(_count(gettext("Refunds"), figures.refunds_count), -figures.refunds_minor)


def _list_within(figures: Closing | Totals) -> Iterator[Row]:
    if figures.tips_minor:
        yield Row(gettext("Tips"), figures.tips_minor)
    if figures.discounts_minor:
        yield Row(gettext("Discounts given"), -figures.discounts_minor)


def _list_cash(figures: Closing | Totals) -> Iterator[Row]:
    yield Row(gettext("Float"), figures.float_minor)
    yield Row(gettext("Paid in"), figures.paid_in_minor)
    yield Row(pgettext("of a drawer", "Paid out"), -figures.paid_out_minor)
    yield Row(gettext("Sales in cash"), figures.cash_sales_minor)
    yield Row(gettext("Refunds in cash"), -figures.cash_refunds_minor)
    yield Row(gettext("Rounding in these"), figures.rounding_minor)


def _list_count(closing: Closing) -> Iterator[Part]:
    if not closing.has_cash:
        return
    rows = [Row(gettext("Expected"), closing.expected_minor)]
    if closing.counted_minor is not None and closing.difference_minor is not None:
        rows.append(Row(gettext("Counted"), closing.counted_minor))
        rows.append(
            Row(
                gettext("Difference"),
                closing.difference_minor,
                below=closing.difference_reason,
            )
        )
    yield Part("count", gettext("Cash counted"), rows)


def _count(words: str, count: int) -> str:
    return f"{words} ({count})"


def _write_row(each: ClosingSum) -> Row:
    name = name_sum(each)
    if each.kind == SumKind.VAT:
        return Row(name, each.turnover_minor, beside_minor=each.vat_minor)
    if each.kind == SumKind.OPEN:
        return Row(name, each.sold_minor)
    return Row(_count(name, each.count), each.turnover_minor)


def name_sum(each: ClosingSum) -> str:
    """Return what a sum is of, in the language of the page."""
    if each.kind == SumKind.TENDER:
        return {"wallet": gettext("Wallet"), "cash": gettext("Cash")}[each.key]
    if each.kind == SumKind.VAT:
        percent = gettext("%(percent)s %%") % {"percent": percent_of(int(each.key or 0))}
        return percent if each.key else gettext("Without a rate")
    if each.kind == SumKind.CASHIER and not each.key:
        return gettext("Without a cashier")
    return each.label
