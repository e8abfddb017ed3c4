"""Frozen wallets: no money leaves them, whatever asks for it; money still comes in.

The owner freezes in one tap and unfreezes by PIN. What an operator has frozen only the console
lifts (`console/wallets.py`). `wallet/sql/confirm_charge.sql` refuses the payment itself;
redemptions that are not on their way yet are canceled. A freeze is of a person: it is in all of
their wallets, and no further one is opened meanwhile.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Now

from identity.pins import check_pin
from identity.tries import in_wallet
from relay.letters import send_to_each
from wallet.currencies import lock_all
from wallet.errors import FrozenByOperator
from wallet.models import FrozenBy, Wallet
from wallet.redemptions import cancel_waiting


@transaction.atomic
def freeze(wallet: Wallet) -> None:
    """Freeze one's own wallet; again changes nothing."""
    wallets = lock_all(wallet.user)
    if _of(wallet).filter(frozen_at=None).update(frozen_at=Now(), frozen_by=FrozenBy.OWNER):
        _cancel_all(wallets)
        _tell("wallet_frozen", wallet)


def unfreeze(wallet: Wallet, *, pin: str) -> None:
    """Unfreeze one's own wallet by its PIN; unfrozen already, nothing changes.

    Raises:
        PinWrong, PinLocked: the PIN is wrong or locked; the wallet stays frozen.
        FrozenByOperator: an operator has frozen it.
    """
    check_pin(wallet.user_id, pin, scope=in_wallet(wallet.session_id))
    with transaction.atomic():
        lock_all(wallet.user)
        mine = _of(wallet).filter(frozen_by=FrozenBy.OWNER)
        if mine.update(frozen_at=None, frozen_by=FrozenBy.NOBODY):
            _tell("wallet_unfrozen", wallet)
        elif _of(wallet).filter(frozen_by=FrozenBy.OPERATOR).exists():
            raise FrozenByOperator


@transaction.atomic
def freeze_by_operator(wallet: Wallet) -> bool:
    """Freeze a wallet so that its owner cannot lift it; return whether it was not yet so."""
    wallets = lock_all(wallet.user)
    free = _of(wallet).exclude(frozen_by=FrozenBy.OPERATOR)
    is_new = free.update(frozen_at=Coalesce(F("frozen_at"), Now()), frozen_by=FrozenBy.OPERATOR)
    if is_new:
        _cancel_all(wallets)
        _tell("wallet_frozen", wallet)
    return bool(is_new)


@transaction.atomic
def lift_by_operators(wallet: Wallet) -> None:
    """Lift an operator's freeze; the console has seen to it that two of them want it."""
    lock_all(wallet.user)
    theirs = _of(wallet).filter(frozen_by=FrozenBy.OPERATOR)
    if theirs.update(frozen_at=None, frozen_by=FrozenBy.NOBODY):
        _tell("wallet_unfrozen", wallet)


def _of(wallet: Wallet) -> QuerySet[Wallet]:
    return Wallet.objects.filter(user=wallet.user_id)


def _cancel_all(wallets: Sequence[Wallet]) -> None:
    for each in wallets:
        cancel_waiting(each)


def _tell(kind: str, wallet: Wallet) -> None:
    send_to_each(kind, subject=wallet.id, addresses=wallet.user.addresses)
