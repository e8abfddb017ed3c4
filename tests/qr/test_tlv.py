"""Names, lengths and values: what is written is read, and what is broken loses nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.errors import PayloadInvalid
from qr.tlv import parse, scan, scan_bytes, serialize, serialize_bytes

names = st.integers(0, 99).map("{:02}".format)
pairs = st.lists(st.tuples(names, st.text(max_size=99)))
# Lengths of these count at most 99 bytes; a lone surrogate is no text that UTF-8 knows.
short_pairs = st.lists(
    st.tuples(names, st.text(st.characters(exclude_categories=["Cs"]), max_size=24))
)
BROKEN = {
    "00A1x": "'00A1' is no name and length",
    "0 01x": "'0 01' is no name and length",
    "\u0660\u0660\u0660\u0661x": "'\u0660\u0660\u0660\u0661' is no name and length",
    "000": "'000' is no name and length",
    "0002x": "00 announces 2 characters and 1 are left",
}


@given(pairs)
def test_every_list_of_objects_comes_back(given_pairs):
    found = parse(serialize(given_pairs))

    assert [(each.id, each.value) for each in found] == given_pairs


@given(short_pairs)
def test_lengths_in_bytes_come_back_too(given_pairs):
    found = scan_bytes(serialize_bytes(given_pairs))

    assert [(each.id, each.value) for each in found.objects] == given_pairs
    assert found.fault == ""


@given(st.text())
def test_objects_and_tail_are_the_whole_text(text):
    found = scan(text)

    assert serialize((each.id, each.value) for each in found.objects) + found.tail == text


@given(st.text(alphabet="0123456789"))
def test_offsets_point_at_the_objects(text):
    found = scan(text, offset=7)

    for each in found.objects:
        assert text[each.offset - 7 :].startswith(each.id)
    if found.fault:
        assert text[found.tail_offset - 7 :] == found.tail


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_object_is_refused_with_its_place(text):
    with pytest.raises(PayloadInvalid) as refusal:
        parse("5802US" + text)

    assert refusal.value.detail == BROKEN[text]
    assert refusal.value.kind == "structure"
    assert refusal.value.deviation.offset == 6


def test_a_broken_object_is_named_if_its_name_can_be_read():
    with pytest.raises(PayloadInvalid) as refusal:
        parse("5804US")

    assert refusal.value.object_id == "58"


@pytest.mark.parametrize("write", [serialize, serialize_bytes])
def test_a_value_has_99_characters_at_most(write):
    assert write([("00", "x" * 99)]) == "0099" + "x" * 99
    with pytest.raises(PayloadInvalid) as refusal:
        write([("00", "x" * 100)])

    assert (refusal.value.object_id, refusal.value.kind) == ("00", "length")


def test_bytes_are_counted_where_bytes_are_meant():
    assert serialize([("59", "Ü")]) == "5901Ü"
    assert serialize_bytes([("59", "Ü")]) == "5902Ü"


@pytest.mark.parametrize("name", ["", "5", "5A", "005", "\u0660\u0660"])
def test_a_name_is_two_digits(name):
    with pytest.raises(PayloadInvalid, match="two digits"):
        serialize([(name, "x")])
