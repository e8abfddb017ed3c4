"""A consumer's code as a dialect: recognised, kept to the byte, asks for nothing."""

from base64 import b64encode

import pytest

from qr.dialects.emv_cpm import DIALECT
from qr.errors import PayloadInvalid
from tests.qr.payloads import VECTORS

CODES = [vector for vector in VECTORS if vector["format"] == "emv_cpm" and vector["valid"]]


@pytest.mark.parametrize("vector", CODES, ids=lambda vector: vector["why"])
def test_fields_make_the_code(vector):
    reading = DIALECT.decode(vector["payload"])

    assert reading.request is None
    assert DIALECT.recognize(vector["payload"])
    assert DIALECT.encode_fields(reading.fields) == vector["payload"]
    assert DIALECT.write(reading) == vector["payload"]


def test_lengths_are_written_as_wide_as_they_were():
    data = bytes.fromhex("8505435056303161820011" + "4F05A000000055" + "5A081234567890123458")
    text = b64encode(data).decode()

    reading = DIALECT.decode(text)

    assert DIALECT.write(reading) == text
    assert len(DIALECT.encode_fields(reading.fields)) < len(text)


def test_other_texts_are_refused():
    assert not DIALECT.recognize("hello")
    with pytest.raises(PayloadInvalid):
        DIALECT.read("hello")
