"""Payouts become orders: once there is an account, and again only if somebody says so."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from banking.errors import OrderAlive
from banking.models import Order, OrderKind
from banking.orders import OVER, NewOrder, create_order, create_payouts, find_latest
from banking.payees import Payee
from ledger.transactions import retry_clashes
from merchants.errors import NothingToPayAgain
from merchants.models import MerchantBalance, PayoutAccount, Settlement
from merchants.queries import find_payout_account, find_payout_accounts, read_clock

# Those of before were ordered when their account was named, or never had one.
_LATELY = timedelta(days=3)
_ORDERED_AT_ONCE = 500


def order_payout(settlement: Settlement) -> Order | None:
    """Order a settlement's payout if the merchant has an account; again, return the same one.

    Must run while the balance is locked: whoever names the first account waits for it, and
    orders what was closed before.
    """
    if not settlement.payout_minor:
        return None
    account = find_payout_account(settlement.balance.merchant_id)
    return None if account is None else _order(settlement, account, follows_id=None)


def order_payouts(settlements: Sequence[Settlement]) -> None:
    """Order the payouts of settlements that the caller's transaction has written.

    Must run while their balances are locked, as `order_payout`.
    """
    paid = [each for each in settlements if each.payout_minor]
    accounts = find_payout_accounts({each.balance.merchant_id for each in paid})
    create_payouts(
        [
            _plan(each, accounts[each.balance.merchant_id], follows_id=None)
            for each in paid
            if each.balance.merchant_id in accounts
        ]
    )


def order_open_payouts(account: PayoutAccount) -> None:
    """Order every payout of a merchant that has none: its first account was named.

    Must run inside the caller's transaction.
    """
    balances = MerchantBalance.objects.filter(merchant_id=account.merchant_id)
    # A settlement that closes at this moment waits here, or is waited for.
    list(balances.select_for_update(no_key=True).order_by("id"))
    for settlement in _list_unordered().filter(balance__merchant_id=account.merchant_id):
        _order(settlement, account, follows_id=None)


def order_late_payouts() -> None:
    """Order payouts of the last days that have an account and no order; safe to run twice."""
    since = read_clock() - _LATELY
    late = _list_unordered().filter(closed_at__gt=since).select_related("balance")
    for settlement in late[:_ORDERED_AT_ONCE]:
        _order_late(settlement)


@retry_clashes
@transaction.atomic
def pay_again(settlement: Settlement, *, replaced_id: UUID | None) -> Order:
    """Order a payout again that was refused, came back or was canceled; twice, do it once.

    `replaced_id` is the order that whoever says so has seen. It goes to the account that is in
    force now.

    Raises:
        NothingToPayAgain: that order is not over, or not this payout's; there is no account.
    """
    account = find_payout_account(settlement.balance.merchant_id)
    replaced = find_latest(OrderKind.PAYOUT, [settlement.id]).get(settlement.id)
    if account is None or replaced is None or replaced_id is None:
        raise NothingToPayAgain
    if replaced.follows_id == replaced_id:
        return replaced
    if replaced.pk != replaced_id or replaced.status not in OVER:
        raise NothingToPayAgain
    try:
        return _order(settlement, account, follows_id=replaced_id)
    except OrderAlive:
        raise NothingToPayAgain from None


@retry_clashes
@transaction.atomic
def _order_late(settlement: Settlement) -> None:
    order_payout(settlement)


def _list_unordered() -> QuerySet[Settlement]:
    ordered = Order.objects.filter(kind=OrderKind.PAYOUT, subject=OuterRef("id"))
    unordered = Settlement.objects.filter(~Exists(ordered), payout_minor__gt=0)
    return unordered.select_related("balance").order_by("id")


def _order(settlement: Settlement, account: PayoutAccount, *, follows_id: UUID | None) -> Order:
    return create_order(_plan(settlement, account, follows_id=follows_id))


def _plan(
    settlement: Settlement, account: PayoutAccount, *, follows_id: UUID | None
) -> NewOrder:
    reference = settlement.public_id.replace("_", "").upper()
    return NewOrder(
        kind=OrderKind.PAYOUT,
        subject=settlement.id,
        source_account_id=settlement.balance.payable_account_id,
        currency=settlement.currency,
        amount_minor=settlement.payout_minor,
        payee=Payee(
            name=account.holder,
            iban=account.iban,
            bic=account.bic,
            street=account.street,
            building_number=account.building_number,
            postcode=account.postcode,
            town=account.town,
            country=account.country,
        ),
        remittance=f"Settlement ST-{settlement.number:04} {reference}",
        follows_id=follows_id,
    )
