"""PayNow: proxies, the editable flag, and expiries in Singapore's time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.conformance import list_misses
from qr.dialects.paynow import DIALECT, read_expiry
from qr.payment import Account, Initiation, Mutability, PaymentRequest
from tests.qr.dialects.profiles import (
    ask,
    ask_anyway,
    make_requests,
    note,
    refuse,
    take_vectors,
    write,
)

SINGAPORE = timezone(timedelta(hours=8))
BASE = {
    "00": "01",
    "01": "12",
    "26-00": "SG.PAYNOW",
    "26-01": "2",
    "26-02": "201403121W",
    "26-03": "0",
    "26-04": "20301231",
    "52": "0000",
    "53": "702",
    "54": "9.90",
    "58": "SG",
    "59": "ACME",
    "60": "Singapore",
    "62-01": "TQINV-10001",
}
TYPE = "the proxy is a mobile number (0) or a UEN (2)"
MOBILE = "a mobile number is +65 and eight digits"
ENTITY = "a UEN has 9 or 10 characters, then perhaps a suffix, and 16 at most"
EXPIRY = "an expiry is YYYYMMDD or YYYYMMDDHHMMSS"
REFUSALS = [
    ({"26-00": "SG.PAYNEW"}, "26-00",
     "a template with the unique identifier SG.PAYNOW is mandatory"),
    ({"26-01": None}, "26-01", TYPE),
    ({"26-01": "5"}, "26-01", TYPE),
    ({"26-01": "1"}, "26-01", TYPE),
    ({"26-02": None}, "26-02", "a proxy of at most 16 characters is mandatory"),
    ({"26-02": "201403121WSUFFIX7"}, "26-02", "a proxy of at most 16 characters is mandatory"),
    ({"26-02": "2014-0312"}, "26-02", ENTITY),
    ({"26-02": "20140312"}, "26-02", ENTITY),
    ({"26-02": "201403121"}, "26-02", ENTITY),
    ({"26-01": "0"}, "26-02", MOBILE),
    ({"26-01": "0", "26-02": "98765432"}, "26-02", MOBILE),
    ({"26-01": "0", "26-02": "+6012345678"}, "26-02", MOBILE),
    ({"26-03": "2"}, "26-03", "the amount is fixed (0) or may be edited (1)"),
    ({"26-04": "20301331"}, "26-04", EXPIRY),
    ({"26-04": "2030123"}, "26-04", EXPIRY),
    ({"26-04": "2030\u0661\u0662\u0663\u0661"}, "26-04", EXPIRY),
    ({"53": "840"}, "53", "the currency of PayNow is SGD (702)"),
    ({"58": "MY"}, "58", "the country of PayNow is SG"),
]  # fmt: skip
EXPIRIES = {
    "20301231": datetime(2030, 12, 31, 23, 59, 59, tzinfo=SINGAPORE),
    "20301231123456": datetime(2030, 12, 31, 4, 34, 56, tzinfo=UTC),
    "230914205029": datetime(2023, 9, 14, 20, 50, 29, tzinfo=SINGAPORE),
    "": None,
    "20300230": None,
    "2030-12-31": None,
}


@pytest.mark.parametrize("vector", take_vectors("paynow"))
def test_vectors_are_read_and_written(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize(("changes", "object_id", "rule"), REFUSALS, ids=str)
def test_each_rule_names_its_object(changes, object_id, rule):
    assert refuse(DIALECT, write(BASE, changes)) == (object_id, rule)


def test_a_code_is_read_whole():
    text = write(BASE)

    request = ask(DIALECT, text)

    assert DIALECT.recognize(text)
    assert request == PaymentRequest(
        scheme="paynow",
        accounts=(Account("paynow", "201403121W", "proxy", "26-02"),),
        payee_name="ACME",
        payee_city="Singapore",
        country="SG",
        category="0000",
        currency="SGD",
        amount_minor=990,
        mutability=Mutability.FIXED,
        reference="TQINV-10001",
        expires_at=EXPIRIES["20301231"],
        initiation=Initiation.DYNAMIC,
    )


@pytest.mark.parametrize(("text", "moment"), EXPIRIES.items())
def test_a_date_lasts_until_the_end_of_its_day(text, moment):
    assert read_expiry(text) == moment


def test_a_year_of_two_digits_is_remarked():
    assert note(DIALECT, write(BASE, {"26-04": "230914205029"})) == ["26-04"]


@pytest.mark.parametrize(
    ("changes", "mutability", "extra"),
    [
        ({"26-03": "1"}, Mutability.EDITABLE, {}),
        ({"26-03": "0"}, Mutability.FIXED, {}),
        ({"26-03": "1", "54": None}, Mutability.OPEN, {}),
        ({"26-03": "0", "54": None}, Mutability.OPEN, {"26-03": "0"}),
        ({"26-03": None}, Mutability.FIXED, {}),
    ],
)
def test_the_flag_says_whether_the_amount_may_be_edited(changes, mutability, extra):
    request = ask(DIALECT, write(BASE, changes))

    assert (request.mutability, request.extra) == (mutability, extra)


def test_the_flag_is_written_for_what_may_be_edited():
    text = DIALECT.encode(ask(DIALECT, write(BASE, {"26-03": "1"})))

    assert "0009SG.PAYNOW010120210201403121W030110414203012312359595204" in text


def test_a_type_that_the_proxy_contradicts_is_kept():
    request, is_payable = ask_anyway(DIALECT, write(BASE, {"26-01": "0"}))

    assert request.extra == {"26-01": "0"}
    assert not is_payable


def test_a_template_is_found_wherever_it_stands():
    text = write(BASE, {"26": None, "37-00": "sg.paynow", "37-01": "0",
                        "37-02": "+6591234567", "37-03": "1"})  # fmt: skip

    request = ask(DIALECT, text)

    assert request.accounts == (Account("paynow", "+6591234567", "proxy", "37-02"),)
    assert request.extra == {"37-00": "sg.paynow"}
    assert ask(DIALECT, DIALECT.encode(request)) == request


PROXIES = st.from_regex(r"\+65[0-9]{8}|[0-9]{9}[A-Z](?:[A-Z0-9]{3})?", fullmatch=True)


@given(
    make_requests(
        DIALECT,
        PROXIES.map(lambda proxy: (Account("paynow", proxy, "proxy", "26-02"),)),
        mutability=st.sampled_from([Mutability.FIXED, Mutability.EDITABLE]),
        expires_at=st.none()
        | st.datetimes(
            datetime(1000, 1, 2),  # noqa: DTZ001  hypothesis adds the zone
            datetime(9999, 1, 1),  # noqa: DTZ001
            timezones=st.just(UTC),
        ).map(lambda moment: moment.replace(microsecond=0)),
    )
)
def test_every_request_comes_back(request):
    assert ask(DIALECT, DIALECT.encode(request)) == request
