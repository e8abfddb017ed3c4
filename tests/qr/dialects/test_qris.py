"""QRIS: payments by the merchant's number, and transfers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.conformance import list_misses
from qr.dialects.qris import DIALECT
from qr.payment import Account, Initiation, Mutability, PaymentRequest, Tip, TipKind
from tests.qr.dialects.profiles import ask, make_requests, note, refuse, take_vectors, write

BASE = {
    "00": "01",
    "01": "11",
    "26-00": "COM.GO-JEK.WWW",
    "26-01": "9360091412345678901",
    "26-02": "G123456789",
    "26-03": "UMI",
    "51-00": "ID.CO.QRIS.WWW",
    "51-02": "ID1020012345678",
    "51-03": "UMI",
    "52": "5812",
    "53": "360",
    "58": "ID",
    "59": "TOKO CONTOH",
    "60": "JAKARTA",
    "61": "10110",
}
TRANSFER = BASE | {
    "01": "12",
    "26": None,
    "51": None,
    "40-00": "ID.CO.BANK.WWW",
    "40-01": "936000141517031392",
    "40-02": "5170313927",
    "40-04": "BANKIDJA",
    "52": "4829",
    "62-08": "DMCT",
    "62-99-00": "00",
    "62-99-01": "a1d64af7470ce64d",
}
PAN = "a number is 9360, the institution's four digits and 8 to 11 more"
MERCHANT = "a merchant's id has up to 15 characters"
CRITERION = "a criterion is UMI, UKE, UME, UBE, URE, PSO or BLU"  # codespell:ignore
PURPOSE = "a transfer's purpose is BOOK, DMCT or XBCT"
REFUSALS = [
    (BASE, {"26-01": None}, "26-01", PAN),
    (BASE, {"26-01": "9360091412345678901" + "2"}, "26-01", PAN),
    (BASE, {"26-01": "93600914123456"}, "26-01", PAN),
    (BASE, {"26-01": "9260091412345678901"}, "26-01", PAN),
    (BASE, {"26-01": "936009141234567X901"}, "26-01", PAN),
    (BASE, {"26-02": None}, "26-02", MERCHANT),
    (BASE, {"26-02": "G" * 16}, "26-02", MERCHANT),
    (BASE, {"26-02": "G1\n2"}, "26-02", MERCHANT),
    (BASE, {"51-02": "ID\u2066"}, "51-02",
     "a national merchant id has up to 15 characters"),
    (BASE, {"26-03": "XXX"}, "26-03", CRITERION),
    (BASE, {"51-00": "ID.CO.QRIZ.WWW"}, "51-00",
     "the identifier in 51 is ID.CO.QRIS.WWW"),
    (BASE, {"51-02": None}, "51-02", "a national merchant id has up to 15 characters"),
    (BASE, {"51-02": "1" * 16}, "51-02", "a national merchant id has up to 15 characters"),
    (BASE, {"51-03": "umi"}, "51-03", CRITERION),
    (BASE, {"26": None, "51-00": "ID.CO.OTHER.WWW"}, "51-00",
     "a template with the unique identifier ID.CO.QRIS.WWW is mandatory"),
    (BASE, {"52": None}, "52", "a merchant category code is mandatory"),
    (BASE, {"53": "840"}, "53", "the currency of QRIS is IDR (360)"),
    (BASE, {"58": "MY"}, "58", "the country of QRIS is ID"),
    (BASE, {"59": "T" * 26}, "59", "the value has 1 to 25 characters"),
    (TRANSFER, {"01": "11"}, "01", "a transfer is for one transaction (12)"),
    (TRANSFER, {"01": None}, "01", "a transfer is for one transaction (12)"),
    (TRANSFER, {"40-01": None}, "40-01", PAN),
    (TRANSFER, {"40-02": None}, "40-02", MERCHANT),
    (TRANSFER, {"40-04": "BANK"}, "40-04", "a BIC has 8 or 11 characters"),
    (TRANSFER, {"52": "5812"}, "52", "a transfer's category is 4829"),
    (TRANSFER, {"62-08": None}, "62-08", PURPOSE),
    (TRANSFER, {"62-08": "GIFT"}, "62-08", PURPOSE),
    (TRANSFER, {"62-99": None}, "62-99", "a transfer carries what makes it unique"),
]  # fmt: skip


@pytest.mark.parametrize("vector", take_vectors("qris"))
def test_vectors_are_read_and_written(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize(("base", "changes", "object_id", "rule"), REFUSALS, ids=str)
def test_each_rule_names_its_object(base, changes, object_id, rule):
    assert refuse(DIALECT, write(base | changes)) == (object_id, rule)


@pytest.mark.parametrize(
    ("base", "changes", "notes"),
    [
        (BASE, {}, []),
        (BASE, {"51": None}, ["51-00"]),
        (BASE, {"61": None}, ["61"]),
        (BASE, {"51-00": "id.or.gpnqr.www"}, []),
        (BASE, {"26": None}, []),
        (BASE, {"26-01": "936000140456789"}, ["26-01"]),
        (BASE, {"59": "KOPI SÜSU", "60": "KÖTA"}, ["59", "60"]),
        (TRANSFER, {}, []),
        (TRANSFER, {"52": None}, ["52"]),
        (TRANSFER, {"40-03": "1"}, []),
    ],
    ids=str,
)
def test_what_is_in_use_is_only_remarked(base, changes, notes):
    assert note(DIALECT, write(base | changes)) == notes


@pytest.mark.parametrize(
    ("base", "changes", "ours"),
    [
        (BASE, {}, True),
        (BASE, {"51": None}, True),
        (BASE, {"26": None}, True),
        (BASE, {"51": None, "58": "MY"}, False),
        (BASE, {"26-01": "1234", "51": None}, False),
        (TRANSFER, {}, True),
    ],
    ids=str,
)
def test_the_repository_or_the_number_tells_qris(base, changes, ours):
    assert DIALECT.recognize(write(base | changes)) is ours


def test_a_payment_with_a_fee_is_read_whole():
    text = write(BASE, {"01": "12", "54": "1000", "55": "02", "56": "500", "62-07": "A01"})

    request = ask(DIALECT, text)

    assert request == PaymentRequest(
        scheme="qris",
        accounts=(
            Account("qris", "9360091412345678901", "pan", "26-01"),
            Account("qris", "G123456789", "merchant", "26-02"),
            Account("qris", "ID1020012345678", "nmid", "51-02"),
        ),
        payee_name="TOKO CONTOH",
        payee_city="JAKARTA",
        country="ID",
        category="5812",
        currency="IDR",
        amount_minor=100000,
        mutability=Mutability.FIXED,
        tip=Tip(TipKind.FIXED, 50000),
        initiation=Initiation.DYNAMIC,
        extra={"26-00": "COM.GO-JEK.WWW", "26-03": "UMI", "51-03": "UMI", "61": "10110",
               "62-07": "A01"},
    )  # fmt: skip
    assert DIALECT.encode(request) == text


def test_a_transfer_comes_back():
    text = write(TRANSFER, {"54": "50000"})

    request = ask(DIALECT, text)

    assert request.message == "DMCT"
    assert request.amount_minor == 5000000
    assert DIALECT.encode(request) == text


EXTRA = {"26-00": "COM.GO-JEK.WWW", "61": "10110"}


@given(
    make_requests(
        DIALECT,
        st.tuples(
            st.from_regex("9360[0-9]{12,15}", fullmatch=True),
            st.from_regex("[A-Z0-9]{1,15}", fullmatch=True),
        ).map(
            lambda values: (
                Account("qris", values[0], "pan", "26-01"),
                Account("qris", values[1], "merchant", "26-02"),
                Account("qris", values[1], "nmid", "51-02"),
            )
        ),
        extra=st.just(EXTRA),
    )
)
def test_every_request_comes_back(request):
    assert ask(DIALECT, DIALECT.encode(request)) == request
