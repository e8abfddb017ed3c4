"""Read-only queries about merchants' money."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from banking.models import Adjustment
from banking.queries import list_moved, sum_moved, sum_out
from foundation.model_sql import find_connection
from foundation.paging import Page, cut_page
from ledger.queries import sum_balance
from merchants.models import (
    LineKind,
    MerchantBalance,
    PayoutAccount,
    Settlement,
    SettlementLine,
    Store,
)
from merchants.payouts import decide_payout, find_due_day, find_minimum
from qr.errors import PayloadInvalid
from qr.references import decode_reference, encode_reference

PAGE_SIZE = 50
_READ_AT_ONCE = 2000
_ADJUSTMENTS_SHOWN = 50
# Nil UUID: a malformed cursor is treated as an unknown one.
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Preview:
    """The next settlement of a balance, as if it closed now."""

    balance: MerchantBalance
    currency: str
    opened_at: datetime
    opening_minor: int
    sales_count: int
    sales_minor: int
    refunds_count: int
    refunds_minor: int
    fees_minor: int
    tips_minor: int
    refunded_tips_minor: int
    adjusted_minor: int

    @property
    def closing_minor(self) -> int:
        """Return the amount that would be owed, in minor units."""
        earned = self.sales_minor - self.refunds_minor - self.fees_minor
        return self.opening_minor + earned + self.adjusted_minor

    @property
    def payout_minor(self) -> int:
        """Return 0: nothing is paid out before a settlement closes."""
        return 0

    @property
    def mark(self) -> str:
        """Return the mark by which a form closes this settlement and no later one."""
        return f"{self.currency} {self.opened_at.isoformat()}"

    @property
    def has_lines(self) -> bool:
        """Return whether there is anything to settle."""
        return self.sales_count + self.refunds_count > 0 or self.adjusted_minor != 0

    @property
    def payout_if_closed_minor(self) -> int:
        """Return the payout if it closed now, in minor units."""
        merchant = self.balance.merchant
        return decide_payout(merchant, net_minor=self.closing_minor, currency=self.currency)

    @property
    def minimum_minor(self) -> int:
        """Return the smallest sum that is paid out, in minor units."""
        return find_minimum(self.balance.merchant, self.currency)

    @property
    def carried_if_closed_minor(self) -> int:
        """Return the amount that would be carried over to the next, in minor units."""
        return self.closing_minor - self.payout_if_closed_minor

    @property
    def due_if_closed_on(self) -> date:
        """Return the day on which that payout would be due."""
        return find_due_day(self.balance.merchant, cut_at=timezone.now())


@dataclass(frozen=True, slots=True)
class Balance:
    """The check whether the ledger owes exactly what a balance's settlements say."""

    currency: str
    ok: bool
    count: int
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class Balances:
    """The checks of all of a merchant's balances; one that fails spoils them all."""

    checked: list[Balance]

    @property
    def ok(self) -> bool:
        """Return whether every balance was checked and is right."""
        return bool(self.checked) and not self.broken

    @property
    def broken(self) -> list[str]:
        """Return the currencies of the balances that are wrong."""
        return [balance.currency for balance in self.checked if not balance.ok]

    @property
    def count(self) -> int:
        """Return how many settled lines the checks cover."""
        return sum(balance.count for balance in self.checked)

    @property
    def checked_at(self) -> datetime:
        """Return when the first one was checked."""
        return min(balance.checked_at for balance in self.checked)


def list_merchant_balances(merchant_id: UUID) -> list[MerchantBalance]:
    """List a merchant's balances, by currency."""
    balances = MerchantBalance.objects.filter(merchant_id=merchant_id).select_related(
        "merchant"
    )
    return list(balances.order_by("currency"))


def takes_cash(merchant_id: UUID) -> bool:
    """Return whether the tills of one of its stores take cash."""
    return Store.objects.filter(merchant_id=merchant_id, takes_cash=True).exists()


def list_owed_accounts(balance: MerchantBalance) -> list[UUID]:
    """List the ledger accounts that say what a merchant is owed: payable, and takings."""
    stores = Store.objects.filter(merchant=balance.merchant_id, currency=balance.currency)
    takings = stores.order_by("id").values_list("takings_account_id", flat=True)
    return [balance.payable_account_id, *takings]


def find_balances_as_seen(merchant_id: UUID, marks: list[str]) -> list[MerchantBalance]:
    """Return the balances that a page showed, each as of its currency and instant there.

    `marks` come from `Preview.mark`; those of other merchants are left out.
    """
    seen = {}
    for mark in marks:
        currency, _, instant = mark.partition(" ")
        seen[currency] = _read_instant(instant)
    balances = [
        balance for balance in list_merchant_balances(merchant_id) if seen.get(balance.currency)
    ]
    for balance in balances:
        balance.settled_until = seen[balance.currency] or balance.settled_until
    return balances


def _read_instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None


def preview_settlement(balance: MerchantBalance) -> Preview:
    """Add up the open lines of a balance."""
    sale, refund = Q(kind=LineKind.SALE), Q(kind=LineKind.REFUND)
    sums = SettlementLine.objects.filter(balance=balance, settlement=None).aggregate(
        sales_count=Count("id", filter=sale),
        sales_minor=Coalesce(Sum("amount_minor", filter=sale), 0),
        refunds_count=Count("id", filter=refund),
        refunds_minor=Coalesce(Sum("amount_minor", filter=refund), 0),
        fees_minor=Coalesce(Sum("fee_minor"), 0),
        tips_minor=Coalesce(Sum("tip_minor", filter=sale), 0),
        refunded_tips_minor=Coalesce(Sum("tip_minor", filter=refund), 0),
    )
    last = balance.settlements.order_by("-number").first()
    return Preview(
        balance=balance,
        currency=balance.currency,
        opened_at=balance.settled_until,
        opening_minor=last.closing_minor if last else 0,
        adjusted_minor=sum_unsettled(balance),
        **sums,
    )


def list_adjustments(balances: Sequence[MerchantBalance]) -> list[tuple[Adjustment, int]]:
    """List what operators moved by hand lately, the newest first; taken is below zero."""
    moved = [
        (each, each.moved_minor or 0)
        if each.credit_account_id == balance.payable_account_id
        else (each, -(each.moved_minor or 0))
        for balance in balances
        for each in list_moved(balance.payable_account_id)[:_ADJUSTMENTS_SHOWN]
    ]
    return sorted(moved, key=lambda pair: pair[0].id, reverse=True)


def sum_unsettled(balance: MerchantBalance) -> int:
    """Return what operators adjusted by hand and no settlement has yet, in minor units."""
    settled = Settlement.objects.filter(balance=balance).aggregate(
        total=Coalesce(Sum("adjusted_minor"), 0)
    )
    return sum_moved(balance.payable_account_id) - int(settled["total"])


def sum_takings(balance: MerchantBalance, store_id: UUID) -> int:
    """Return a store's takings that are not settled yet, in minor units.

    Equal to the balance of its takings account while the caller holds the balance's lock.
    """
    sale = Q(kind=LineKind.SALE)
    sums = SettlementLine.objects.filter(
        balance=balance,
        store_id=store_id,
        settlement=None,
        is_receivable=False,
    ).aggregate(
        sold=Coalesce(Sum("amount_minor", filter=sale), 0),
        refunded=Coalesce(Sum("amount_minor", filter=~sale), 0),
    )
    return int(sums["sold"] - sums["refunded"])


def check_balance(balance: MerchantBalance) -> Balance:
    """Compare the balance's payable account in the ledger with its settlements and payouts."""
    settlements = Settlement.objects.filter(balance=balance)
    sums = settlements.aggregate(
        paid=Coalesce(Sum("payout_minor"), 0),
        lines=Coalesce(Sum(F("sales_count") + F("refunds_count")), 0),
    )
    last = settlements.order_by("-number").first()
    owed_minor = sums["paid"] + (last.closing_minor if last else 0)
    owed_minor += sum_unsettled(balance) - sum_out(balance.payable_account_id)
    return Balance(
        currency=balance.currency,
        ok=sum_balance(balance.payable_account_id) == owed_minor,
        count=sums["lines"],
        checked_at=timezone.now(),
    )


def check_balances(balances: list[MerchantBalance]) -> Balances:
    """Check each balance."""
    return Balances([check_balance(balance) for balance in balances])


def find_payout_account(merchant_id: UUID) -> PayoutAccount | None:
    """Return the account to which a merchant's payouts go now, if there is one."""
    return find_payout_accounts([merchant_id]).get(merchant_id)


def find_payout_accounts(merchant_ids: Iterable[UUID]) -> dict[UUID, PayoutAccount]:
    """Return the accounts to which some merchants' payouts go now, by the merchants' ids."""
    counting = PayoutAccount.objects.filter(
        merchant_id__in=list(merchant_ids), withdrawn_at=None, counts_from__lte=Now()
    )
    latest = counting.order_by("merchant_id", "-counts_from", "-id").distinct("merchant_id")
    return {account.merchant_id: account for account in latest}


def read_clock() -> datetime:
    """Read the database's clock, which dates sales and decides on expiry."""
    row = find_connection().fetch_row("SELECT clock_timestamp()", [])
    assert row is not None, "a clock always shows a time"
    return cast(datetime, row[0])


def find_shop_day(time_zone: str) -> date:
    """Return today's day in the shop's time zone, by the database's clock."""
    return read_clock().astimezone(ZoneInfo(time_zone)).date()


def find_last_midnight(time_zone: str, *, now: datetime) -> datetime:
    """Return the last midnight in the shop's time zone, an aware instant.

    If the clock goes back over midnight, the day begins with the first of the two.
    """
    local = now.astimezone(ZoneInfo(time_zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def find_next_midnight(time_zone: str, *, now: datetime) -> datetime:
    """Return the next midnight in the shop's time zone, an aware instant."""
    tomorrow = now.astimezone(ZoneInfo(time_zone)) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def find_settlement(merchant_id: UUID, reference: str) -> Settlement | None:
    """Find one of a merchant's settlements by its public reference."""
    try:
        settlement_id = decode_reference("se", reference)
    except PayloadInvalid:
        return None
    mine = Settlement.objects.filter(balance__merchant_id=merchant_id)
    return mine.select_related("balance__merchant").filter(pk=settlement_id).first()


def read_lines_together(settlement: Settlement) -> Iterator[list[SettlementLine]]:
    """Yield a settlement's lines, oldest first, with their stores, some thousand at a time.

    No transaction stays open between two batches, so the reader may be slow; a closed
    settlement's lines never change, so they are consistent all the same.
    """
    lines = _find_lines(settlement).order_by("at", "id")
    rows = _read_patiently(lines)
    while rows:
        yield rows
        last = rows[-1]
        rows = _read_patiently(
            lines.filter(Q(at__gt=last.at) | Q(id__gt=last.id), at__gte=last.at)
        )


def page_lines(
    settlement: Settlement, *, after: str, size: int | None = None
) -> Page[SettlementLine]:
    """Return one page of a settlement's lines, newest first.

    Raises:
        SettlementLine.DoesNotExist: the cursor is not one of this settlement's.
    """
    lines = _find_lines(settlement).order_by("-at", "-id")
    if after:
        last = lines.get(pk=_read_cursor("sl", after))
        lines = lines.filter(Q(at__lt=last.at) | Q(id__lt=last.id), at__lte=last.at)
    page = cut_page(
        lines, size=size or PAGE_SIZE, cursor=lambda line: encode_reference("sl", line.id)
    )
    for line in page.rows:
        line.settlement = settlement
    return page


def page_settlements(merchant_id: UUID, *, after: str) -> Page[Settlement]:
    """Return one page of a merchant's settlements, newest first.

    Raises:
        Settlement.DoesNotExist: the cursor is not one of this merchant's.
    """
    mine = Settlement.objects.filter(balance__merchant_id=merchant_id)
    mine = mine.select_related("balance__merchant").order_by("-closed_at", "-id")
    if after:
        last = mine.get(pk=_read_cursor("se", after))
        mine = mine.filter(
            Q(closed_at__lt=last.closed_at) | Q(id__lt=last.id), closed_at__lte=last.closed_at
        )
    return cut_page(mine, size=PAGE_SIZE, cursor=lambda row: row.public_id)


def _find_lines(settlement: Settlement) -> QuerySet[SettlementLine]:
    return SettlementLine.objects.filter(settlement=settlement).select_related("store")


def _read_patiently(lines: QuerySet[SettlementLine]) -> list[SettlementLine]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        return list(lines[:_READ_AT_ONCE])


def _read_cursor(prefix: str, after: str) -> UUID:
    try:
        return decode_reference(prefix, after)
    except PayloadInvalid:
        return _NOBODY


def number_settlements(references: Iterable[str]) -> dict[str, int]:
    """Return the settlements' numbers by their references; unknown ones are left out."""
    ids = {decode_reference("se", each): each for each in references}
    found = Settlement.objects.filter(pk__in=list(ids)).values_list("id", "number")
    return {ids[settlement_id]: number for settlement_id, number in found}
