"""A charge as an EMVCo code: read back as it was written, and by any reader of the standard."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr import mpm
from qr.charge_codes import (
    ChargeCode,
    decode_charge_code,
    encode_charge_code,
    is_of_host,
    make_guid,
)
from qr.errors import PayloadInvalid
from qr.links import encode_token
from qr.recognition import Nature, recognize
from tests.qr.payloads import EXAMPLE, FIELDS

HOST = "pay.example"
CODE = ChargeCode(
    token=UUID("0190f3c2-5b1a-7c3d-9e4f-0123456789ab"),
    amount_minor=480,
    currency="EUR",
    country="IE",
    name="Harbour Corner",
    city="Dublin",
    reference="7K4M92QX",
    terminal="Till 1",
)
TEXT = encode_charge_code(CODE, host=HOST)


def test_a_shop_says_what_it_sells():
    code = replace(CODE, category="5814")

    text = encode_charge_code(code, host=HOST)

    assert mpm.decode(text).fields["52"] == "5814"
    assert decode_charge_code(text, host=HOST) == code
    assert decode_charge_code(TEXT, host=HOST).category == ""


def test_a_charge_is_a_dynamic_code_of_the_standard():
    fields = mpm.decode(TEXT).fields

    assert fields == {
        "00": "01",
        "01": "12",
        "26": {"00": make_guid(HOST), "01": encode_token(CODE.token)},
        "52": "0000",
        "53": "978",
        "54": "4.80",
        "58": "IE",
        "59": "Harbour Corner",
        "60": "Dublin",
        "62": {"05": "7K4M92QX", "07": "Till 1"},
        "63": TEXT[-4:],
    }
    assert len(TEXT) == 173


def test_anybody_else_reads_who_asks_for_how_much():
    found = recognize(TEXT)

    assert (found.nature, found.format) == (Nature.PAYMENT, "emv_mpm")
    assert found.reading
    request = found.reading.request
    assert request
    assert is_of_host(request, HOST)
    assert not is_of_host(request, "pay.test")
    assert not is_of_host(None, HOST)
    assert (request.payee_name, request.amount_minor, request.currency) == (
        "Harbour Corner",
        480,
        "EUR",
    )


def test_a_charge_is_read_back():
    assert decode_charge_code(f" {TEXT}\n", host="PAY.example") == CODE


@given(
    st.uuids(),
    st.integers(1, 999_999_999_999),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.text(max_size=80),
    st.text(max_size=80),
    st.text(max_size=40),
)
def test_whatever_a_shop_is_called_its_charges_come_back(
    token, amount_minor, currency, name, city, terminal
):
    code = replace(
        CODE, token=token, currency=currency, name=name, city=city, terminal=terminal
    )
    code = replace(code, amount_minor=min(amount_minor, 10**10))

    read = decode_charge_code(encode_charge_code(code, host=HOST), host=HOST)

    assert (read.token, read.amount_minor, read.currency) == (
        token,
        code.amount_minor,
        currency,
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Café Zoë", "Cafe Zoe"),
        ("港灣小店", "7K4M92QX"),
        ("A" * 40, "A" * 25),
        ("Tab\tand\u202eturn", "Tabandturn"),
    ],
)
def test_names_are_written_in_the_common_character_set(name, written):
    text = encode_charge_code(replace(CODE, name=name), host=HOST)

    assert mpm.decode(text).values["59"] == written


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE,
        TEXT.replace("4.80", "1.80"),
        TEXT[:-1],
        "",
        "0002",
        encode_charge_code(CODE, host="pay.example:81"),
        mpm.write({**FIELDS, "26": {"00": make_guid(HOST)}}),
        mpm.write({**FIELDS, "54": "", "26": {"00": make_guid(HOST), "01": "0" * 26}}),
    ],
)
def test_other_texts_are_no_charges_here(text):
    with pytest.raises(PayloadInvalid):
        decode_charge_code(text, host=HOST)


def test_each_installation_has_its_own_identifier():
    assert make_guid(HOST) == make_guid("PAY.EXAMPLE")
    assert make_guid(HOST) != make_guid("pay.example:81")
    assert len(make_guid(HOST)) == 32


def test_a_currency_without_number_is_refused():
    with pytest.raises(PayloadInvalid):
        encode_charge_code(replace(CODE, currency="XXX"), host=HOST)
