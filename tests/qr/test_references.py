"""Public references: round trips and refusals."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.errors import PayloadInvalid
from qr.references import decode_reference, encode_reference

SOME = encode_reference("ch", UUID(int=42))


@given(st.uuids(), st.sampled_from(["ch", "cl", "py", "rf", "tm"]))
def test_every_identifier_comes_back(identifier, prefix):
    reference = encode_reference(prefix, identifier)

    assert len(reference) == 29
    assert reference == reference.lower()
    assert decode_reference(prefix, reference) == identifier


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        identifier = decode_reference("ch", text)
    except PayloadInvalid:
        return

    assert isinstance(identifier, UUID)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ch",
        "ch_",
        SOME[3:],
        SOME[:-1],
        SOME + "0",
        SOME.replace("ch_", "cl_"),
        SOME.replace("ch_", "CH_"),
        SOME.replace("_", "-"),
        "ch_" + "u" * 26,
        "ch_" + "z" * 26,
        "ch_" + "\x00" * 26,
    ],
)
def test_other_texts_are_refused(text):
    with pytest.raises(PayloadInvalid):
        decode_reference("ch", text)


def test_references_sort_as_their_identifiers_do():
    earlier, later = UUID(int=2**100), UUID(int=2**100 + 1)

    assert encode_reference("ch", earlier) < encode_reference("ch", later)
