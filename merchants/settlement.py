"""Close settlements of the sales, refunds and fees since the last one.

A settlement is exactly the lines it took: one UPDATE takes and sums the open lines of a
balance, so a sale that commits a moment later is in the next one.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Self
from uuid import UUID

import uuid6
from django.db import OperationalError, connection
from django.db.models import F, QuerySet

from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.posting import post_together
from ledger.transactions import in_one_transaction
from ledger.transfers import NewTransfer
from merchants.errors import AlreadySettled, CutInFuture, LeaseLost, NothingToSettle
from merchants.models import MerchantBalance, Settlement
from merchants.payout_orders import order_payout
from merchants.payouts import decide_payout, find_due_day
from merchants.queries import read_clock, sum_unsettled
from qr.references import encode_reference
from relay.events import record_event

logger = logging.getLogger(__name__)

CLOSED = "settlement.closed"
# Of lines that were taken: the fields of `StoreTotals` after the account.
SUMS = """
    count(*) FILTER (WHERE kind = 'sale'),
    coalesce(sum(amount_minor) FILTER (WHERE kind = 'sale'), 0)::bigint,
    count(*) FILTER (WHERE kind = 'refund'),
    coalesce(sum(amount_minor) FILTER (WHERE kind = 'refund'), 0)::bigint,
    coalesce(sum(amount_minor) FILTER (WHERE is_receivable), 0)::bigint,
    coalesce(sum(fee_minor), 0)::bigint,
    coalesce(sum(tip_minor) FILTER (WHERE kind = 'sale'), 0)::bigint,
    coalesce(sum(tip_minor) FILTER (WHERE kind = 'refund'), 0)::bigint
"""
_TAKE_LINES = f"""
    WITH taken AS (
        UPDATE merchants_settlementline SET settlement_id = %s
         WHERE balance_id = %s AND settlement_id IS NULL AND at < %s
        RETURNING store_id, kind, amount_minor, fee_minor, tip_minor, is_receivable
    )
    SELECT s.takings_account_id, {SUMS}
      FROM taken JOIN merchants_store s ON s.id = taken.store_id
     GROUP BY s.takings_account_id ORDER BY s.takings_account_id
"""  # noqa: S608  both parts are ours


@dataclass(frozen=True, slots=True)
class StoreTotals:
    """The totals of the lines of one store, in minor units."""

    takings_account_id: UUID
    sales_count: int
    sales_minor: int
    refunds_count: int
    refunds_minor: int
    receivable_minor: int
    fees_minor: int
    tips_minor: int
    refunded_tips_minor: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of the lines of a settlement, in minor units."""

    sales_count: int
    sales_minor: int
    refunds_count: int
    refunds_minor: int
    receivable_minor: int
    fees_minor: int
    tips_minor: int
    refunded_tips_minor: int

    @classmethod
    def add_up(cls, stores: list[StoreTotals]) -> Self:
        """Add the stores up."""
        return cls(
            **{f.name: sum(getattr(store, f.name) for store in stores) for f in fields(cls)}
        )


@in_one_transaction
def close_settlement(
    balance_id: UUID,
    *,
    cut_at: datetime | None = None,
    open_since: datetime | None = None,
    fence: int | None = None,
) -> Settlement:
    """Close over every open line of the balance from before `cut_at`, or from before now.

    Locks the balance, which serializes its closings. Lines that commit while this runs stay
    open for the next settlement. Now is by the database's clock, which dated the sales too.

    With `open_since`, closes only the settlement that has been open since then, so that a
    repeated request closes nothing more. With `fence`, the number of a lease
    (`merchants/leases.py`), closes only while nobody has leased or closed it since.

    Raises:
        AlreadySettled: another one is open by now; nothing is written.
        LeaseLost: it was leased or closed since; nothing is written.
        NothingToSettle: there is no such line, and nothing was adjusted; nothing is written.
        CutInFuture: the cut has not come yet, or the balance was closed beyond now before;
            nothing is written.
    """
    locked = MerchantBalance.objects.select_for_update(no_key=True, of=("self",))
    balance = locked.select_related("merchant").get(pk=balance_id)
    if open_since not in {None, balance.settled_until}:
        raise AlreadySettled
    settlement_id, now = uuid6.uuid7(), read_clock()
    # A closing that waited for another one ends no earlier than that one did.
    cut_at = max(cut_at or now, balance.settled_until)
    if cut_at > now:
        raise CutInFuture(cut_at, now=now)
    stores = _take_lines(balance, settlement_id=settlement_id, cut_at=cut_at)
    adjusted_minor = sum_unsettled(balance)
    if not stores and not adjusted_minor:
        raise NothingToSettle
    settlement = plan_settlement(
        balance,
        settlement_id=settlement_id,
        last=balance.settlements.order_by("-number").first(),
        totals=Totals.add_up(stores),
        adjusted_minor=adjusted_minor,
        cut_at=cut_at,
    )
    settlement.save(force_insert=True)
    _move_on(balance, cut_at=cut_at, fence=balance.fence if fence is None else fence)
    income_id = get_or_open_house_account(AccountKind.FEE_INCOME, currency=balance.currency)
    post_together(list_transfers(settlement, stores, income_id=income_id))
    order_payout(settlement)
    record_event(
        CLOSED,
        feed=balance.merchant_id,
        subject=settlement.id,
        actor="settlement",
        facts=list_event_facts(settlement),
    )
    return settlement


def close_balances_now(balances: Iterable[MerchantBalance]) -> list[Settlement]:
    """Close each balance, as it was read, up to now; those without lines stay open.

    For a balance that was closed since it was read, that settlement is returned.

    A balance that was closed beyond now by a wrong clock is logged and skipped.

    A balance that is locked by others ends the run. Those closed before stay closed.

    Raises:
        OperationalError: the first balance that has lines is locked; nothing is written.
    """
    closed: list[Settlement] = []
    for balance in balances:
        try:
            closed.append(close_settlement(balance.id, open_since=balance.settled_until))
        except AlreadySettled:
            closed += balance.settlements.filter(opened_at=balance.settled_until)
        except NothingToSettle:
            continue
        except CutInFuture:
            logger.exception("MerchantBalance %s was not settled.", balance.id)
        except OperationalError:
            if not closed:
                raise
            break
    return closed


def list_settlements(merchant_id: UUID) -> QuerySet[Settlement]:
    """List a merchant's settlements, newest first."""
    mine = Settlement.objects.filter(balance__merchant_id=merchant_id)
    return mine.select_related("balance__merchant").order_by("-id")


def plan_settlement(
    balance: MerchantBalance,
    *,
    settlement_id: UUID,
    last: Settlement | None,
    totals: Totals,
    adjusted_minor: int,
    cut_at: datetime,
) -> Settlement:
    """Return the settlement over lines that were taken, after the last one, not yet written."""
    opening_minor = last.closing_minor if last else 0
    earned_minor = totals.sales_minor - totals.refunds_minor - totals.fees_minor
    net_minor = opening_minor + earned_minor + adjusted_minor
    payout_minor = decide_payout(
        balance.merchant, net_minor=net_minor, currency=balance.currency
    )
    return Settlement(
        id=settlement_id,
        balance=balance,
        number=last.number + 1 if last else 1,
        currency=balance.currency,
        opened_at=balance.settled_until,
        closed_at=cut_at,
        opening_minor=opening_minor,
        sales_count=totals.sales_count,
        sales_minor=totals.sales_minor,
        refunds_count=totals.refunds_count,
        refunds_minor=totals.refunds_minor,
        fees_minor=totals.fees_minor,
        tips_minor=totals.tips_minor,
        refunded_tips_minor=totals.refunded_tips_minor,
        adjusted_minor=adjusted_minor,
        payout_minor=payout_minor,
        closing_minor=net_minor - payout_minor,
        payout_due_on=find_due_day(balance.merchant, cut_at=cut_at) if payout_minor else None,
    )


def list_transfers(
    settlement: Settlement, stores: list[StoreTotals], *, income_id: UUID
) -> list[NewTransfer]:
    """List what a settlement moves: takings, the fee, and what the merchant owes."""
    balance, totals = settlement.balance, Totals.add_up(stores)
    payable_id, receivable_id = balance.payable_account_id, balance.receivable_account_id
    moves = [_settle_takings(balance, store) for store in stores]
    moves.append((payable_id, income_id, "fee", totals.fees_minor))
    moves.append((payable_id, receivable_id, "recover", totals.receivable_minor))
    reference = encode_reference("se", settlement.id)
    return [
        NewTransfer(
            id=uuid6.uuid7(),
            debit_account_id=debit_id,
            credit_account_id=credit_id,
            amount_minor=amount_minor,
            currency=balance.currency,
            kind=kind,
            reference=reference,
        )
        for debit_id, credit_id, kind, amount_minor in moves
        if amount_minor
    ]


def list_event_facts(settlement: Settlement) -> dict[str, str | int]:
    """Return what the event of a closing says."""
    return {"payout_minor": settlement.payout_minor, "currency": settlement.currency}


def _take_lines(
    balance: MerchantBalance, *, settlement_id: UUID, cut_at: datetime
) -> list[StoreTotals]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_TAKE_LINES, [settlement_id, balance.id, cut_at])
        return [StoreTotals(*row) for row in cursor.fetchall()]


def _move_on(balance: MerchantBalance, *, cut_at: datetime, fence: int) -> None:
    mine = MerchantBalance.objects.filter(pk=balance.pk, fence=fence)
    # The next number ends every lease of before, and with it all that a late worker writes.
    if not mine.update(settled_until=cut_at, fence=F("fence") + 1, leased_until=None):
        raise LeaseLost
    balance.settled_until = cut_at


def _settle_takings(
    balance: MerchantBalance, store: StoreTotals
) -> tuple[UUID, UUID, str, int]:
    amount_minor = store.sales_minor - store.refunds_minor + store.receivable_minor
    if amount_minor < 0:
        # A refund made after the last cut was paid from sales made before it, which have been
        # settled since: the takings are short by it, and the merchant's payable account covers
        # it.
        return (
            balance.payable_account_id,
            store.takings_account_id,
            "settle",
            -amount_minor,
        )
    return store.takings_account_id, balance.payable_account_id, "settle", amount_minor
