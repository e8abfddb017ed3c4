"""A person's wallets, one in each currency: found, opened, and told apart.

Session, PIN, freeze and tier are the person's. Whoever changes something in all of the wallets
locks them first, so that a wallet which is opened at that moment is among them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from banking.models import BankAccount
from identity.models import User
from ledger.transactions import retry_clashes
from merchants.organisations import list_currencies
from wallet.errors import CurrencyNotOffered, WalletFrozen
from wallet.models import Tier, Wallet
from wallet.wallets import open_wallet


@dataclass(frozen=True, slots=True)
class Balance:
    """What a wallet holds, in minor units."""

    currency: str
    amount_minor: int


def list_wallets(wallet: Wallet) -> list[Wallet]:
    """List the wallets of a wallet's owner, the first one first."""
    return list(Wallet.objects.filter(user=wallet.user_id).order_by("id"))


def list_balances(wallet: Wallet) -> list[Balance]:
    """List what the owner's other wallets hold, the first one first."""
    others = Wallet.objects.filter(user=wallet.user_id).exclude(pk=wallet.pk).order_by("id")
    held = others.values_list("currency", "account__balance_minor")
    return [Balance(currency, minor) for currency, minor in held]


def find_in(wallet: Wallet, currency: str) -> Wallet:
    """Return the owner's wallet in a currency; without one, this wallet."""
    if wallet.currency == currency:
        return wallet
    other = Wallet.objects.filter(user=wallet.user_id, currency=currency).first()
    if other is None:
        return wallet
    return carry_over(wallet, other)


def carry_over(wallet: Wallet, other: Wallet) -> Wallet:
    """Return another wallet of the same person as read by the same session."""
    other.user, other.session_id = wallet.user, wallet.session_id
    return other


def list_offered(wallet: Wallet) -> list[str]:
    """List the currencies in which the owner may open a further wallet."""
    banked = BankAccount.objects.filter(is_in_use=True).order_by("currency")
    offered = [*list_currencies(), *banked.values_list("currency", flat=True)]
    held = {each.currency for each in list_wallets(wallet)}
    return [currency for currency in dict.fromkeys(offered) if currency not in held]


@retry_clashes
@transaction.atomic
def open_in(wallet: Wallet, currency: str) -> Wallet:
    """Open a further wallet of the same person and tier; again, return the same one.

    Raises:
        CurrencyNotOffered: nobody here takes money in this currency.
        WalletFrozen: the person's wallets are frozen.
    """
    mine = lock_all(wallet.user)
    for each in mine:
        if each.currency == currency:
            return carry_over(wallet, each)
    if any(each.frozen_at is not None for each in mine):
        raise WalletFrozen
    if currency not in list_offered(wallet):
        raise CurrencyNotOffered
    try:
        with transaction.atomic():
            made = open_wallet(wallet.user, currency=currency, tier=Tier(mine[0].tier))
    except IntegrityError:
        made = Wallet.objects.get(user=wallet.user_id, currency=currency)
    return carry_over(wallet, made)


def lock_all(user: User) -> Sequence[Wallet]:
    """Lock all wallets of a person until the caller's transaction ends, and return them."""
    mine = Wallet.objects.filter(user=user).order_by("id")
    # One that was opened while this waited is not among the locked ones: look again.
    list(mine.select_for_update(no_key=True))
    return list(mine.all())
