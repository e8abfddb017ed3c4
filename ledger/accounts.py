"""Open accounts, and find those of the house."""

from uuid import UUID

from ledger.chart import DEBIT_KINDS, LIMITED_KINDS, Side
from ledger.models import Account
from ledger.money import find_exponent


def open_account(kind: str, *, currency: str) -> UUID:
    """Open an account of a kind of the chart of accounts; give its id.

    Raises:
        CurrencyUnknown: no such ISO 4217 code.
    """
    find_exponent(currency)
    return Account.objects.create(kind=kind, currency=currency, **_describe(kind)).id


def find_house_account(kind: str, *, currency: str) -> UUID:
    """Give the one account of this kind and currency that belongs to the operator.

    It is opened when it is asked for first, also by two at the same time.

    Raises:
        CurrencyUnknown: no such ISO 4217 code.
    """
    find_exponent(currency)
    account, _ = Account.objects.get_or_create(
        kind=kind, currency=currency, defaults=_describe(kind)
    )
    return account.id


def _describe(kind: str) -> dict[str, str | bool]:
    return {
        "normal_side": Side.DEBIT if kind in DEBIT_KINDS else Side.CREDIT,
        "may_go_negative": kind not in LIMITED_KINDS,
    }
