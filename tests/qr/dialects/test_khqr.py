"""KHQR: Bakong accounts, riel without decimals, and times in milliseconds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.conformance import list_misses
from qr.dialects.khqr import DIALECT
from qr.payment import Account, Initiation, Mutability, PaymentRequest
from tests.qr.dialects.profiles import (
    ask,
    ask_anyway,
    make_requests,
    refuse,
    take_vectors,
    write,
)

BASE = {
    "00": "01",
    "01": "12",
    "29-00": "john_smith@devb",
    "29-01": "85512233455",
    "29-02": "Dev Bank",
    "52": "5999",
    "53": "840",
    "54": "100",
    "58": "KH",
    "59": "John Smith",
    "60": "PHNOM PENH",
    "99-00": "1726821915797",
    "99-01": "1726822035797",
}
MERCHANT = BASE | {"29": None, "30-00": "shop@devb", "30-01": "123456", "30-02": "Dev Bank"}
STATIC = BASE | {"01": "11", "54": None, "99": None}
MADE = "a dynamic code carries the time it was made"
EXPIRES = "a dynamic code carries the time it expires"
TIME = "a time counts milliseconds since 1970, with 13 digits"
BAKONG = "a Bakong account is name@bank, with 32 characters at most"
RIEL = "an amount in riel has no decimals"
REFUSALS = [
    (BASE, {"29-00": "john_smith"}, "29-00",
     "a template with the unique identifier is mandatory"),
    (BASE, {"29-00": "john smith@devb"}, "29-00", BAKONG),
    (BASE, {"29-00": "john@smith@devb"}, "29-00", BAKONG),
    (BASE, {"29-00": "@devb"}, "29-00", BAKONG),
    (BASE, {"29-00": "j" * 28 + "@devb"}, "29-00", "the value has 1 to 32 characters"),
    (BASE, {"29-01": "1" * 33}, "29-01", "an account has up to 32 characters"),
    (BASE, {"29-02": "B" * 33}, "29-02", "a bank has up to 32 characters"),
    (BASE, {"29-01": "123\x07"}, "29-01", "an account has up to 32 characters"),
    (MERCHANT, {"30-01": "12\u202e3"}, "30-01",
     "a merchant's id of up to 32 characters is mandatory"),
    (MERCHANT, {"30-00": "@devb"}, "30-00", BAKONG),
    (MERCHANT, {"30-01": None}, "30-01",
     "a merchant's id of up to 32 characters is mandatory"),
    (MERCHANT, {"30-02": None}, "30-02", "an acquiring bank of up to 32 is mandatory"),
    (BASE, {"01": "13"}, "01", "the point of initiation is 11 (static) or 12 (dynamic)"),
    (BASE, {"53": "849"}, "53", "the currency of KHQR is KHR or USD (116|840)"),
    (BASE, {"30-00": "evil@devb", "30-01": "1", "30-02": "Dev Bank"}, "30-00",
     "a code is of a person (29) or of a merchant (30)"),
    (BASE, {"54": None}, "54", "a dynamic code carries an amount"),
    (BASE, {"53": "116", "54": "100.50"}, "54", RIEL),
    (BASE, {"58": "VN"}, "58", "the country of KHQR is KH"),
    (BASE, {"99": None}, "99-01", EXPIRES),
    (BASE, {"99-01": None}, "99-01", EXPIRES),
    (BASE, {"01": "11", "99-01": None}, "99-01", EXPIRES),
    (BASE, {"99-01": "17268220357971"}, "99-01", TIME),
    (BASE, {"99-00": None}, "99-00", "a template starts from its unique identifier (00)"),
    (BASE, {"99-00": "172682191579"}, "99-00", TIME),
    (BASE, {"99-01": "1726821915797"}, "99-01", "a code expires after its creation"),
]  # fmt: skip
MOMENT = datetime(2024, 9, 20, 8, 45, 15, 797000, tzinfo=UTC)


@pytest.mark.parametrize("vector", take_vectors("khqr"))
def test_vectors_are_read_and_written(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize(("base", "changes", "object_id", "rule"), REFUSALS, ids=str)
def test_each_rule_names_its_object(base, changes, object_id, rule):
    assert refuse(DIALECT, write(base | changes)) == (object_id, rule)


def test_a_dynamic_code_is_also_told_by_what_it_lacks():
    rules = [each.rule for each in DIALECT.read(write(BASE | {"99": None})).deviations]

    assert rules == [EXPIRES, MADE]


@pytest.mark.parametrize("changes", [{}, {"99-00": "1726821915797"}, {"53": "116"}], ids=str)
def test_a_static_code_needs_no_times(changes):
    assert refuse(DIALECT, write(STATIC | changes)) is None


def test_two_payees_cannot_be_paid():
    second = {"30-00": "evil@devb", "30-01": "1", "30-02": "Dev Bank"}

    assert not DIALECT.read(write(BASE | second)).is_payable


def test_decimals_that_are_zero_are_no_decimals():
    assert refuse(DIALECT, write(BASE, {"53": "116", "54": "100.00"})) is None


def test_a_code_is_read_whole():
    text = write(BASE, {"15": "1974011600520446ACLB10002312081", "62-01": "#12345"})

    request = ask(DIALECT, text)

    assert DIALECT.recognize(text)
    assert request == PaymentRequest(
        scheme="khqr",
        accounts=(
            Account("khqr", "john_smith@devb", "bakong", "29-00"),
            Account("khqr", "85512233455", "account", "29-01"),
            Account("unionpay", "1974011600520446ACLB10002312081", "card", "15"),
        ),
        payee_name="John Smith",
        payee_city="PHNOM PENH",
        country="KH",
        category="5999",
        currency="USD",
        amount_minor=10000,
        mutability=Mutability.FIXED,
        expires_at=MOMENT + timedelta(minutes=2),
        initiation=Initiation.DYNAMIC,
        extra={"29-02": "Dev Bank", "62-01": "#12345", "99-00": "1726821915797"},
    )
    assert ask(DIALECT, DIALECT.encode(request)) == request


def test_riel_are_written_without_decimals():
    text = write(BASE, {"53": "116", "54": "10000"})

    request = ask(DIALECT, text)

    assert request.amount_minor == 1000000
    assert DIALECT.encode(request) == text


@pytest.mark.parametrize("text", ["172682203579", "\u0661" * 13], ids=ascii)
def test_a_time_that_is_none_expires_never(text):
    request, is_payable = ask_anyway(DIALECT, write(BASE, {"99-01": text}))

    assert request.expires_at is None
    assert request.extra["99-01"] == text
    assert not is_payable


ACCOUNTS = st.from_regex("[a-z0-9_]{1,12}@[a-z]{2,8}", fullmatch=True)


@pytest.mark.slow
@given(
    make_requests(
        DIALECT,
        st.one_of(
            ACCOUNTS.map(lambda name: (Account("khqr", name, "bakong", "29-00"),)),
            ACCOUNTS.map(
                lambda name: (
                    Account("khqr", name, "bakong", "29-00"),
                    Account("khqr", name, "account", "29-01"),
                )
            ),
        ),
        amount_minor=st.integers(1, 10**7).map(lambda whole: whole * 100),
        expires_at=st.integers(1, 10**11).map(
            lambda milliseconds: MOMENT + timedelta(milliseconds=milliseconds)
        ),
        extra=st.just({"99-00": "1726822035797"}),
    ).filter(lambda request: request.expires_at > MOMENT + timedelta(minutes=2))
)
def test_every_request_comes_back(request):
    assert ask(DIALECT, DIALECT.encode(request)) == request


@given(ACCOUNTS)
def test_every_merchant_comes_back(name):
    request = PaymentRequest(
        scheme="khqr",
        accounts=(
            Account("khqr", name, "bakong_merchant", "30-00"),
            Account("khqr", "123456", "merchant", "30-01"),
        ),
        payee_name="Shop",
        payee_city="Phnom Penh",
        country="KH",
        category="5999",
        currency="USD",
        extra={"30-02": "Dev Bank"},
    )

    assert ask(DIALECT, DIALECT.encode(request)) == request
