"""PromptPay: one alias for a transfer, biller and references for a bill."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.conformance import list_misses
from qr.dialects.promptpay import DIALECT
from qr.payment import Account, Initiation, Mutability, PaymentRequest
from tests.qr.dialects.profiles import (
    LABELS,
    ask,
    ask_anyway,
    make_requests,
    note,
    refuse,
    take_vectors,
    write,
)

BASE = {"00": "01", "01": "11", "53": "764", "58": "TH"}
TRANSFER = BASE | {"29-00": "A000000677010111", "29-01": "0066812223333"}
BILL = BASE | {
    "30-00": "A000000677010112",
    "30-01": "099400016550100",
    "30-02": "INV001",
    "30-03": "CUST42",
    "62-07": "SCB",
}
ONE_PROXY = "a transfer names one of mobile number, national id, e-wallet, bank account"
AIDS = "a template with the unique identifier A000000677010111 or A000000677010112 is mandatory"
BILLER = "a biller is 13 digits and a suffix of two"
REFUSALS = [
    (TRANSFER, {"29-00": "A000000677010119"}, "29-00", AIDS),
    (TRANSFER, {"29": None, "02": "4000"}, "29-00", AIDS),
    (TRANSFER, {"29-01": None}, "29-01", ONE_PROXY),
    (TRANSFER, {"29-02": "1234567890123"}, "29-02", ONE_PROXY),
    (TRANSFER, {"29-04": "0141234567890"}, "29-04", ONE_PROXY),
    (TRANSFER, {"29-01": "006681222333"}, "29-01",
     "a mobile number is 0066 and nine digits"),
    (TRANSFER, {"29-01": "0065812223333"}, "29-01",
     "a mobile number is 0066 and nine digits"),
    (TRANSFER, {"29-01": None, "29-02": "123456789012"}, "29-02",
     "a national id or tax number has 13 digits"),
    (TRANSFER, {"29-01": None, "29-03": "12345678901234"}, "29-03",
     "an e-wallet has 15 digits"),
    (TRANSFER, {"29-01": None, "29-04": "014 1234567"}, "29-04",
     "a bank account is the bank's three digits and up to 40 characters"),
    (TRANSFER, {"29-00": "A000000677010114"}, "29-05",
     "a payer's authorization has ten characters"),
    (TRANSFER, {"53": "840"}, "53", "the currency of PromptPay is THB (764)"),
    (TRANSFER, {"58": "LA"}, "58", "the country of PromptPay is TH"),
    (BILL, {"30-00": "A000000677010111"}, "30-00", AIDS),
    (BILL, {"30-01": None}, "30-01", BILLER),
    (BILL, {"30-01": "09940001655010A"}, "30-01", BILLER),
    (BILL, {"30-01": "09940001655010"}, "30-01", BILLER),
    (BILL, {"30-02": None}, "30-02", "a first reference of up to 20 is mandatory"),
    (BILL, {"30-03": "C" * 21}, "30-03", "a second reference has up to 20 characters"),
]  # fmt: skip
KINDS = {
    "mobile": ("29-01", "0066[0-9]{9}"),
    "national_id": ("29-02", "[0-9]{13}"),
    "ewallet": ("29-03", "[0-9]{15}"),
    "bank_account": ("29-04", "[0-9]{10,13}"),
}


def make_transfers(kind):
    place, pattern = KINDS[kind]
    values = st.from_regex(pattern, fullmatch=True)
    accounts = values.map(lambda value: (Account("promptpay", value, kind, place),))
    return make_requests(DIALECT, accounts)


# Once: to build a strategy takes longer than to draw from it.
TRANSFERS = {kind: make_transfers(kind) for kind in KINDS}


@pytest.mark.parametrize("vector", take_vectors("promptpay"))
def test_vectors_are_read_and_written(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize(("base", "changes", "object_id", "rule"), REFUSALS, ids=str)
def test_each_rule_names_its_object(base, changes, object_id, rule):
    assert refuse(DIALECT, write(base, changes)) == (object_id, rule)


def test_a_bill_is_read_whole():
    text = write(BILL, {"54": "250.50", "62-05": "8877"})

    request = ask(DIALECT, text)

    assert DIALECT.recognize(text)
    assert request == PaymentRequest(
        scheme="promptpay",
        accounts=(Account("promptpay", "099400016550100", "biller", "30-01"),),
        country="TH",
        currency="THB",
        amount_minor=25050,
        mutability=Mutability.FIXED,
        reference="INV001",
        initiation=Initiation.STATIC,
        extra={"30-03": "CUST42", "62-05": "8877", "62-07": "SCB"},
    )
    assert ask(DIALECT, DIALECT.encode(request)) == request


def test_the_message_of_a_wallet_is_kept_as_it_stands():
    hello = "00480065006C006C006F"
    text = write(TRANSFER, {"29-01": None, "29-03": "140000801111111", "81": hello})

    reading = DIALECT.decode(text)

    assert note(DIALECT, text)[0] == "81"
    assert reading.fields["81"] == hello
    assert reading.request
    assert reading.request.extra == {"81": hello}
    assert DIALECT.encode(reading.request) == text


@pytest.mark.parametrize(
    ("base", "changes"),
    [
        (BILL, {"30-00": "A000000677012006"}),
        (TRANSFER, {"29-00": "A000000677010114", "29-05": "1234567890"}),
    ],
)
def test_both_identifiers_of_a_template_are_known(base, changes):
    text = write(base, changes)

    request = ask(DIALECT, text)

    assert ask(DIALECT, DIALECT.encode(request)) == request


def test_unusual_billers_and_references_are_remarked():
    changes = {"30-01": "0994000165501", "30-02": "INV 001"}

    assert note(DIALECT, write(BILL, {"52": "0000", "59": "A", "60": "B"} | changes)) == [
        "30-01",
        "30-02",
    ]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_every_transfer_comes_back(kind, data):
    request = data.draw(TRANSFERS[kind])

    assert ask(DIALECT, DIALECT.encode(request)) == request


@given(
    make_requests(
        DIALECT,
        st.from_regex("[0-9]{15}", fullmatch=True).map(
            lambda value: (Account("promptpay", value, "biller", "30-01"),)
        ),
        reference=LABELS,
    )
)
def test_every_bill_comes_back(request):
    assert ask(DIALECT, DIALECT.encode(request)) == request


def test_a_bill_without_reference_is_not_written():
    request, _ = ask_anyway(DIALECT, write(BILL, {"30-02": None}))

    assert refuse(DIALECT, write(BILL, {"30-02": None}))[0] == "30-02"
    with pytest.raises(ValueError, match="30-02: a first reference of up to 20 is mandatory"):
        DIALECT.encode(request)
