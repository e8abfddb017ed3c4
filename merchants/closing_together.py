"""Close small balances together: one statement a step for some fifty, all or none.

A closing of its own (`merchants/settlement.py`) takes as many statements for a hundred lines as
for a million. Here they are shared. Whatever would refuse one balance refuses all: then each is
closed alone, as are those that are long, locked, adjusted by hand, or leased anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid6
from django.db import connection

from banking.queries import list_adjusted
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.posting import post_all
from ledger.transactions import in_one_transaction
from merchants.errors import LeaseLost
from merchants.leases import Lease
from merchants.models import MerchantBalance, Settlement
from merchants.payout_orders import order_payouts
from merchants.queries import read_clock
from merchants.settlement import (
    CLOSED,
    SUMS,
    StoreTotals,
    Totals,
    list_event_facts,
    list_transfers,
    plan_settlement,
)
from relay.events import record_events

# A refund in one of the balances waits for all of them.
_LINES_MAX = 300
_FIND_SMALL = """
    SELECT cut.id FROM unnest(%s::uuid[], %s::timestamptz[]) AS cut (id, at)
     WHERE (SELECT count(*) FROM (
                SELECT FROM merchants_settlementline line
                 WHERE line.balance_id = cut.id AND line.settlement_id IS NULL
                   AND line.at < cut.at LIMIT %s) few) < %s
"""
_TAKE = f"""
    WITH cut AS (
        SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[])
                      AS cut (balance_id, settlement_id, at)
    ), taken AS (
        UPDATE merchants_settlementline AS line SET settlement_id = cut.settlement_id FROM cut
         WHERE line.balance_id = cut.balance_id AND line.settlement_id IS NULL
           AND line.at < cut.at
        RETURNING line.balance_id, store_id, kind, amount_minor, fee_minor, tip_minor,
                  is_receivable
    )
    SELECT taken.balance_id, s.takings_account_id, {SUMS}
      FROM taken JOIN merchants_store s ON s.id = taken.store_id
     GROUP BY taken.balance_id, s.takings_account_id
     ORDER BY taken.balance_id, s.takings_account_id
"""  # noqa: S608  both parts are ours
_FIND_LAST = """
    SELECT last.* FROM unnest(%s::uuid[]) AS balance (id),
           LATERAL (SELECT * FROM merchants_settlement s WHERE s.balance_id = balance.id
                     ORDER BY s.number DESC LIMIT 1) last
"""
# The next number ends every lease of before, and with it all that a late worker writes.
_MOVE_ON = """
    UPDATE merchants_merchantbalance AS balance
       SET settled_until = mine.cut_at, fence = balance.fence + 1, leased_until = NULL
      FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[]) AS mine (id, fence, cut_at)
     WHERE balance.id = mine.id AND balance.fence = mine.fence
"""


@dataclass(frozen=True, slots=True)
class Cut:
    """A leased balance, and up to when it is to be closed."""

    lease: Lease
    at: datetime


@in_one_transaction
def close_together(cuts: Mapping[UUID, Cut]) -> dict[UUID, Settlement | None]:
    """Close those balances that can be closed together; return the settlement of each.

    None: there was nothing to settle, and the balance moved on to its cut. What is not returned
    is as it was, under its lease.

    Raises:
        LeaseLost: one was leased or closed since; nothing is written.
        TransferRefused, IntegrityError and others, as one of them alone; nothing is written.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
    balances = _lock(_find_small(cuts), cuts)
    if not balances:
        return {}
    planned = _plan(balances, cuts)
    settlements = [settlement for settlement, _ in planned.values()]
    Settlement.objects.bulk_create(settlements)
    _move_on(balances, cuts)
    incomes = {
        currency: get_or_open_house_account(AccountKind.FEE_INCOME, currency=currency)
        for currency in {each.currency for each in settlements}
    }
    post_all(
        [
            transfer
            for settlement, stores in planned.values()
            for transfer in list_transfers(
                settlement, stores, income_id=incomes[settlement.currency]
            )
        ]
    )
    order_payouts(settlements)
    record_events(
        CLOSED,
        [(each.balance.merchant_id, each.id, list_event_facts(each)) for each in settlements],
        actor="settlement",
    )
    idle: dict[UUID, Settlement | None] = dict.fromkeys(each.id for each in balances)
    return idle | {balance_id: settlement for balance_id, (settlement, _) in planned.items()}


def _find_small(cuts: Mapping[UUID, Cut]) -> list[UUID]:
    instants = [cut.at for cut in cuts.values()]
    with connection.cursor() as cursor:
        cursor.execute(_FIND_SMALL, [list(cuts), instants, _LINES_MAX, _LINES_MAX])
        return [row[0] for row in cursor.fetchall()]


def _lock(balance_ids: list[UUID], cuts: Mapping[UUID, Cut]) -> list[MerchantBalance]:
    # Whoever is waited for here would be waited for by all.
    free = MerchantBalance.objects.select_for_update(
        no_key=True, of=("self",), skip_locked=True
    )
    locked = list(free.select_related("merchant").filter(pk__in=balance_ids).order_by("id"))
    adjusted, now = list_adjusted(each.payable_account_id for each in locked), read_clock()
    return [
        each
        for each in locked
        if each.payable_account_id not in adjusted
        and each.fence == cuts[each.id].lease.fence
        and each.settled_until < cuts[each.id].at <= now
    ]


def _plan(
    balances: list[MerchantBalance], cuts: Mapping[UUID, Cut]
) -> dict[UUID, tuple[Settlement, list[StoreTotals]]]:
    ids = {balance.id: uuid6.uuid7() for balance in balances}
    taken: dict[UUID, list[StoreTotals]] = {}
    with connection.cursor() as cursor:
        instants = [cuts[balance_id].at for balance_id in ids]
        cursor.execute(_TAKE, [list(ids), list(ids.values()), instants])
        for balance_id, *sums in cursor.fetchall():
            taken.setdefault(balance_id, []).append(StoreTotals(*sums))
    last = {each.balance_id: each for each in Settlement.objects.raw(_FIND_LAST, [list(taken)])}
    return {
        balance.id: (
            plan_settlement(
                balance,
                settlement_id=ids[balance.id],
                last=last.get(balance.id),
                totals=Totals.add_up(taken[balance.id]),
                adjusted_minor=0,
                cut_at=cuts[balance.id].at,
            ),
            taken[balance.id],
        )
        for balance in balances
        if balance.id in taken
    }


def _move_on(balances: list[MerchantBalance], cuts: Mapping[UUID, Cut]) -> None:
    mine = [cuts[balance.id] for balance in balances]
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE_ON,
            [
                [balance.id for balance in balances],
                [cut.lease.fence for cut in mine],
                [cut.at for cut in mine],
            ],
        )
        if cursor.rowcount != len(balances):
            raise LeaseLost
