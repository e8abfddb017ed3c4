"""A sum tree in blocks is the tree over the whole list, and no sum overflows."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking import sum_tree


def build(count):
    """Return a tree's root, its blocks by place, and its leaves in order."""
    secret: bytes = b"s" * 32
    kept: dict[tuple[int, int], sum_tree.Block] = {}
    leaves = [sum_tree.Leaf(uuid.UUID(int=nth).bytes, nth % 2, nth) for nth in range(count)]
    builder = sum_tree.Builder(lambda block: kept.update({block[:2]: block}))
    for leaf in leaves:
        builder.add(leaf, sum_tree.order_key(secret, leaf.account, leaf.part))
    nodes = [
        sum_tree.hash_leaf(leaf, sum_tree.order_key(secret, leaf.account, leaf.part))
        for leaf in leaves
    ]
    return builder.finish(), kept, nodes


@pytest.mark.parametrize(
    "count", [1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 65_535, 65_536, 65_537]
)
def test_blocks_make_the_same_tree_as_a_list(count):
    root, blocks, nodes = build(count)

    assert root == sum_tree.fold(nodes)
    assert root.sum == sum(range(count))
    assert sum(len(b.nodes) for (h, _), b in blocks.items() if h == 0) == count * 25


def test_a_tree_without_leaves_has_a_root():
    root, blocks, _ = build(0)

    assert (root.sum, blocks) == (0, {})


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_no_sum_overflows(left, right):
    nodes = [sum_tree.Node(b"l" * 32, left), sum_tree.Node(b"r" * 32, right)]

    if left + right < 2**63:
        assert sum_tree.join(*nodes).sum == left + right
    else:
        with pytest.raises(OverflowError):
            sum_tree.join(*nodes)
