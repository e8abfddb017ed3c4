"""Read-only queries on the books."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

from foundation.model_sql import find_connection
from ledger.models import Account, Seal, Transfer


@dataclass(frozen=True, slots=True)
class Posting:
    """One transfer as people read it: from which kind of account to which."""

    kind: str
    debit: str
    credit: str
    amount_minor: int
    currency: str
    created_at: datetime


def find_last_seal() -> Seal | None:
    """Return the newest seal; None before the first."""
    return Seal.objects.order_by("-number").first()


@dataclass(frozen=True, slots=True)
class Facts:
    """What an account is for, and in which currency."""

    kind: str
    currency: str


def describe_accounts(account_ids: Iterable[UUID]) -> dict[UUID, Facts]:
    """Return what accounts are, by their ids; unknown ones are left out."""
    found = Account.objects.filter(pk__in=list(account_ids))
    return {
        account_id: Facts(kind, currency)
        for account_id, kind, currency in found.values_list("id", "kind", "currency")
    }


def lock_account(account_id: UUID) -> int:
    """Lock an account that may not go negative, and return what may be spent of it.

    Nothing is spent of it until the caller's transaction ends.
    """
    list(Account.objects.select_for_update(no_key=True).filter(pk=account_id))
    return read_available(account_id)


def read_balance(account_id: UUID) -> int:
    """Return the running balance of an account that may not go negative, in minor units."""
    row = find_connection().fetch_row(
        "SELECT balance_minor FROM ledger_account WHERE id = %s", [account_id]
    )
    if row is None:
        raise Account.DoesNotExist
    return int(row[0])


def read_available(account_id: UUID) -> int:
    """Return what may be spent of such an account: its balance less what is on hold."""
    row = find_connection().fetch_row("SELECT ledger_read_available(%s)", [account_id])
    assert row is not None, "a function's call is one row"
    return int(row[0])


def sum_balance(account_id: UUID) -> int:
    """Sum an account's transfers on its normal side, in minor units; for any account."""
    return sum_balance_at(account_id, datetime.max.replace(tzinfo=UTC))


def sum_balance_at(account_id: UUID, at: datetime) -> int:
    """Sum an account's transfers up to an instant; final if that is closed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_sum_balance(%s, %s)", [account_id, at])
        (balance,) = cursor.fetchone()
    return int(balance)


def list_postings(transfer_ids: list[UUID]) -> list[Posting]:
    """List the posted ones among these transfers, oldest first."""
    rows = Transfer.objects.filter(pk__in=transfer_ids).order_by("id")
    return [
        Posting(
            kind=row.kind,
            debit=row.debit_account.kind,
            credit=row.credit_account.kind,
            amount_minor=row.amount_minor,
            currency=row.currency,
            created_at=row.posted_at,
        )
        for row in rows.select_related("debit_account", "credit_account")
    ]


def find_debits(
    account_ids: Iterable[UUID], *, kind: str, references: Iterable[str], since: datetime
) -> dict[str, UUID]:
    """Return the ids of transfers of a kind that debited these accounts, by their reference.

    Those from an instant on, which an index finds; references alone have none.
    """
    debits = Transfer.objects.filter(
        debit_account__in=list(account_ids),
        posted_at__gte=since,
        kind=kind,
        reference__in=list(references),
    )
    return dict(debits.values_list("reference", "id"))
