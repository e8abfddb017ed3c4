"""Trees, roots and audit paths are those of RFC 6962."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.merkle import calculate_root, follow_path, hash_leaf, prove_inclusion

# The inputs and roots with which implementations of Certificate Transparency test themselves.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
LEAVES += ["606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATH_OF_THE_SECOND_IN_EIGHT = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]


def hash_leaves(count):
    return [hash_leaf(bytes.fromhex(leaf)) for leaf in LEAVES[:count]]


def plant(count):
    return [hash_leaf(number.to_bytes(4)) for number in range(count)]


def cut_as_the_standard_says(leaves):
    """RFC 6962, 2.1, word for word: cut at the largest power of two below the length."""
    if len(leaves) == 1:
        return leaves[0]
    cut = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = leaves[:cut], leaves[cut:]
    return sha256(
        b"\x01" + cut_as_the_standard_says(left) + cut_as_the_standard_says(right)
    ).digest()


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_those_of_the_known_vectors(count):
    assert calculate_root(hash_leaves(count)).hex() == ROOTS[count - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing():
    assert calculate_root([]) == sha256(b"").digest()


def test_a_path_is_that_of_the_known_vectors():
    path = prove_inclusion(hash_leaves(8), 1)

    assert [neighbour.hex() for neighbour in path] == PATH_OF_THE_SECOND_IN_EIGHT


@given(st.integers(1, 300))
def test_every_root_is_cut_as_the_standard_says(count):
    assert calculate_root(plant(count)) == cut_as_the_standard_says(plant(count))


@given(st.integers(1, 300), st.data())
def test_every_leaf_has_a_path_to_the_root_and_to_no_other_place(count, data):
    leaves = plant(count)
    index = data.draw(st.integers(0, count - 1))
    elsewhere = data.draw(st.integers(0, count + 2))

    path = prove_inclusion(leaves, index)

    root = calculate_root(leaves)
    assert len(path) <= (count - 1).bit_length()
    assert follow_path(leaves[index], index=index, count=count, path=path) == root
    if elsewhere != index:
        found = follow_path(leaves[index], index=elsewhere, count=count, path=path)
        assert found != root


@given(st.integers(2, 300), st.data())
def test_another_leaf_or_path_leads_elsewhere(count, data):
    leaves = plant(count)
    index = data.draw(st.integers(0, count - 1))
    path = prove_inclusion(leaves, index)
    nth = data.draw(st.integers(0, len(path) - 1))
    root = calculate_root(leaves)

    def follow(leaf, changed):
        return follow_path(leaf, index=index, count=count, path=changed)

    assert follow(hash_leaf(b"another"), path) != root
    assert follow(leaves[index], [*path[:nth], bytes(32), *path[nth + 1 :]]) != root
    assert follow(leaves[index], path[:nth] + path[nth + 1 :]) != root
    assert follow(leaves[index], [*path, bytes(32)]) != root


@pytest.mark.parametrize("index", [-1, 3])
def test_what_is_not_in_the_tree_has_no_path(index):
    with pytest.raises(IndexError):
        prove_inclusion(plant(3), index)

    assert follow_path(plant(1)[0], index=index, count=3, path=[]) is None
