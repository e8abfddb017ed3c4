"""VietQR: the beneficiary's bank and account, the service, and VNPAY's merchants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr import mpm
from qr.conformance import list_misses
from qr.dialects.vietqr import DIALECT
from qr.payment import Account, Initiation, Mutability, PaymentRequest
from tests.qr.dialects.profiles import ask, make_requests, refuse, take_vectors, write

BASE = {
    "00": "01",
    "01": "11",
    "38-00": "A000000727",
    "38-01-00": "970415",
    "38-01-01": "113366668888",
    "38-02": "QRIBFTTA",
    "53": "704",
    "58": "VN",
}
VNPAY = (
    "00020101021126280010A0000007750110010531314453037045408210900005802VN5910CELLPHONES"
    "62600312CPSHN ONLINE0517021908061613127850705ONLHN0810CellphoneS63047685"
)
ONE_OF = "a template with the unique identifier A000000727 or A000000775 is mandatory"
SERVICE = "a service is QRIBFTTA (account), QRIBFTTC (card), QRPUSH or QRCASH"
REFUSALS = [
    ({"01": None}, "01", "the point of initiation is mandatory, 11 or 12"),
    ({"38-00": "A000000728"}, "38-00", ONE_OF),
    ({"38": None, "02": "4000"}, "38-00", ONE_OF),
    ({"38-01": None}, "38-01", "a beneficiary is mandatory"),
    ({"38-01-00": None}, "38-01-00", "a bank is a BIN of six digits"),
    ({"38-01-00": "97041"}, "38-01-00", "a bank is a BIN of six digits"),
    ({"38-01-01": None}, "38-01-01", "an account has up to 19 letters or digits"),
    ({"38-01-01": "1" * 20}, "38-01-01", "an account has up to 19 letters or digits"),
    ({"38-01-01": "1133 6666"}, "38-01-01", "an account has up to 19 letters or digits"),
    ({"38-02": "QRIBFTTC"}, "38-01-01", "a card has 16 to 19 digits"),
    ({"38-02": None, "38-01-02": "QRIBFTTA"}, "38-01-02",
     "the service stands beside the beneficiary, not in it"),
    ({"38-02": "QRIBFTTX"}, "38-02", SERVICE),
    ({"53": "840"}, "53", "the currency of VietQR is VND (704)"),
    ({"58": "LA"}, "58", "the country of VietQR is VN"),
    ({"62-08": "x" * 26}, "62-08", "the value has 1 to 25 characters"),
]  # fmt: skip


@pytest.mark.parametrize("vector", take_vectors("vietqr"))
def test_vectors_are_read_and_written(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize(("changes", "object_id", "rule"), REFUSALS, ids=str)
def test_each_rule_names_its_object(changes, object_id, rule):
    assert refuse(DIALECT, write(BASE, changes)) == (object_id, rule)


def test_a_beneficiary_that_is_no_objects_is_refused():
    fields = mpm.read(write(BASE)).fields
    broken = fields | {"38": fields["38"] | {"01": "0006970415011311336666888"}}

    assert refuse(DIALECT, mpm.write(broken)) == (
        "38-01",
        "the template consists of objects",
    )


def test_two_accounts_in_one_beneficiary_cannot_be_paid():
    fields = mpm.read(write(BASE)).fields
    beneficiary = fields["38"]["01"] + "01041234"
    text = mpm.write(fields | {"38": fields["38"] | {"01": beneficiary}})

    assert refuse(DIALECT, text) == ("38-01-01", "a name stands once at its level")
    assert not DIALECT.read(text).is_payable


def test_a_transfer_to_a_card_is_read_whole():
    changes = {"38-01-01": "9704031101234567", "38-02": "QRIBFTTC", "54": "180000"}

    request = ask(DIALECT, write(BASE, changes | {"62-08": "don hang"}))

    assert request == PaymentRequest(
        scheme="vietqr",
        accounts=(
            Account("vietqr", "970415", "bank", "38-01-00"),
            Account("vietqr", "9704031101234567", "card", "38-01-01"),
        ),
        country="VN",
        currency="VND",
        amount_minor=180000,
        mutability=Mutability.FIXED,
        message="don hang",
        initiation=Initiation.STATIC,
    )
    assert ask(DIALECT, DIALECT.encode(request)) == request


def test_a_request_without_paths_is_a_transfer_to_an_account():
    request = PaymentRequest(
        scheme="vietqr",
        accounts=(Account("vietqr", "970415", "bank"), Account("vietqr", "0011", "account")),
        currency="VND",
        amount_minor=1000,
    )

    text = DIALECT.encode(request)

    assert text == write(BASE, {"01": "12", "38-01-01": "0011", "54": "1000"})


def test_a_merchant_of_vnpay_is_read():
    request = ask(DIALECT, VNPAY)

    assert DIALECT.recognize(VNPAY)
    assert request.accounts == (Account("vietqr", "0105313144", "vnpay", "26-01"),)
    assert request.amount_minor == 21090000
    assert ask(DIALECT, DIALECT.encode(request)) == request


def test_another_service_is_kept():
    request = ask(DIALECT, write(BASE, {"38-02": "QRPUSH"}))

    assert request.extra == {"38-02": "QRPUSH"}
    assert DIALECT.encode(request) == write(BASE, {"38-02": "QRPUSH"})


ACCOUNTS = st.tuples(
    st.from_regex("[0-9]{6}", fullmatch=True),
    st.from_regex("[0-9A-Z]{1,19}", fullmatch=True),
).map(
    lambda values: (
        Account("vietqr", values[0], "bank", "38-01-00"),
        Account("vietqr", values[1], "account", "38-01-01"),
    )
)


@given(make_requests(DIALECT, ACCOUNTS))
def test_every_request_comes_back(request):
    assert ask(DIALECT, DIALECT.encode(request)) == request
