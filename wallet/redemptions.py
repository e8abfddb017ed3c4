"""Customers take their money out: to a bank account of their own, at par, at any time."""

from uuid import UUID

from django.db.models import QuerySet

from banking.characters import are_same_letters
from banking.models import FileStatus, Order, OrderKind, OrderStatus
from banking.orders import NewOrder, create_order
from banking.payees import Payee
from identity.pins import check_pin
from identity.tries import in_wallet
from ledger.transactions import retry_clashes
from qr.errors import PayloadInvalid
from qr.references import decode_reference
from wallet.errors import HolderDiffers
from wallet.models import Wallet

_SHOWN_MAX = 20
# What the order says to whoever reads the bank statement.
_TEXT = "Wallet payout"


def request_redemption(
    wallet: Wallet, *, request_id: UUID, amount_minor: int, payee: Payee, pin: str
) -> Order:
    """Hold an amount of the wallet and order it to its owner's account; again, the same one.

    Raises:
        HolderDiffers: the account is held by somebody else.
        PinWrong, PinLocked: nothing was held.
        InsufficientFunds: the wallet holds too little.
        OrderDiffers: the form asked for something else before.
        AddressIncomplete, NameUnwritable: no bank would pay there.
    """
    if not are_same_letters(payee.name, wallet.user.name):
        raise HolderDiffers(wallet.user.name)
    # In a transaction of its own, so that a wrong try stays counted.
    check_pin(wallet.user_id, pin, scope=in_wallet(wallet.session_id))
    return _order(wallet, request_id=request_id, amount_minor=amount_minor, payee=payee)


def can_cancel(order: Order) -> bool:
    """Return whether a redemption still waits here; the bank's file decides in the end."""
    in_draft = order.file is None or order.file.status == FileStatus.DRAFT
    return order.status == OrderStatus.PENDING and in_draft


def list_redemptions(wallet: Wallet) -> list[Order]:
    """List the latest redemptions of a wallet, newest first."""
    return list(_find_own(wallet).order_by("-id")[:_SHOWN_MAX])


def find_redemption(wallet: Wallet, reference: str) -> Order | None:
    """Find one of the wallet's redemptions by its public reference."""
    try:
        order_id = decode_reference("po", reference)
    except PayloadInvalid:
        return None
    return _find_own(wallet).filter(pk=order_id).first()


def _find_own(wallet: Wallet) -> QuerySet[Order]:
    own = Order.objects.filter(kind=OrderKind.REDEMPTION, source_account_id=wallet.account_id)
    return own.select_related("file")


@retry_clashes
def _order(wallet: Wallet, *, request_id: UUID, amount_minor: int, payee: Payee) -> Order:
    return create_order(
        NewOrder(
            kind=OrderKind.REDEMPTION,
            subject=request_id,
            source_account_id=wallet.account_id,
            currency=wallet.currency,
            amount_minor=amount_minor,
            payee=payee,
            remittance=_TEXT,
        )
    )
