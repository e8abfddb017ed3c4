"""Proofs that what a holder is owed is in a report of safeguarding."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any
from uuid import UUID

from banking.models import SafeguardBlock, SafeguardReport
from banking.safeguard_reports import PARTS, describe_signed
from banking.sum_tree import (
    FANOUT,
    Leaf,
    Node,
    hash_leaf,
    list_neighbours,
    order_key,
    read_leaves,
    read_nodes,
)
from ledger.audit.canonical import write_object

PROOF_FORMAT = "tessera-safeguarding-proof-1"


@dataclass(frozen=True, slots=True)
class Share:
    """What a holder is owed by a report, and the leaves that prove it."""

    report: SafeguardReport
    leaves: list[dict[str, Any]]

    @property
    def amount_minor(self) -> int:
        """Return the sum of the holder's leaves."""
        return sum(int(leaf["amount_minor"]) for leaf in self.leaves)

    def write(self) -> bytes:
        """Return the proof as canonical JSON, which `docs/verify_safeguarding.py` checks."""
        return write_object(
            {
                "format": PROOF_FORMAT,
                "leaves": self.leaves,
                **describe_signed(self.report),
            }
        )


def find_share(report: SafeguardReport, account_ids: Iterable[UUID]) -> Share | None:
    """Find what a report says of some accounts, all of one holder; None if it has none of them.

    An account that was opened after the report has no leaf, and leaves of old reports may be
    deleted. Reads as many rows as the tree is high, by an index, for each leaf.
    """
    leaves = [
        leaf
        for account in account_ids
        for part in range(PARTS)
        if (leaf := _prove(report, account.bytes, part)) is not None
    ]
    return Share(report, leaves) if leaves else None


def _prove(report: SafeguardReport, account: bytes, part: int) -> dict[str, Any] | None:
    secret = bytes(report.secret)
    key = order_key(secret, account, part)
    blocks = SafeguardBlock.objects.filter(report=report)
    lowest = blocks.filter(height=0, first_key__lte=key).order_by("-first_key").first()
    if lowest is None:
        return None
    leaves = read_leaves(bytes(lowest.nodes))
    place = next((at for at, leaf in enumerate(leaves) if leaf[:2] == (account, part)), None)
    if place is None:
        return None
    nodes = [_hash(leaf, secret) for leaf in leaves]
    path = [*list_neighbours(nodes, place), *_climb(report, lowest.number)]
    return {
        "account_id": str(UUID(bytes=account)),
        "amount_minor": str(leaves[place].minor),
        "index": lowest.number * FANOUT + place,
        "path": [{"hash": node.hash.hex(), "sum_minor": str(node.sum)} for node in path],
        "salt": key.hex(),
    }


def _hash(leaf: Leaf, secret: bytes) -> Node:
    return hash_leaf(leaf, order_key(secret, leaf.account, leaf.part))


def _climb(report: SafeguardReport, index: int) -> list[Node]:
    path: list[Node] = []
    height, count = 0, ceil(report.leaf_count / FANOUT)
    while count > 1:
        height, number, place = height + 1, index // FANOUT, index % FANOUT
        block = SafeguardBlock.objects.get(pk=(report.pk, height, number))
        path += list_neighbours(read_nodes(bytes(block.nodes)), place)
        index, count = number, ceil(count / FANOUT)
    return path
