"""Pix: static, dynamic and composite codes, and what the manual asks of each."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.dialects.pix import DIALECT, GUID
from qr.errors import PayloadInvalid, Weight
from qr.payment import Account, Initiation, Mutability, PaymentRequest
from tests.qr.payloads import ask, change, refuse

KEY = "123e4567-e12b-12d1-a456-426655440000"
URL = "pix.example.com/v2/8b3da2f39a4140d1a91abd93113bd441"
BASE = {
    "_02": None,
    "_01": None,
    "_26": {"00": GUID, "01": KEY},
    "_52": "0000",
    "_53": "986",
    "_54": None,
    "_58": "BR",
    "_62": {"05": "***"},
}
RECURRENCE = {"00": GUID, "25": "pix.example.com/qr/v2/rec/2353c790eefb11eaadc10242ac120002"}
REFUSALS = [
    ({"_26": {"00": "br.gov.bcb.pics", "01": KEY}}, "26-00", "value"),
    ({"_26": None, "_02": "4000"}, "26-00", "missing"),
    ({"_26": {"00": GUID}}, "26-01", "missing"),
    ({"_26": {"00": GUID, "01": "a", "25": URL}}, "26-01", "unexpected"),
    ({"_26": {"00": GUID, "01": "Fulano"}}, "26-01", "value"),
    ({"_26": {"00": GUID, "01": "5561912345678"}}, "26-01", "value"),
    ({"_26": {"00": GUID, "01": "+0561912345678"}}, "26-01", "value"),
    ({"_26": {"00": GUID, "01": "123.456.789-09"}}, "26-01", "value"),
    ({"_26": {"00": GUID, "01": KEY.replace("-", "")}}, "26-01", "value"),
    ({"_26": {"00": GUID, "01": KEY[:-1] + "\u0661"}}, "26-01", "value"),
    ({"_26": {"00": GUID, "01": KEY}, "_27": {"00": GUID, "01": KEY}}, "27-00", "duplicate"),
    ({"_26": {"00": GUID, "25": URL}, "_54": "1,5"}, "54", "value"),
    ({"_26": {"00": GUID, "25": URL}, "_54": "-1"}, "54", "value"),
    ({"_26": {"00": GUID, "01": KEY, "03": "1234123"}}, "26-03", "value"),
    ({"_26": {"00": GUID, "25": f"https://{URL[:40]}"}}, "26-25", "value"),
    ({"_26": {"00": GUID, "25": "pix.example.com"}}, "26-25", "value"),
    ({"_53": "840"}, "53", "value"),
    ({"_54": "0.00"}, "54", "value"),
    ({"_58": "AR"}, "58", "value"),
    ({"_62": None}, "62-05", "missing"),
    ({"_62": {"05": "AB-1234"}}, "62-05", "value"),
    ({"_62": {"05": "**"}}, "62-05", "value"),
    ({"_80": {"00": GUID}}, "80-25", "missing"),
]


def write(**changes):
    return change(**(BASE | changes))


@pytest.mark.parametrize(("changes", "object_id", "kind"), REFUSALS, ids=str)
def test_each_rule_names_its_object(changes, object_id, kind):
    assert refuse(DIALECT.decode, write(**changes)) == (object_id, kind)


@pytest.mark.parametrize("place", range(26, 52))
def test_the_template_may_stand_anywhere(place):
    text = write(**{"_26": None, f"_{place}": {"00": GUID.upper(), "01": KEY}})

    assert refuse(DIALECT.decode, text) is None
    [account] = ask(DIALECT, text).accounts
    assert account == Account("pix", KEY, "key", f"{place}-01")
    assert DIALECT.recognize(text)


KEYS = [
    "fulano.2019@example.com",
    "PIX+LOJA@EXAMPLE.COM",
    "12345678909",
    "00038166000105",
    "12ABC34501DE35",
    "+5561912345678",
    KEY,
    KEY.upper(),
]


@pytest.mark.parametrize("key", KEYS)
def test_every_form_of_a_key_is_accepted(key):
    text = write(_26={"00": GUID, "01": key})

    assert refuse(DIALECT.decode, text) is None
    assert DIALECT.read(text).deviations == ()


def test_who_answers_to_an_odd_key_is_for_the_directory_to_say():
    reading = DIALECT.read(write(_26={"00": GUID, "01": "Fulano"}))

    assert [each.weight for each in reading.deviations] == [Weight.TOLERABLE]
    assert reading.is_payable


def test_two_keys_of_two_payees_cannot_be_paid():
    two = {"_26": {"00": GUID, "01": KEY}, "_27": {"00": GUID, "01": "evil@example.com"}}

    assert not DIALECT.read(write(**two)).is_payable


def test_an_address_may_be_in_capitals():
    assert refuse(DIALECT.decode, write(_26={"00": GUID, "25": URL.upper()})) is None


def test_a_dynamic_code_ignores_amount_and_reference():
    text = write(_26={"00": GUID, "25": URL}, _54="0", _62={"05": "RP12345678-2019"})

    assert refuse(DIALECT.decode, text) is None
    request = ask(DIALECT, text)
    assert request.initiation is Initiation.DYNAMIC
    assert request.accounts == (Account("pix", URL, "url", "26-25"),)
    assert request.mutability is Mutability.OPEN


def test_a_recurrence_needs_no_key():
    text = write(_26={"00": GUID}, _80=RECURRENCE)

    assert refuse(DIALECT.decode, text) is None
    assert [each.kind for each in ask(DIALECT, text).accounts] == ["recurrence_url"]


def test_a_dynamic_code_that_may_be_paid_often_stays_so():
    text = write(_01="11", _26={"00": GUID, "25": URL})

    request = ask(DIALECT, text)

    assert request.initiation is Initiation.DYNAMIC
    again = DIALECT.decode(DIALECT.encode(request))
    assert (again.fields["01"], again.request) == ("11", request)


def test_a_recurrence_is_written_beside_a_template_without_key():
    request = PaymentRequest(
        scheme="pix",
        accounts=(Account("pix", RECURRENCE["25"], "recurrence_url"),),
        payee_name="ABC Hammers",
        payee_city="New York",
    )

    fields = DIALECT.decode(DIALECT.encode(request)).fields
    assert (fields["26"], fields["80"]) == ({"00": GUID}, RECURRENCE)


@given(
    key=st.sampled_from(KEYS)
    | st.uuids().map(str)
    | st.from_regex(r"[!-?A-~]{1,30}@[!-?A-~]{1,30}", fullmatch=True),
    amount_minor=st.none() | st.integers(1, 10**10),
    reference=st.from_regex("[A-Za-z0-9]{0,25}", fullmatch=True),
)
def test_every_request_comes_back(key, amount_minor, reference):
    request = PaymentRequest(
        scheme="pix",
        accounts=(Account("pix", key, "key", "26-01"),),
        payee_name="Fulano de Tal",
        payee_city="BRASILIA",
        country="BR",
        category="0000",
        currency="BRL",
        amount_minor=amount_minor,
        mutability=Mutability.OPEN if amount_minor is None else Mutability.FIXED,
        reference=reference,
        extra={} if reference else {"62-05": "***"},
    )

    assert DIALECT.decode(DIALECT.encode(request)).request == request


def test_a_request_that_breaks_a_rule_is_not_written():
    request = PaymentRequest(
        scheme="pix",
        accounts=(Account("pix", KEY, "key"),),
        payee_name="Fulano de Tal",
        payee_city="BRASILIA",
        reference="AB-1234",
    )

    with pytest.raises(PayloadInvalid) as refusal:
        DIALECT.encode(request)

    assert refusal.value.object_id == "62-05"
    assert "26580014br.gov.bcb.pix0136" in DIALECT.encode(replace(request, reference="AB1234"))
