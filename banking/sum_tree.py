"""A Merkle sum tree: each node commits to how much is below it, left and right apart.

So nobody can hide an amount: whoever follows a leaf to the root sees that every sum on the way
is at least the own amount, and none is negative. The tree has the shape of RFC 6962's; it is
kept in blocks of 256 nodes, so that a path reads a block a height of eight levels. Standard
library only. docs/safeguarding.md has the layout of what is hashed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

SUM_LIMIT = 2**63
FANOUT = 256
HASH_BYTES, SUM_BYTES = 32, 8
NODE_BYTES = HASH_BYTES + SUM_BYTES
# An account's id, which of its parts it is, and the part's amount.
LEAF_BYTES = 16 + 1 + SUM_BYTES


class Node(NamedTuple):
    """A node: its hash, and the sum of all leaves below it in minor units."""

    hash: bytes
    sum: int


class Leaf(NamedTuple):
    """A part of what an account's holder is owed, in minor units."""

    account: bytes
    part: int
    minor: int


class Block(NamedTuple):
    """Up to 256 neighbours: leaves at height 0, above that the roots of blocks below."""

    height: int
    number: int
    first_key: bytes
    nodes: bytes


def order_key(secret: bytes, account: bytes, part: int) -> bytes:
    """Return the key that places and salts a leaf; nobody can guess it without the secret."""
    return sha256(secret + account + bytes([part])).digest()


def hash_leaf(leaf: Leaf, salt: bytes) -> Node:
    """Hash a leaf with its salt."""
    content = b"\x00" + salt + leaf.account + leaf.minor.to_bytes(SUM_BYTES)
    return Node(sha256(content).digest(), leaf.minor)


def join(left: Node, right: Node) -> Node:
    """Return the node above two.

    Raises:
        OverflowError: their sum is beyond 2**63, or one is negative.
    """
    total = left.sum + right.sum
    if total >= SUM_LIMIT:
        raise OverflowError(total)
    content = b"\x01" + left.hash + left.sum.to_bytes(8) + right.hash + right.sum.to_bytes(8)
    return Node(sha256(content).digest(), total)


def fold(nodes: Sequence[Node]) -> Node:
    """Return the root over some neighbours."""
    level = list(nodes)
    while len(level) > 1:
        level = _pair_up(level)
    return level[0]


def list_neighbours(nodes: Sequence[Node], index: int) -> list[Node]:
    """Return a node's neighbours on the way up to its block's root, from below."""
    found, level = [], list(nodes)
    while len(level) > 1:
        if index ^ 1 < len(level):
            found.append(level[index ^ 1])
        level, index = _pair_up(level), index // 2
    return found


@dataclass(slots=True)
class Builder:
    """Builds a tree from its leaves in order; holds one open block of each height.

    `keep` gets every block once it is full, and the last ones at the end.
    """

    keep: Callable[[Block], None]
    count: int = 0
    _open: list["_Open"] = field(default_factory=list)

    def add(self, leaf: Leaf, key: bytes) -> None:
        """Add the next leaf; its key is also its salt."""
        self.count += 1
        packed = leaf.account + bytes([leaf.part]) + leaf.minor.to_bytes(SUM_BYTES)
        self._push(0, packed, node=hash_leaf(leaf, key), key=key)

    def finish(self) -> Node:
        """Keep the blocks that are still open, and return the root.

        Without leaves it is the hash of the empty text, with a sum of zero.
        """
        if not self.count:
            return Node(sha256().digest(), 0)
        height = 0
        while True:
            block = self._open[height]
            # The only block of its height is the tree's top.
            if block.nodes and not block.number:
                return self._close(height)
            if block.nodes:
                self._lift(height)
            height += 1

    def _push(self, height: int, packed: bytes, *, node: Node, key: bytes) -> None:
        if height == len(self._open):
            self._open.append(_Open())
        block = self._open[height]
        if not block.nodes:
            block.first_key = key
        block.packed += packed
        block.nodes.append(node)
        if len(block.nodes) == FANOUT:
            self._lift(height)

    def _lift(self, height: int) -> None:
        key = self._open[height].first_key
        root = self._close(height)
        self._push(height + 1, root.hash + root.sum.to_bytes(SUM_BYTES), node=root, key=key)

    def _close(self, height: int) -> Node:
        block = self._open[height]
        self.keep(Block(height, block.number, block.first_key, bytes(block.packed)))
        root = fold(block.nodes)
        self._open[height] = _Open(number=block.number + 1)
        return root


@dataclass(slots=True)
class _Open:
    number: int = 0
    first_key: bytes = b""
    packed: bytearray = field(default_factory=bytearray)
    nodes: list[Node] = field(default_factory=list)


def read_leaves(packed: bytes) -> list[Leaf]:
    """Read a block of height 0."""
    return [
        Leaf(each[:16], each[16], int.from_bytes(each[17:]))
        for each in _cut(packed, LEAF_BYTES)
    ]


def read_nodes(packed: bytes) -> list[Node]:
    """Read a block of another height."""
    return [
        Node(each[:HASH_BYTES], int.from_bytes(each[HASH_BYTES:]))
        for each in _cut(packed, NODE_BYTES)
    ]


def _cut(packed: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(packed), size):
        yield packed[at : at + size]


def _pair_up(level: list[Node]) -> list[Node]:
    above = [join(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    # An unpaired node is promoted unchanged, as RFC 6962's trees have it.
    return above + level[-1:] if len(level) % 2 else above
