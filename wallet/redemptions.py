"""Customers take their money out: to a bank account of their own, at par, at any time."""

import contextlib
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from banking.characters import are_same_letters
from banking.errors import OrderOnItsWay
from banking.models import FileStatus, Order, OrderKind, OrderStatus
from banking.orders import NewOrder, cancel_order, create_order
from banking.payees import Payee
from identity.pins import check_pin
from identity.tries import in_wallet
from ledger.transactions import retry_clashes
from qr.errors import PayloadInvalid
from qr.references import decode_reference
from wallet.errors import HolderDiffers, WalletFrozen
from wallet.models import Wallet
from wallet.tiers import check_redemption

_SHOWN_MAX = 20


def request_redemption(
    wallet: Wallet, *, request_id: UUID, amount_minor: int, payee: Payee, pin: str
) -> Order:
    """Hold an amount of the wallet and order it to its owner's account; again, the same one.

    Raises:
        WalletFrozen: no money leaves the wallet.
        HolderDiffers: the account is held by somebody else.
        PinWrong, PinLocked: nothing was held.
        InsufficientFunds: the wallet holds too little.
        RedemptionLimitReached: more than its limit of a day.
        OrderDiffers: the form asked for something else before.
        AddressIncomplete, NameUnwritable: no bank would pay there.
    """
    if wallet.frozen_at is not None:
        raise WalletFrozen
    if not are_same_letters(payee.name, wallet.user.name):
        raise HolderDiffers(wallet.user.name)
    # In a transaction of its own, so that a wrong try stays counted.
    check_pin(wallet.user_id, pin, scope=in_wallet(wallet.session_id))
    return _order(wallet, request_id=request_id, amount_minor=amount_minor, payee=payee)


def cancel_waiting(wallet: Wallet) -> None:
    """Cancel the redemptions that are not on their way yet: the wallet is frozen.

    Must run inside the caller's transaction.
    """
    for order in _find_own(wallet).filter(status=OrderStatus.PENDING).order_by("id"):
        with contextlib.suppress(OrderOnItsWay):
            cancel_order(order)


def can_cancel(order: Order) -> bool:
    """Return whether a redemption still waits here; the bank's file decides in the end."""
    in_draft = order.file is None or order.file.status == FileStatus.DRAFT
    return order.status == OrderStatus.PENDING and in_draft


def list_redemptions(wallet: Wallet) -> list[Order]:
    """List the latest redemptions of a wallet, newest first."""
    return list(_find_own(wallet).order_by("-id")[:_SHOWN_MAX])


def list_waiting(wallet: Wallet) -> list[Order]:
    """List the redemptions whose money is still held in the wallet, newest first."""
    return list(
        _find_own(wallet).filter(status=OrderStatus.PENDING).order_by("-id")[:_SHOWN_MAX]
    )


def find_redemption(wallet: Wallet, reference: str) -> Order | None:
    """Find one of the wallet's redemptions by its public reference."""
    try:
        order_id = decode_reference("po", reference)
    except PayloadInvalid:
        return None
    return _find_own(wallet).filter(pk=order_id).first()


def lock_unfrozen(wallet: Wallet) -> None:
    """Lock the wallet until the caller's transaction ends, and refuse it if it is frozen.

    A freeze that comes at the same moment waits, or is seen. A payment is guarded by its own
    statement.

    Raises:
        WalletFrozen: no money leaves the wallet.
    """
    locked = Wallet.objects.select_for_update(no_key=True).get(pk=wallet.pk)
    wallet.tier = locked.tier
    if locked.frozen_at is not None:
        raise WalletFrozen


def _find_own(wallet: Wallet) -> QuerySet[Order]:
    own = Order.objects.filter(kind=OrderKind.REDEMPTION, source_account_id=wallet.account_id)
    return own.select_related("file")


@retry_clashes
@transaction.atomic
def _order(wallet: Wallet, *, request_id: UUID, amount_minor: int, payee: Payee) -> Order:
    lock_unfrozen(wallet)
    check_redemption(wallet, amount_minor, request_id=request_id)
    return create_order(
        NewOrder(
            kind=OrderKind.REDEMPTION,
            subject=request_id,
            source_account_id=wallet.account_id,
            currency=wallet.currency,
            amount_minor=amount_minor,
            payee=payee,
            remittance=gettext("Wallet payout"),
        )
    )
