"""What objects ask for, and the objects that ask for it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from qr.dialects.emv_mpm import DIALECT
from qr.errors import PayloadInvalid
from qr.mpm_requests import nest
from qr.payment import Account, Initiation, Mutability, PaymentRequest, Tip, TipKind
from tests.qr.payloads import EXAMPLE, ask, change

REQUEST = PaymentRequest(
    scheme="emv_mpm",
    accounts=(
        Account("visa", "4000123456789012", "card", "02"),
        Account("com.pay", "shop-1", "", "26-01"),
        Account("com.empty", "", "", "27-00"),
    ),
    payee_name="ABC Hammers",
    payee_city="New York",
    country="US",
    category="5251",
    currency="USD",
    amount_minor=1050,
    mutability=Mutability.FIXED,
    tip=Tip(TipKind.PERCENTAGE, None, Decimal("3.00")),
    reference="R-1",
    message="Hammers",
    initiation=Initiation.DYNAMIC,
    extra={"26-02": "till 5", "61": "10001", "62-07": "T1", "64-00": "es", "64-01": "ABC"},
)


def test_a_request_has_every_object():
    request = ask(DIALECT, EXAMPLE)

    assert request.accounts == (
        Account("D15600000000", "", "", "29-00"),
        Account("D15600000001", "", "", "31-00"),
    )
    assert request.payee_name == "BEST TRANSPORT"
    assert (request.amount_minor, request.currency) == (2372, "CNY")
    assert request.tip == Tip(TipKind.PROMPT)
    assert request.extra == {
        "29-05": "A93FO3230Q",
        "31-03": "12345678",
        "62-03": "1234",
        "62-06": "***",
        "62-07": "A6008667",
        "62-09": "ME",
        "64-00": "ZH",
        "64-01": "最佳运输",
        "64-02": "北京",
        "91-00": "A011223344998877",
        "91-07": "12345678",
    }


def test_what_is_encoded_is_understood_alike():
    text = DIALECT.encode(REQUEST)

    assert DIALECT.decode(text).request == REQUEST
    assert text.startswith("0002010102120216400012345678901226")


def test_an_empty_object_leads_to_nobody():
    reading = DIALECT.read(change(_02=""))

    assert reading.request
    assert reading.request.accounts == ()
    assert reading.request.extra == {"02": ""}
    assert not reading.is_payable


@pytest.mark.parametrize(
    ("changes", "amount_minor", "mutability"),
    [
        ({}, 1050, Mutability.FIXED),
        ({"_54": None}, None, Mutability.OPEN),
        ({"_54": "0.00"}, None, Mutability.OPEN),
        ({"_54": "10.505"}, None, Mutability.FIXED),
        ({"_54": "1,2"}, None, Mutability.FIXED),
        ({"_55": "02", "_56": "0.125"}, None, Mutability.FIXED),
        ({"_54": None, "_55": "02", "_56": "0.125"}, None, Mutability.FIXED),
        ({"_54": None, "_55": "02", "_56": "0.12"}, None, Mutability.OPEN),
        ({"_53": "999"}, None, Mutability.FIXED),
    ],
)
def test_an_amount_is_exact_or_none(changes, amount_minor, mutability):
    request = ask(DIALECT, change(**changes))

    assert (request.amount_minor, request.mutability) == (amount_minor, mutability)
    if amount_minor is None and "_54" in changes and changes["_54"]:
        assert request.extra["54"] == changes["_54"]


@pytest.mark.parametrize(
    ("changes", "tip"),
    [
        ({}, None),
        ({"_55": "01"}, Tip(TipKind.PROMPT)),
        ({"_55": "02", "_56": "1.5"}, Tip(TipKind.FIXED, 150)),
        ({"_55": "03", "_57": "0.755"}, Tip(TipKind.PERCENTAGE, None, Decimal("0.755"))),
        ({"_55": "02", "_56": "x"}, None),
        ({"_55": "03", "_57": "x"}, None),
        ({"_55": "01", "_56": "1.00"}, None),
        ({"_55": "04"}, None),
    ],
)
def test_a_tip_is_read_if_its_parts_agree(changes, tip):
    request = ask(DIALECT, change(**changes))

    assert request.tip == tip
    if tip is None:
        left = {path: text for path, text in request.extra.items() if path[0] == "5"}
        unknown = changes.get("_55") in {"02", "03"}
        assert left == {name[1:]: text for name, text in changes.items()} | (
            {"54": "10.50"} if unknown else {}
        )


@pytest.mark.parametrize(
    ("network", "place"), [("visa", "02"), ("mastercard", "04"), ("jcb", "13")]
)
def test_a_card_goes_to_the_first_place_of_its_network(network, place):
    card = Account(network, "4000123456789012", "card")
    request = replace(REQUEST, accounts=(card,), extra={})

    again = ask(DIALECT, DIALECT.encode(request))
    assert again.accounts[0].object_id == place


def test_a_card_of_an_unknown_network_has_no_place():
    request = replace(REQUEST, accounts=(Account("diners", "4000123456789012", "card"),))

    with pytest.raises(PayloadInvalid, match="a place for"):
        DIALECT.encode(request)


@pytest.mark.parametrize("tip", [Tip(TipKind.PROMPT), Tip(TipKind.FIXED, 150), None])
def test_every_tip_is_written(tip):
    request = replace(REQUEST, tip=tip)

    assert DIALECT.decode(DIALECT.encode(request)).request == request


def test_what_the_consumer_shall_fill_in_is_no_reference():
    request = ask(DIALECT, change(_62={"05": "***"}))

    assert request.reference == ""
    assert request.extra == {"62-05": "***"}


def test_an_unknown_point_of_initiation_is_kept():
    request = ask(DIALECT, change(_01="13"))

    assert request.initiation is Initiation.UNKNOWN
    assert request.extra == {"01": "13"}


def test_a_template_that_cannot_be_read_is_kept_whole():
    assert ask(DIALECT, change(_26="no template")).accounts[1] == Account(
        "", "no template", "card", "26"
    )


def test_a_currency_has_a_number():
    with pytest.raises(PayloadInvalid) as refusal:
        DIALECT.encode(replace(REQUEST, currency="XAU"))

    assert refusal.value.object_id == "53"


@pytest.mark.parametrize("amount_minor", [None, 1050])
def test_a_request_wants_a_currency(amount_minor):
    request = replace(REQUEST, currency="", tip=None, amount_minor=amount_minor)

    with pytest.raises(PayloadInvalid) as refusal:
        DIALECT.encode(request)

    assert refusal.value.object_id == "53"


def test_a_share_is_written_in_a_currency_nobody_knows():
    request = ask(DIALECT, change(_53="848", _55="03", _57="3.00"))

    assert (request.currency, request.extra["53"], request.extra["54"]) == ("", "848", "10.50")
    assert request.tip == Tip(TipKind.PERCENTAGE, None, Decimal("3.00"))
    assert ask(DIALECT, DIALECT.encode(request)) == request


def test_an_account_of_no_known_kind_has_no_place():
    with pytest.raises(PayloadInvalid) as refusal:
        DIALECT.encode(replace(REQUEST, accounts=(Account("x", "1", "mystery"),)))

    assert refusal.value.object_id == "02..51"


@pytest.mark.parametrize("text", ["9999999999999", "100000000000", "10000000000.5"])
def test_an_amount_that_fits_without_zeros_is_written_without(text):
    request = ask(DIALECT, change(_54=text))

    assert ask(DIALECT, DIALECT.encode(request)) == request
    assert DIALECT.decode(DIALECT.encode(request)).fields["54"] == text


@pytest.mark.parametrize("amount_minor", [0, 10**13 + 1, 10**15])
def test_an_amount_out_of_range_is_not_written(amount_minor):
    with pytest.raises(PayloadInvalid) as refusal:
        DIALECT.encode(replace(REQUEST, amount_minor=amount_minor))

    assert refusal.value.object_id == "54"


def test_fields_ascend_and_deep_ones_become_text():
    fields = nest({"26-01-01": "b", "26-01-00": "a", "02-00": "c", "00": "01", "26-00": "g"})

    assert fields == {"00": "01", "02": "0001c", "26": {"00": "g", "01": "0001a0101b"}}
    assert list(fields) == ["00", "02", "26"]


def test_a_whole_and_its_parts_cannot_both_be_written():
    assert nest({"26": "whole", "26-00": "part"}) == {"26": "whole"}
