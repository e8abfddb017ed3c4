"""The only code that moves money: a batch of transfers, in one round trip to PostgreSQL.

The decisions are made by the SQL function `ledger_post_transfers` (migration
`0003_posting`): it locks the accounts that may not go negative in key order, judges the
transfers in the order given, and answers one result each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from ledger.errors import InsufficientFunds, TransferRefused

CREATED = "created"
EXISTS = "exists"
_POST = """
    SELECT result FROM ledger_post_transfers(
        %s::uuid[], %s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::text[]
    ) ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """A transfer to post; its id is given by the caller and makes posting repeatable."""

    id: UUID
    debit_account_id: UUID
    credit_account_id: UUID
    amount_minor: int
    currency: str
    kind: str
    reference: str


def post_transfers(transfers: Sequence[NewTransfer]) -> list[str]:
    """Post a batch and give a result code for each, in the order given.

    `created` and `exists` (the same transfer was posted before) mean that the money has
    moved, once; any other code means that this transfer moved nothing. The refusal of
    one does not stop the others: see `post_together` for all or nothing.
    """
    columns: list[list[Any]] = [
        [transfer.id for transfer in transfers],
        [transfer.debit_account_id for transfer in transfers],
        [transfer.credit_account_id for transfer in transfers],
        [transfer.amount_minor for transfer in transfers],
        [transfer.currency for transfer in transfers],
        [transfer.kind for transfer in transfers],
        [transfer.reference for transfer in transfers],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_POST, columns)
        return [result for (result,) in cursor.fetchall()]


def post_together(transfers: Sequence[NewTransfer]) -> None:
    """Post all of them or none.

    Raises:
        InsufficientFunds: a debited account holds too little.
        TransferRefused: anything else in the result codes but `created` and `exists`.
    """
    with transaction.atomic():
        for transfer, result in zip(transfers, post_transfers(transfers), strict=True):
            if result in {CREATED, EXISTS}:
                continue
            refusal = InsufficientFunds if result == "insufficient_funds" else TransferRefused
            raise refusal(result, transfer.id)
