"""Proofs that a transfer is in a seal, for its payer and its payee."""

import json
from uuid import UUID

from django.db import connection, transaction

from ledger.audit.canonical import (
    TRANSFER_COLUMNS,
    SealHead,
    write_instant,
    write_object,
    write_transfer,
)
from ledger.audit.merkle import prove_inclusion
from ledger.database_source import DatabaseSource
from ledger.models import Seal, SealLeaves

PROOF_FORMAT = "tessera-proof-1"
_ID = 16
_LEAF = _ID + 32
_COLUMNS = ", ".join(TRANSFER_COLUMNS)
_READ = f"SELECT {_COLUMNS} FROM ledger_transfer WHERE id = %s"  # noqa: S608  our own columns
_FIND_SEAL = """
    SELECT s.number FROM ledger_transfer t
     CROSS JOIN LATERAL (
        SELECT number FROM ledger_seal
         WHERE (until_at, until_id) >= (t.posted_at, t.id)
         ORDER BY until_at, until_id LIMIT 1) s
     WHERE t.id = %s
"""


def find_seal(transfer_id: UUID) -> int | None:
    """Return the number of the seal a transfer is in; None before it is sealed."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_SEAL, [transfer_id])
        found = cursor.fetchone()
    return found[0] if found else None


def prove_transfer(transfer_id: UUID) -> bytes | None:
    """Return the proof of a transfer in canonical JSON; None before it is sealed.

    It holds the transfer, its place among the leaves, its audit path, and the seal's head and
    hash. `docs/verify_receipt.py` checks it on any machine.
    """
    number = find_seal(transfer_id)
    if number is None:
        return None
    leaves = bytes(SealLeaves.objects.get(pk=number).leaves)
    index = _find_leaf(leaves, transfer_id)
    if index is None:
        return None
    hashes = [leaves[at + _ID : at + _LEAF] for at in range(0, len(leaves), _LEAF)]
    head = _read_head(number)
    return write_object(
        {
            "format": PROOF_FORMAT,
            "leaf_index": index,
            "path": [neighbour.hex() for neighbour in prove_inclusion(hashes, index)],
            "seal": head.as_object(),
            "seal_hash": head.hash,
            "transfer": json.loads(_read_transfer(transfer_id)),
        }
    )


def _find_leaf(leaves: bytes, transfer_id: UUID) -> int | None:
    at = leaves.find(transfer_id.bytes)
    while at >= 0 and at % _LEAF:
        at = leaves.find(transfer_id.bytes, at + 1)
    return None if at < 0 else at // _LEAF


def _read_head(number: int) -> SealHead:
    seal = Seal.objects.get(number=number)
    return SealHead(
        number=seal.number,
        count=seal.count,
        until_at=str(write_instant(str(seal.until_at))),
        until_id=str(seal.until_id),
        root=bytes(seal.root).hex(),
        previous_hash=bytes(seal.previous_hash).hex(),
        sealed_at=str(write_instant(str(seal.sealed_at))),
    )


def _read_transfer(transfer_id: UUID) -> bytes:
    with transaction.atomic():
        [row] = DatabaseSource().read(_READ, [str(transfer_id)])
    return write_transfer(row)
