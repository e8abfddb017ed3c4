"""SGQR: the label's own template, and the schemes' places."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr import mpm
from qr.conformance import list_misses
from qr.dialects.sgqr import DIALECT
from qr.payment import Account
from tests.qr.dialects.profiles import (
    LABELS,
    ask,
    make_requests,
    refuse,
    take_vectors,
    write,
)
from tests.qr.payloads import VECTORS

LABEL = {
    "51-00": "SG.SGQR",
    "51-01": "180307510317",
    "51-02": "01.0003",
    "51-03": "081006",
    "51-04": "02",
    "51-05": "138",
    "51-06": "Counter01",
    "51-07": "20180407",
}
BASE = LABEL | {
    "00": "01",
    "01": "11",
    "26-00": "SG.COM.NETS",
    "26-01": "02014018328311288235900",
    "27-00": "SG.PAYNOW",
    "27-01": "2",
    "27-02": "201403121W",
    "52": "0000",
    "53": "702",
    "58": "SG",
    "59": "FOOD XYZ PTE LTD",
    "60": "SINGAPORE",
}
REFUSALS = [
    ({"51-00": "SG.SGQS"}, "51-00",
     "a template with the unique identifier SG.SGQR is mandatory"),
    ({"51": None}, "51-00", "a template with the unique identifier SG.SGQR is mandatory"),
    ({"51-01": None}, "51-01", "an SGQR ID is YYMMDD and six hexadecimal digits"),
    ({"51-01": "18030751031G"}, "51-01", "an SGQR ID is YYMMDD and six hexadecimal digits"),
    ({"51-01": "181307510317"}, "51-01", "an SGQR ID is YYMMDD and six hexadecimal digits"),
    ({"51-02": "1.0003"}, "51-02", "a version is two digits, a point and four"),
    ({"51-03": None}, "51-03", "a postal code has 6 to 10 digits"),
    ({"51-04": "1"}, "51-04", "a level has two or three characters"),
    ({"51-05": "123456"}, "51-05", "a unit has up to five characters"),
    ({"51-06": None}, "51-06", "the miscellaneous part has up to ten characters"),
    ({"51-07": "180407"}, "51-07", "the date of the version is YYYYMMDD"),
    ({"51-07": "20180230"}, "51-07", "the date of the version is YYYYMMDD"),
    ({"27-01": "9"}, "27-01", "the proxy is a mobile number (0) or a UEN (2)"),
    ({"27-02": "2014\x0003121W"}, "27-02", "a proxy of at most 16 characters is mandatory"),
    ({"27-02": None}, "27-02", "a proxy of at most 16 characters is mandatory"),
    ({"27-00": "SG.COM.nets"}, "27-00", "a scheme takes one place"),
    ({"53": "840"}, "53", "the currency of SGQR is SGD (702)"),
    ({"58": "MY"}, "58", "the country of SGQR is SG"),
    ({"60": "Johor"}, "60", "the city is Singapore"),
]  # fmt: skip


@pytest.mark.parametrize("vector", take_vectors("sgqr"))
def test_vectors_are_read_and_written(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize(("changes", "object_id", "rule"), REFUSALS, ids=str)
def test_each_rule_names_its_object(changes, object_id, rule):
    assert refuse(DIALECT, write(BASE, changes)) == (object_id, rule)


def test_schemes_stand_in_ascending_order():
    fields = mpm.read(write(BASE)).fields
    late = {"00": "01", "27": fields["27"], **fields}

    assert refuse(DIALECT, mpm.write(late)) == (
        "26",
        "the schemes from 26 to 50 stand in ascending order",
    )
    assert DIALECT.read(mpm.write(late)).is_payable


def test_the_label_of_the_specification_names_every_account():
    vector = next(vector for vector in VECTORS if vector["format"] == "sgqr")

    accounts = ask(DIALECT, vector["payload"]).accounts

    assert len(accounts) == 17
    assert accounts[:4] == (
        Account("sgqr", "+621234567890123", "paynow", "36-02"),
        Account("visa", "4761360000000*17", "card", "02"),
        Account("mastercard", "512345678912345", "card", "04"),
        Account("amex", "1234567890", "card", "11"),
    )
    assert accounts[-1] == Account("SG.AIRPAY", "A11BC0000X", "", "37-01")


def test_a_label_with_paynow_is_recognised():
    assert DIALECT.recognize(write(BASE))
    assert not DIALECT.recognize(write(BASE, {"51": None}))


@given(make_requests(
    DIALECT,
    st.tuples(LABELS, LABELS).map(lambda values: (
        Account("sgqr", values[0][:16], "paynow", "27-02"),
        Account("visa", values[1], "card", "02"),
        Account("SG.COM.NETS", values[0], "", "26-01"),
    )),
    payee_city=st.just("Singapore"),
))  # fmt: skip
def test_every_request_comes_back(request):
    request = replace(request, extra=LABEL | {"27-01": "2"})

    assert ask(DIALECT, DIALECT.encode(request)) == request
