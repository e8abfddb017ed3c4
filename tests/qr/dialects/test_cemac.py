"""CEMAC: the merchant's number under an application, and the norm's own template in 62."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.conformance import list_misses
from qr.dialects.cemac import DIALECT
from qr.payment import Account, Initiation, Mutability, PaymentRequest
from tests.qr.dialects.profiles import ask, make_requests, refuse, take_vectors, write

BASE = {
    "00": "01",
    "01": "12",
    "02-00": "A15600000000",
    "02-01": "1245825993000001",
    "52": "5462",
    "53": "950",
    "54": "07550",
    "58": "CG",
    "59": "BOULANGERIE PAIN D OR",
    "60": "BRAZZAVILLE",
    "62-50-00": "A0000006561010",
    "62-50-01": "31003",
    "62-50-02": "10790001",
    "62-50-03": "https://paindor.cg/pmt/t01",
}
IDENTIFIER = "a template with the unique identifier is mandatory"
NUMBER = "a merchant's number of 8 to 19 digits"
REFUSALS = [
    ({"02-00": "CG.EXAMPLE"}, "02-00", IDENTIFIER),
    ({"02": None, "04": "5400"}, "02-00", IDENTIFIER),
    ({"02": None, "26-00": "cg.example", "26-01": "1245825993000001"}, "26-00", IDENTIFIER),
    ({"02-01": None}, "02-01", NUMBER),
    ({"02-01": "12458259930000O1"}, "02-01", NUMBER),
    ({"62-50": None}, "62-50-00", IDENTIFIER),
    ({"62-50-00": "31003"}, "62-50-00", IDENTIFIER),
    ({"62-50-01": "31 003"}, "62-50-01", "a member's code is letters and digits"),
    ({"62-50-02": "a b"}, "62-50-02", "an alias has no blanks"),
    ({"62-50-03": "paindor.cg"}, "62-50-03", "an address to notify is a web address"),
    ({"53": "952"}, "53", "the currency of CEMAC is XAF (950)"),
    ({"58": "CD"}, "58", "the country of CEMAC is CM or CF or CG or GA or GQ or TD"),
]


@pytest.mark.parametrize("vector", take_vectors("cemac"))
def test_vectors_are_read_and_written(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize(("changes", "object_id", "rule"), REFUSALS, ids=str)
def test_each_rule_names_its_object(changes, object_id, rule):
    assert refuse(DIALECT, write(BASE, changes)) == (object_id, rule)


def test_the_norms_example_is_read_whole_in_its_own_currency():
    text = write(BASE)

    request = ask(DIALECT, text)

    assert DIALECT.recognize(text)
    assert request == PaymentRequest(
        scheme="cemac",
        accounts=(Account("cemac", "1245825993000001", "merchant", "02-01"),),
        payee_name="BOULANGERIE PAIN D OR",
        payee_city="BRAZZAVILLE",
        country="CG",
        category="5462",
        currency="XAF",
        amount_minor=7550,
        mutability=Mutability.FIXED,
        initiation=Initiation.DYNAMIC,
        extra={
            "02-00": "A15600000000",
            "62-50-00": "A0000006561010",
            "62-50-01": "31003",
            "62-50-02": "10790001",
            "62-50-03": "https://paindor.cg/pmt/t01",
        },
    )
    assert DIALECT.encode(request) == write(BASE, {"54": "7550"})


def test_the_template_may_stand_at_26():
    changes = {"02": None, "26-00": "A15600000000", "26-01": "1245825993000001"}

    assert refuse(DIALECT, write(BASE, changes)) is None


@given(
    make_requests(
        DIALECT,
        st.from_regex("[0-9]{16}", fullmatch=True).map(
            lambda number: (Account("cemac", number, "merchant", "26-01"),)
        ),
        extra=st.just({"26-00": "A15600000000", "62-50-00": "A0000006561010"}),
    )
)
def test_every_request_comes_back(request):
    assert ask(DIALECT, DIALECT.encode(request)) == request
