"""Look for payments: by a word, an amount, days, and where and by whom they were taken."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum

from ledger.errors import AmountUnreadable
from ledger.typed import read_money
from merchants.models import StaffMember
from merchants.queries import list_merchant_balances, read_clock
from pos.models import Charge
from pos.queries import filter_status, first_id_at, list_staff_charges, page_after
from pos.transitions import PAID
from qr.crockford import decode_number, encode_number
from qr.errors import PayloadInvalid
from qr.links import SHORT_CODE_LENGTH
from qr.references import decode_reference

# Without days a word is looked for in this while: a history of years would be read for it.
LATELY = timedelta(days=31)
# Sums are of so many days at most.
SUMMED_DAYS_MAX = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to look for; what is empty or None is not asked for. Both days are included."""

    text: str = ""
    first_day: date | None = None
    last_day: date | None = None
    store_id: UUID | None = None
    terminal_id: UUID | None = None
    cashier_id: UUID | None = None
    status: str = ""

    @property
    def has_days(self) -> bool:
        """Return whether it is limited to days."""
        return self.first_day is not None or self.last_day is not None

    @property
    def is_summed(self) -> bool:
        """Return whether it is limited to days few enough to be added up."""
        if self.first_day is None or self.last_day is None:
            return False
        return self.last_day - self.first_day < timedelta(days=SUMMED_DAYS_MAX)


@dataclass(frozen=True, slots=True)
class Found:
    """How many payments were found in a currency, and their sums in minor units."""

    currency: str
    count: int
    amount_minor: int
    refunded_minor: int


def search(
    charges: QuerySet[Charge], wanted: Wanted, *, currencies: Iterable[str], zone: ZoneInfo
) -> QuerySet[Charge]:
    """Keep the charges that are looked for, by the days of this time zone.

    A whole code or reference is found whenever it was; another text is looked for in the days,
    or else lately.
    """
    places = {
        "store_id": wanted.store_id,
        "terminal_id": wanted.terminal_id,
        "cashier_id": wanted.cashier_id,
    }
    charges = charges.filter(**{name: value for name, value in places.items() if value})
    charges = filter_status(charges, wanted.status)
    if not wanted.text:
        return _within(charges, wanted, zone)
    exact = _match_exactly(wanted.text)
    if exact is not None and charges.filter(exact).exists():
        return charges.filter(exact)
    charges = charges.filter(_match(wanted.text, currencies))
    if wanted.has_days:
        return _within(charges, wanted, zone)
    return charges.filter(pk__gte=first_id_at(read_clock() - LATELY))


def find_staff_payments(staff: StaffMember, wanted: Wanted) -> QuerySet[Charge]:
    """Find what is looked for among the charges that a member of staff sees."""
    balances = list_merchant_balances(staff.merchant_id)
    return search(
        list_staff_charges(staff),
        wanted,
        currencies=[balance.currency for balance in balances],
        zone=ZoneInfo(staff.merchant.time_zone),
    )


def read_pages(charges: QuerySet[Charge]) -> Iterator[list[Charge]]:
    """Yield the charges some hundred at a time; no transaction stays open between."""
    after: str | None = ""
    while after is not None:
        page, after = page_after(charges, after=after, size=500)
        yield list(page)


def sum_found(charges: QuerySet[Charge]) -> list[Found]:
    """Add up what was paid, by currency."""
    paid = charges.filter(status__in=PAID).order_by("currency")
    rows = paid.values_list("currency").annotate(
        Count("pk"), Sum("amount_minor"), Sum("refunded_minor")
    )
    return [Found(*row) for row in rows]


def _within(charges: QuerySet[Charge], wanted: Wanted, zone: ZoneInfo) -> QuerySet[Charge]:
    if wanted.first_day is not None:
        charges = charges.filter(pk__gte=first_id_at(_begin(wanted.first_day, zone)))
    if wanted.last_day is not None:
        after = wanted.last_day + timedelta(days=1)
        charges = charges.filter(pk__lt=first_id_at(_begin(after, zone)))
    return charges


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _match_exactly(text: str) -> Q | None:
    try:
        return Q(pk=decode_reference("ch", text.strip()))
    except PayloadInvalid:
        code = _write_code(text)
        return Q(short_code=code) if len(code) == SHORT_CODE_LENGTH else None


def _match(text: str, currencies: Iterable[str]) -> Q:
    found = Q(reference__icontains=text) | Q(payer_name__icontains=text)
    if code := _write_code(text):
        found |= Q(short_code__startswith=code)
    for currency in currencies:
        try:
            amount_minor = read_money(text, currency)
        except AmountUnreadable:
            continue
        found |= Q(currency=currency, amount_minor=amount_minor)
    return found


def _write_code(text: str) -> str:
    """Return the text as a short code or its beginning; empty if it cannot be one."""
    compact = re.sub(r"[\s-]", "", text)
    if len(compact) > SHORT_CODE_LENGTH:
        return ""
    try:
        return encode_number(decode_number(compact), length=len(compact))
    except PayloadInvalid:
        return ""
