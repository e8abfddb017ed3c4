"""Open accounts, and find the operator's own."""

from uuid import UUID

import uuid6
from django.db import connection

from ledger.chart import NATURES
from ledger.models import Account
from ledger.money import find_exponent

# Only these columns: the application may not open an account with money on it.
_OPEN = """
    INSERT INTO ledger_account (id, kind, currency, normal_side, may_go_negative)
    VALUES (%s, %s, %s, %s, %s)
"""
_OPEN_ONCE = _OPEN + " ON CONFLICT DO NOTHING"


def open_account(kind: str, *, currency: str) -> UUID:
    """Open an account of a kind in the chart of accounts; return its id.

    Raises:
        CurrencyUnknown: no such ISO 4217 code.
        IntegrityError: an operator's account of this kind and currency exists already.
    """
    find_exponent(currency)
    account_id = uuid6.uuid7()
    _insert(_OPEN, account_id, kind, currency=currency)
    return account_id


def get_or_open_house_account(kind: str, *, currency: str) -> UUID:
    """Return the one account of this kind and currency that belongs to the operator.

    The first call opens it, also if several come at the same time.

    Raises:
        CurrencyUnknown: no such ISO 4217 code.
    """
    find_exponent(currency)
    house = Account.objects.filter(kind=kind, currency=currency).values_list("id", flat=True)
    if (known := house.first()) is not None:
        return known
    _insert(_OPEN_ONCE, uuid6.uuid7(), kind, currency=currency)
    return house.get()


def _insert(statement: str, account_id: UUID, kind: str, *, currency: str) -> None:
    nature = NATURES[kind]
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            [account_id, str(kind), currency, nature.side, nature.may_go_negative],
        )
