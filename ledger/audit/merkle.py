"""Merkle trees as RFC 6962 (2.1) hashes them: one root for a list, short proofs for each leaf.

Standard library only, so that an auditor can read all the code that verifies.
"""

from collections.abc import Sequence
from hashlib import sha256


def hash_leaf(content: bytes) -> bytes:
    """Hash a leaf's content."""
    return sha256(b"\x00" + content).digest()


def calculate_root(leaves: Sequence[bytes]) -> bytes:
    """Return the tree's root; without leaves, the hash of the empty text."""
    if not leaves:
        return sha256().digest()
    level = list(leaves)
    while len(level) > 1:
        level = _pair_up(level)
    return level[0]


def prove_inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of a leaf (2.1.1): its neighbours on the way up to the root.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path, level = [], list(leaves)
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        level, index = _pair_up(level), index // 2
    return path


def follow_path(leaf: bytes, *, index: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a path leads to (RFC 9162, 2.1.3.2); None for an impossible path."""
    if not 0 <= index < count:
        return None
    node, place, last = leaf, index, count - 1
    for neighbour in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            node = _hash_pair(neighbour, node)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            node = _hash_pair(node, neighbour)
        place, last = place // 2, last // 2
    return node if last == 0 else None


def _pair_up(level: list[bytes]) -> list[bytes]:
    pairs = zip(level[::2], level[1::2], strict=False)
    above = [_hash_pair(left, right) for left, right in pairs]
    # An unpaired node is promoted unchanged; this yields the same tree as RFC 6962's split at
    # the largest power of two.
    return above + level[-1:] if len(level) % 2 else above


def _hash_pair(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
