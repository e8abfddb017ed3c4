"""Bharat QR: cards, accounts and UPI addresses; lengths in bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr import mpm
from qr.conformance import list_misses
from qr.dialects.bharatqr import DIALECT, GUID
from qr.payment import Account, Initiation, Mutability, PaymentRequest
from tests.qr.dialects.profiles import ask, make_requests, note, refuse, take_vectors, write

BASE = {
    "00": "01",
    "01": "12",
    "02": "4604901038049061",
    "06": "6100020038049072",
    "08": "UTIB0003144920010032044520",
    "26-00": GUID,
    "26-01": "MAB.037322031440157@AXISBANK",
    "27-00": GUID,
    "27-01": "ORDER123456",
    "52": "8398",
    "53": "356",
    "54": "250.00",
    "58": "IN",
    "59": "INDO ATHLETIC SOCIETY",
    "60": "PUNE",
    "61": "411044",
    "62-05": "INV-1",
    "62-07": "03804907",
}
RUPAY = "a RuPay number has 16 digits and its check digit"
IFSC = "an account is an IFSC of 11 characters and up to 26 more"
VPA = "a virtual payment address of up to 50 is mandatory"
RID = "the identifier of 26, 27 and 28 is A000000524"
TR = "a transaction's reference has 4 to 35 characters"
POINT = "the point of initiation is 11 (static) or 12 (dynamic)"
REFUSALS = [
    ({"06": None, "08": None, "26": None}, "06",
     "a RuPay number, an account (08) or an address (26) is mandatory"),
    ({"06": "6100020038049073"}, "06", RUPAY),
    ({"06": "610002003804907"}, "06", RUPAY),
    ({"08": "UTIB1003144920010032044520"}, "08", IFSC),
    ({"08": "UTIB0003144"}, "08", IFSC),
    ({"08": "UTIB0003144" + "1" * 27}, "08", IFSC),
    ({"26-00": "A000000525"}, "26-00", RID),
    ({"27-00": "A000000525"}, "27-00", RID),
    ({"28-00": "A000000525", "28-01": "123412341234"}, "28-00", RID),
    ({"26-01": None}, "26-01", VPA),
    ({"26-01": "no-address"}, "26-01", VPA),
    ({"26-01": "a" * 42 + "@AXISBANK"}, "26-01", VPA),
    ({"26-02": "1.234"}, "26-02", "a least amount has two decimals"),
    ({"27-01": None}, "27-01", TR),
    ({"27-01": "ABC"}, "27-01", TR),
    ({"27-01": "A" * 36}, "27-01", TR),
    ({"27-02": "https://www.hitachi-payments.com"}, "27-02",
     "an address has up to 26 characters"),
    ({"28-00": GUID, "28-01": "12345"}, "28-01", "an Aadhaar number has 12 digits"),
    ({"28-00": GUID}, "28-01", "an Aadhaar number has 12 digits"),
    ({"28-00": GUID, "28-01": ""}, "28-01", "the value has 1 to 99 characters"),
    ({"01": "41"}, "01", POINT),
    ({"53": "840"}, "53", "the currency of Bharat QR is INR (356)"),
    ({"58": "NP"}, "58", "the country of Bharat QR is IN"),
    ({"59": "S" * 24}, "59", "a merchant name has up to 23 characters"),
    ({"61": None}, "61", "a postal code is mandatory"),
    ({"62-07": None}, "62-07", "a terminal is mandatory with RuPay"),
    ({"62-03": "x" * 27}, "62-03", "the value has 1 to 25 characters"),
]  # fmt: skip


@pytest.mark.parametrize("vector", take_vectors("bharatqr"))
def test_vectors_are_read_and_written(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize(("changes", "object_id", "rule"), REFUSALS, ids=str)
def test_each_rule_names_its_object(changes, object_id, rule):
    assert refuse(DIALECT, write(BASE, changes)) == (object_id, rule)


@pytest.mark.parametrize(
    ("changes", "notes"),
    [
        ({}, []),
        ({"01": "21"}, ["01"]),
        ({"01": None}, []),
        ({"06": None, "62-07": None}, []),
        ({"62-03": "x" * 26}, ["62-03"]),
        ({"59": "राज मेडिकल"}, ["59"]),
        ({"28-00": GUID, "28-01": "123412341234"}, []),
    ],
    ids=str,
)
def test_what_the_scheme_allows_is_only_remarked(changes, notes):
    assert note(DIALECT, write(BASE, changes)) == notes


def test_lengths_count_bytes():
    request = ask(DIALECT, write(BASE, {"59": "राज"}))

    text = DIALECT.encode(request)

    assert "5909राज6004PUNE" in text
    assert note(DIALECT, text) == ["", "59"]
    assert ask(DIALECT, text) == request


def test_a_code_is_read_whole():
    text = write(BASE)

    assert ask(DIALECT, text) == PaymentRequest(
        scheme="bharatqr",
        accounts=(
            Account("bharatqr", "MAB.037322031440157@AXISBANK", "vpa", "26-01"),
            Account("visa", "4604901038049061", "card", "02"),
            Account("rupay", "6100020038049072", "card", "06"),
            Account("ifsc", "UTIB0003144920010032044520", "ifsc_account", "08"),
        ),
        payee_name="INDO ATHLETIC SOCIETY",
        payee_city="PUNE",
        country="IN",
        category="8398",
        currency="INR",
        amount_minor=25000,
        mutability=Mutability.FIXED,
        reference="INV-1",
        initiation=Initiation.DYNAMIC,
        extra={"27-00": GUID, "27-01": "ORDER123456", "61": "411044", "62-07": "03804907"},
    )


@pytest.mark.parametrize(
    ("changes", "mutability"),
    [
        ({"26-02": "200.00"}, Mutability.EDITABLE),
        ({"26-02": "200.00", "54": None}, Mutability.OPEN),
        ({}, Mutability.FIXED),
    ],
)
def test_a_least_amount_lets_the_payer_give_more(changes, mutability):
    request = ask(DIALECT, write(BASE, changes))

    assert request.mutability is mutability
    assert ask(DIALECT, DIALECT.encode(request)) == request


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        ({}, True),
        ({"26": None, "27": None}, True),
        ({"06": None, "08": None, "26": None}, True),
        ({"06": None, "08": None, "26": None, "27": None}, False),
        ({"26": None, "27": None, "58": "NP"}, False),
    ],
    ids=str,
)
def test_own_numbers_and_templates_tell_the_scheme(changes, ours):
    assert DIALECT.recognize(write(BASE, changes)) is ours


def test_the_point_of_initiation_of_a_beacon_is_kept():
    request = ask(DIALECT, write(BASE, {"01": "22"}))

    assert request.extra["01"] == "22"
    assert mpm.read(DIALECT.encode(request)).values["01"] == "22"


@given(
    make_requests(
        DIALECT,
        st.from_regex("[a-z0-9.]{2,20}@[a-z]{2,10}", fullmatch=True).map(
            lambda address: (Account("bharatqr", address, "vpa", "26-01"),)
        ),
        extra=st.just({"61": "411044"}),
    )
)
def test_every_request_comes_back(request):
    assert ask(DIALECT, DIALECT.encode(request)) == request
