"""BER-TLV: bytes come back as they were, and what is not BER is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.ber import DEPTH_MAX, Node, encode_value, parse, serialize
from qr.errors import PayloadInvalid

primitives = st.builds(
    Node,
    st.sampled_from(["4F", "50", "5A", "85", "9F26", "5F2D", "9F8101", "00"]),
    st.binary(max_size=300),
    length_octets=st.just(1),
)
nodes = st.recursive(
    primitives,
    lambda children: st.builds(
        Node,
        st.sampled_from(["61", "62", "63", "BF0C"]),
        children=st.lists(children, max_size=3).map(tuple),
    ),
    max_leaves=6,
)
BROKEN = {
    "a tag alone": ("85", "the length is missing"),
    "a tag without end": ("9F", "a tag does not end"),
    "a tag of four bytes": ("9F81818101", "a tag does not end"),
    "a value cut off": ("8505435056", "5 bytes are announced and 3 are left"),
    "an indefinite length": ("6180", "length byte 80 is not BER"),
    "147 written as one byte": ("6193", "length byte 93 is not BER"),
    "a length of four bytes": ("618400000000", "length byte 84 is not BER"),
    "a length cut off": ("618201", "the length is cut off"),
}


def depth_of(node):
    return 1 + max(map(depth_of, node.children or ()), default=0)


@given(st.lists(nodes, max_size=4).map(tuple))
def test_every_tree_comes_back(given_nodes):
    data = serialize(given_nodes)

    if max(map(depth_of, given_nodes), default=0) <= DEPTH_MAX + 1:
        assert serialize(parse(data)) == data


@given(st.binary(max_size=200))
def test_any_bytes_are_kept_or_refused(data):
    try:
        written = serialize(parse(data))
    except PayloadInvalid:
        return

    assert written == data


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_ber_is_refused(name):
    data, detail = BROKEN[name]

    with pytest.raises(PayloadInvalid) as refusal:
        parse(bytes.fromhex(data))

    assert refusal.value.detail == detail


def test_a_fault_deep_inside_is_named_by_its_path():
    with pytest.raises(PayloadInvalid) as refusal:
        parse(bytes.fromhex("6104 9F26 02 00"))

    assert refusal.value.object_id == "61-9F26"


def test_templates_are_nested_to_a_limit():
    data = b""
    for _ in range(DEPTH_MAX + 2):
        data = b"\x61" + bytes([len(data)]) + data

    with pytest.raises(PayloadInvalid, match="deeper"):
        parse(data)


def test_a_longer_length_than_needed_is_kept():
    data = bytes.fromhex("85820003435056")

    assert serialize(parse(data)) == data


def test_long_values_have_long_lengths():
    data = serialize((Node("5A", bytes(147)), Node("5A", bytes(300))))

    assert data[:3] == bytes.fromhex("5A8193")
    assert data[150:154] == bytes.fromhex("5A82012C")
    with pytest.raises(PayloadInvalid, match="more than three"):
        serialize((Node("5A", bytes(1 << 24)),))


def test_no_representation_shows_a_value():
    node = Node("61", children=(Node("5A", b"4111111111111111"),))

    assert repr(node) == "Node(61, 18 bytes)"
    assert encode_value(node)[2:] == b"4111111111111111"
