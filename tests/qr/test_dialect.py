"""What every format promises, tried on all of them with real payloads and with damaged ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.dialect import Dialect, Draft
from qr.errors import PayloadInvalid, Weight
from qr.payment import PaymentRequest
from qr.registry import DIALECTS
from tests.qr.payloads import VECTORS

VALID = [vector for vector in VECTORS if vector["valid"]]


@st.composite
def damaged(draw):
    text = draw(st.sampled_from(VECTORS))["payload"]
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 8)))
    return text[:start] + draw(st.text(max_size=4)) + text[end:]


class Plain(Dialect):
    """One line of text, to try what the base class does."""

    name = "plain"
    title = "Plain"

    def recognize(self, text):
        return text.startswith("plain:")

    def parse(self, text):
        head, _, tail = text.removeprefix("plain:").partition(";")
        fields = {"head": head, "tail": tail} if tail else {"head": head}
        return Draft(fields, fields)

    def serialize(self, fields, layout):  # noqa: ARG002  there is one layout
        return "plain:" + ";".join(fields.values())

    def to_request(self, draft):
        """Return None: it asks for nothing."""


@given(damaged(), st.sampled_from(sorted(DIALECTS)))
def test_damaged_text_is_read_or_refused(text, name):
    dialect = DIALECTS[name]
    try:
        reading = dialect.read(text)
        if reading.request is not None:
            dialect.encode(reading.request)
    except PayloadInvalid:
        return


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector["why"])
def test_a_valid_payload_is_written_as_it_was(vector):
    dialect = DIALECTS[vector["format"]]

    reading = dialect.decode(vector["payload"])

    assert dialect.recognize(vector["payload"])
    assert dialect.write(reading) == vector["payload"]
    if reading.request is not None:
        again = dialect.decode(dialect.encode(reading.request))
        assert again.request == reading.request


def test_a_reading_shows_no_text():
    reading = DIALECTS["wechat_code"].decode("120061098828009406")

    assert "120061098828009406" not in repr(reading)


def test_fatal_deviations_forbid_to_pay():
    vector = next(vector for vector in VALID if vector["format"] == "pix")
    reading = DIALECTS["pix"].read(vector["payload"])
    altered = DIALECTS["pix"].read(vector["payload"][:-4] + "0000")

    assert reading.is_payable
    assert altered.deviations[0].weight is Weight.FATAL
    assert not altered.is_payable


def test_what_asks_for_nothing_cannot_be_paid():
    assert not DIALECTS["wechat_code"].decode("120061098828009406").is_payable


def test_a_format_may_be_read_only():
    with pytest.raises(PayloadInvalid, match="only read"):
        Plain().encode(PaymentRequest(scheme="plain"))


def test_a_value_cannot_smuggle_in_another():
    assert Plain().encode_fields({"head": "a", "tail": "b"}) == "plain:a;b"
    with pytest.raises(PayloadInvalid, match="read back"):
        Plain().encode_fields({"head": "a;b"})
