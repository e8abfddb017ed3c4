"""QR Ph: transfers between persons, and payments to merchants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.conformance import list_misses
from qr.dialects.qrph import DIALECT
from qr.payment import Account, Initiation, Mutability, PaymentRequest
from tests.qr.dialects.profiles import ask, make_requests, note, refuse, take_vectors, write

BASE = {"00": "01", "01": "11", "53": "608", "58": "PH", "59": "S and R", "60": "Taguig"}
MERCHANT = BASE | {
    "28-00": "ph.ppmi.p2m",
    "28-01": "GXCHPHM2XXX",
    "28-03": "217020000054698716099",
    "28-05": "000",
    "52": "5814",
    "62-00": "ph.ppmi.qrph",
    "62-05": "217050000066990134094",
}
PERSON = BASE | {
    "27-00": "com.p2pqrpay",
    "27-01": "BNORPHMMXXX",
    "27-02": "99964403",
    "27-04": "5267270022100867",
    "52": "6016",
}
ONE_OF = "a template with the unique identifier com.p2pqrpay or ph.ppmi.p2m is mandatory"
BIC = "a participant's BIC of 8 or 11 characters is mandatory"
REFUSALS = [
    (MERCHANT, {"28-00": "ph.dpmi.p2m"}, "28-00", ONE_OF),
    (MERCHANT, {"28": None, "02": "4000"}, "27-00", ONE_OF),
    (MERCHANT, {"28-01": None}, "28-01", BIC),
    (MERCHANT, {"28-01": "GXCHPHM2X"}, "28-01", BIC),
    (MERCHANT, {"28-03": None}, "28-03", "a merchant's id is mandatory"),
    (MERCHANT, {"28-05": "0"}, "28-05", "a payment type has three digits"),
    (MERCHANT, {"53": "840"}, "53", "the currency of QR Ph is PHP (608)"),
    (MERCHANT, {"58": "MY"}, "58", "the country of QR Ph is PH"),
    (PERSON, {"27-00": "com.p2pqrpays"}, "27-00", ONE_OF),
    (PERSON, {"27-01": None}, "27-01", BIC),
    (PERSON, {"27-02": None}, "27-02", "the payment type is 99964403"),
    (PERSON, {"27-02": "9996440"}, "27-02", "the payment type is 99964403"),
    (PERSON, {"27-02": "99960300"}, "27-02", "the payment type is 99964403"),
    (PERSON, {"27-04": None}, "27-04", "an account or a mobile number is mandatory"),
    (PERSON, {"27-04": "1" * 35}, "27-04", "an account has up to 34 characters"),
    (PERSON, {"27-05": "none"}, "27-05", "a mobile number is digits and hyphens"),
]


@pytest.mark.parametrize("vector", take_vectors("qrph"))
def test_vectors_are_read_and_written(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize(("base", "changes", "object_id", "rule"), REFUSALS, ids=str)
def test_each_rule_names_its_object(base, changes, object_id, rule):
    assert refuse(DIALECT, write(base, changes)) == (object_id, rule)


def test_the_additional_data_may_be_named():
    assert note(DIALECT, write(MERCHANT)) == ["62-00"]
    assert note(DIALECT, write(MERCHANT, {"62-00": "com.paymaya.qr"})) == ["62-00", "62-00"]
    assert note(DIALECT, write(MERCHANT, {"62-00": None})) == []


def test_a_merchants_code_is_read_whole():
    text = write(MERCHANT, {"28-00": "ph.ppmi.p2micro", "54": "1.00"})

    request = ask(DIALECT, text)

    assert DIALECT.recognize(text)
    assert request == PaymentRequest(
        scheme="qrph",
        accounts=(Account("qrph", "217020000054698716099", "merchant", "28-03"),),
        payee_name="S and R",
        payee_city="Taguig",
        country="PH",
        category="5814",
        currency="PHP",
        amount_minor=100,
        mutability=Mutability.FIXED,
        reference="217050000066990134094",
        initiation=Initiation.STATIC,
        extra={"28-00": "ph.ppmi.p2micro", "28-01": "GXCHPHM2XXX", "28-05": "000",
               "62-00": "ph.ppmi.qrph"},
    )  # fmt: skip
    assert DIALECT.encode(request) == text


def test_a_persons_code_is_read():
    text = write(PERSON)

    assert note(DIALECT, text) == []
    assert ask(DIALECT, text).accounts == (
        Account("qrph", "5267270022100867", "account", "27-04"),
    )


def test_a_mobile_number_will_do():
    text = write(PERSON, {"27-04": None, "27-05": "+63-906-04987415"})

    assert refuse(DIALECT, text) is None


@given(make_requests(
    DIALECT,
    st.from_regex("[0-9]{10,16}", fullmatch=True).map(
        lambda number: (Account("qrph", number, "account", "27-04"),)
    ),
    extra=st.just({"27-01": "BNORPHMMXXX", "27-02": "99964403"}),
))  # fmt: skip
def test_every_transfer_comes_back(request):
    assert ask(DIALECT, DIALECT.encode(request)) == request


@given(make_requests(
    DIALECT,
    st.from_regex("[0-9]{10,21}", fullmatch=True).map(
        lambda number: (Account("qrph", number, "merchant", "28-03"),)
    ),
    extra=st.just({"28-01": "GXCHPHM2XXX", "62-00": "ph.ppmi.qrph"}),
))  # fmt: skip
def test_every_payment_comes_back(request):
    assert ask(DIALECT, DIALECT.encode(request)) == request
