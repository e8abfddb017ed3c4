"""The only code that moves money: a batch of transfers, in one round trip to PostgreSQL.

SQL functions decide (`ledger/sql/post_*.sql`): they lock the accounts that may not go negative
in key order, judge the transfers in the order given, and return one result each.
`ledger/transfers.py` defines what can be posted.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import connection

from foundation.postgresql.arrays import Bigints, Texts, Uuids
from ledger.errors import BatchTooLarge, InsufficientFunds, TransferRefused
from ledger.results import DONE, Result
from ledger.transfers import AnyTransfer, NewTransfer

BATCH_MAX = 8190
_POST_ONE = """
    SELECT result FROM ledger_post_transfer(
        id => %s, debit => %s, credit => %s, amount => %s, currency => %s, kind => %s,
        reference => %s)
"""
_POST_PLAIN = """
    SELECT result FROM ledger_post_transfers(
        ids => %s::uuid[], debits => %s::uuid[], credits => %s::uuid[], amounts => %s::bigint[],
        currencies => %s::text[], kinds => %s::text[], refs => %s::text[]
    ) ORDER BY place
"""
_KINDS = (Uuids, Uuids, Uuids, Bigints, Texts, Texts, Texts)
# Looked up: calling an enum takes five times as long.
_RESULTS = {result.value: result for result in Result}
_POST_ANY = """
    SELECT result FROM ledger_post_batch(
        ids => %s::uuid[], debits => %s::uuid[], credits => %s::uuid[], amounts => %s::bigint[],
        currencies => %s::text[], kinds => %s::text[], refs => %s::text[],
        phases => %s::text[], pendings => %s::uuid[], timeouts => %s::int[],
        linked => %s::boolean[]
    ) ORDER BY place
"""


def post_transfers(transfers: Sequence[AnyTransfer]) -> list[Result]:
    """Post a batch of up to 8,190 and return a result for each, in the order given.

    `created` and `exists` (the same transfer was posted before) mean that it took effect, once;
    any other code means that it did nothing. A refused transfer stops only those it is linked
    with. docs/ledger.md lists the codes.

    Raises:
        BatchTooLarge: more than 8,190; nothing was posted.
        AmountOverflows: an amount beyond what a balance can hold; nothing was posted.
    """
    if len(transfers) > BATCH_MAX:
        raise BatchTooLarge(len(transfers), BATCH_MAX)
    if not transfers:
        return []
    plain = [
        transfer.as_row()
        for transfer in transfers
        if type(transfer) is NewTransfer and not transfer.linked
    ]
    with connection.cursor() as cursor:
        if len(plain) < len(transfers):
            rows = [transfer.as_full_row() for transfer in transfers]
            cursor.execute(_POST_ANY, [list(column) for column in zip(*rows, strict=True)])
        elif len(plain) == 1:
            cursor.execute(_POST_ONE, plain[0])
        else:
            columns = zip(_KINDS, zip(*plain, strict=True), strict=True)
            cursor.execute(_POST_PLAIN, [kind(column) for kind, column in columns])
        return [_RESULTS[result] for (result,) in cursor.fetchall()]


def post_together(transfers: Sequence[AnyTransfer]) -> None:
    """Post all of them or none.

    Raises:
        InsufficientFunds: a debited account holds too little.
        TransferRefused: anything else in the result codes but `created` and `exists`.
        BatchTooLarge: more than 8,190.
        AmountOverflows: an amount beyond what a balance can hold.
    """
    chain = [replace(transfer, linked=True) for transfer in transfers[:-1]]
    last = [replace(transfer, linked=False) for transfer in transfers[-1:]]
    results = post_transfers([*chain, *last])
    for transfer, result in zip(transfers, results, strict=True):
        if result not in DONE and result != Result.LINKED_TRANSFER_FAILED:
            raise explain_refusal(result, transfer.id)


def post_all(transfers: Sequence[NewTransfer]) -> None:
    """Post all of them; a refusal is raised, and the caller's transaction must end with it.

    Those that are not linked are posted by fewer steps than a chain.

    Raises:
        TransferRefused, BatchTooLarge, AmountOverflows: as `post_together`.
    """
    for at in range(0, len(transfers), BATCH_MAX):
        batch = transfers[at : at + BATCH_MAX]
        for transfer, result in zip(batch, post_transfers(batch), strict=True):
            if result not in DONE:
                raise explain_refusal(result, transfer.id)


def explain_refusal(result: Result, transfer_id: UUID) -> TransferRefused:
    """Return the exception for a refused transfer."""
    if result == Result.INSUFFICIENT_FUNDS:
        return InsufficientFunds(result, transfer_id)
    return TransferRefused(result, transfer_id)
