"""Seals: closed history is hashed and chained in the background; no payer waits for it.

docs/seals.md explains what they prove, and to whom.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from ledger.audit.canonical import (
    NO_HASH,
    TRANSFER_COLUMNS,
    SealHead,
    write_instant,
    write_transfer,
)
from ledger.audit.merkle import calculate_root, hash_leaf
from ledger.audit.seal_log import Head, HeadsFile
from ledger.database_source import DatabaseSource
from ledger.errors import HeadsDiffer
from ledger.models import Seal, SealLeaves
from ledger.period_close import close_period
from ledger.transactions import in_one_transaction

logger = logging.getLogger(__name__)

COUNT_MAX = 65_536
# At most this many per transaction: a long one delays closing the books, and loses all of them
# when it is rolled back.
_SEALS_AT_ONCE = 4
_LOCK = 0x5EA1
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s), clock_timestamp()::text"
_READ_WAIT = """
    SELECT closed_until AT TIME ZONE 'UTC' FROM ledger_periodclose
     WHERE closed_until > clock_timestamp() + interval '1 second'
"""
_COLUMNS = ", ".join(TRANSFER_COLUMNS)
_READ_CLOSED = f"""
    SELECT {_COLUMNS} FROM ledger_transfer
     WHERE posted_at >= %s AND (posted_at, id) > (%s, %s) AND posted_at <= %s
     ORDER BY posted_at, id LIMIT %s
"""  # noqa: S608  the columns are our own
_ID = TRANSFER_COLUMNS.index("id")
_POSTED_AT = TRANSFER_COLUMNS.index("posted_at")


@dataclass(frozen=True, slots=True)
class _Range:
    count: int
    until_at: str
    until_id: str
    root: bytes
    leaves: bytes


def seal_ledger(
    *, count_max: int = COUNT_MAX, report: Callable[[int], None] = lambda _sealed: None
) -> list[SealHead]:
    """Seal all closed history that is not sealed yet; return the new seals, oldest first.

    Closes the books up to now first; blocks no payer. Safe to run twice, also concurrently: one
    run seals, the other finds nothing to do. After each commit `report` gets the number of
    transfers it sealed. Heads that the heads file lacks are added to it.

    Raises:
        RuntimeError: called inside a transaction.
        HeadsDiffer: the heads file has other seals than the ledger.
    """
    closed_until = close_period()
    heads: list[SealHead] = []
    if closed_until is not None:
        while some := _seal_some(closed_until.isoformat(), count_max):
            heads += some
            report(sum(head.count for head in some))
    _add_heads()
    if wait := describe_wait():
        logger.warning("Sealing %s.", wait)
    return heads


def describe_wait() -> str:
    """Describe until when sealing waits for the clock; empty where it does not wait.

    A clock that ran ahead has dated transfers and seals into what is now the future. Later
    transfers take such instants too, and are sealed once the clock has caught up.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READ_WAIT)
        (closed_until,) = cursor.fetchone() or (None,)
    return (
        ""
        if closed_until is None
        else f"waits for the clock until {closed_until:%Y-%m-%d %H:%M:%S} UTC"
    )


@in_one_transaction
def _seal_some(closed_until: str, count_max: int) -> list[SealHead]:
    books = DatabaseSource()
    books.take_time()
    with connection.cursor() as cursor:
        cursor.execute(_TRY_LOCK, [_LOCK])
        is_mine, sealed_at = cursor.fetchone()
    if not is_mine:
        return []
    last = Seal.objects.order_by("number").last()
    since = (
        (str(last.until_at), str(last.until_id)) if last else (books.earliest, str(UUID(int=0)))
    )
    closed = books.read(
        _READ_CLOSED, [since[0], *since, closed_until, count_max * _SEALS_AT_ONCE]
    )
    number, previous_hash = (last.number, last.hash.hex()) if last else (0, NO_HASH)
    heads = []
    # Read to the end first: nothing can be written while rows still arrive.
    for sealed in list(_cut_ranges(closed, count_max)):
        number += 1
        head = SealHead(
            number=number,
            count=sealed.count,
            until_at=sealed.until_at,
            until_id=sealed.until_id,
            root=sealed.root.hex(),
            previous_hash=previous_hash,
            sealed_at=str(write_instant(sealed_at)),
        )
        _write_seal(head, leaves=sealed.leaves)
        heads.append(head)
        previous_hash = head.hash
    return heads


def _cut_ranges(rows: Iterator[list[str | None]], count_max: int) -> Iterator[_Range]:
    while True:
        row: list[str | None] = []
        hashes: list[bytes] = []
        leaves = bytearray()
        for row in islice(rows, count_max):
            hashes.append(hash_leaf(write_transfer(row)))
            leaves += bytes.fromhex(str(row[_ID]).replace("-", "")) + hashes[-1]
        if not hashes:
            return
        until_at, until_id = str(write_instant(row[_POSTED_AT])), str(row[_ID])
        yield _Range(len(hashes), until_at, until_id, calculate_root(hashes), bytes(leaves))


def _write_seal(head: SealHead, *, leaves: bytes) -> None:
    seal = Seal.objects.create(
        number=head.number,
        until_at=head.until_at,
        until_id=head.until_id,
        count=head.count,
        root=bytes.fromhex(head.root),
        previous_hash=bytes.fromhex(head.previous_hash),
        hash=bytes.fromhex(head.hash),
        sealed_at=head.sealed_at,
    )
    SealLeaves.objects.create(seal=seal, leaves=leaves)


def _add_heads() -> None:
    if not settings.LEDGER_HEADS_FILE:
        return
    with HeadsFile(Path(settings.LEDGER_HEADS_FILE)) as file:
        last = file.read_last()
        if last is not None:
            same = Seal.objects.filter(number=last.number, hash=bytes.fromhex(last.hash))
            if not same.exists():
                raise HeadsDiffer(last.number)
        later = Seal.objects.filter(number__gt=last.number if last else 0)
        for seal in later.order_by("number").iterator():
            sealed_at = str(write_instant(str(seal.sealed_at)))
            file.add(Head(seal.number, bytes(seal.hash).hex(), sealed_at))
