"""UPI links: each rule broken once, and every link forwarded as it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.conformance import list_misses
from qr.dialects.upi import DIALECT
from qr.errors import PayloadInvalid, Weight
from qr.payment import Account, Initiation, Mutability, PaymentRequest
from tests.qr.dialects.profiles import take_vectors
from tests.qr.payloads import VECTORS, demand, refuse

LINK = "upi://pay?pa=shop@okaxis&pn=Shop&am=10.50&cu=INR&tr=A1&mc=5812&tn=Lunch"
SIGNED = next(
    vector["payload"]
    for vector in VECTORS
    if vector["why"].startswith("signed intent with empty tags")
)
# NPCI, UPI Linking Specifications 1.6: the example of a signed link, as implementers quote it.
EXAMPLE = (
    "upi://pay?ver=01&mode=05&orgId=700004&tid=TESTGST123456qazqwe12345hs29hnd1qa2&tr=MerRef123"
    "&tn=GST%20QR&category=02&url=https://www.test.com&pa=merchant@npci&pn=Test%20Merchant"
    "&mc=5411&am=100.00&cu=INR&mid=TST5432&msid=TSTABC123&mtid=TSTABC1234"
    "&gstBrkUp=CGST:08.45|SGST:08.45&qrMedium=02&invoiceNo=BillRef123"
    "&invoiceDate=2019-06-11T13:21:50+05:30&invoiceName=Dummy%20Customer"
    "&QRexpire=2019-06-11T13:21:50+05:30&QRts=2019-06-12T13:21:50+05:30&pinCode=400063"
    "&tier=TIER1&gstIn=GSTNUM1234567890&sign=MEYCIQDaaEAL06Vsn9aNIarP7dai8/h9cMrVvuYe+uly0rYIM"
    "wIhAPRjz6Cj1ZodDLf/NZIGYnW4gypE84DNDzRETQTY1IpM"
)
REFUSALS = {
    "no payee": (LINK.replace("pa=shop@okaxis&", ""), ("pa", "missing")),
    "an empty payee": (LINK.replace("shop@okaxis", ""), ("pa", "value")),
    "no handle": (LINK.replace("@okaxis", ""), ("pa", "value")),
    "a handle of a digit": (LINK.replace("@ok", "@1k"), ("pa", "value")),
    "a handle of one letter": (LINK.replace("@okaxis", "@o"), ("pa", "value")),
    "a payee of one letter": (LINK.replace("shop@", "s@"), ("pa", "value")),
    "two payees": (LINK + "&pa=evil@okaxis", ("pa", "duplicate")),
    "two payees in two cases": (LINK + "&PA=evil@okaxis", ("pa", "duplicate")),
    "no name": (LINK.replace("pn=Shop&", ""), ("pn", "missing")),
    "a blank name": (LINK.replace("Shop", "%20"), ("pn", "value")),
    "a control character": (LINK.replace("Shop", "Shop%0A"), ("pn", "characters")),
    "raw blanks": (LINK.replace("Shop", "A Shop"), ("pn", "characters")),
    "half an escape": (LINK.replace("Shop", "Shop%K"), ("pn", "characters")),
    "bytes that are no text": (LINK.replace("Shop", "%E9"), ("pn", "characters")),
    "words for an amount": (LINK.replace("10.50", "ten"), ("am", "value")),
    "nothing": (LINK.replace("10.50", "0.00"), ("am", "value")),
    "less than nothing": (LINK.replace("10.50", "-1"), ("am", "value")),
    "three decimals": (LINK.replace("10.50", "10.505"), ("am", "value")),
    "a point too many": (LINK.replace("10.50", "10."), ("am", "value")),
    "a comma": (LINK.replace("10.50", "10,50"), ("am", "value")),
    "other digits": (LINK.replace("10.50", "%D9%A1"), ("am", "value")),
    "a script's nothing": (LINK.replace("10.50", "null"), ("am", "value")),
    "a least amount in words": (LINK + "&mam=ten", ("mam", "value")),
    "a least amount above": (LINK + "&mam=10.51", ("mam", "unexpected")),
    "another currency": (LINK.replace("INR", "USD"), ("cu", "value")),
    "small letters": (LINK.replace("INR", "inr"), ("cu", "value")),
    "a long reference": (LINK.replace("A1", "A" * 36), ("tr", "value")),
    "three digits of category": (LINK.replace("5812", "581"), ("mc", "value")),
    "one digit of mode": (LINK + "&mode=1", ("mode", "value")),
    "a short organisation": (LINK + "&orgid=1", ("orgid", "value")),
    "a long purpose": (LINK + "&purpose=000", ("purpose", "value")),
    "a long transaction": (LINK + "&tid=" + "1" * 36, ("tid", "value")),
    "a long terminal": (LINK + "&mtid=" + "1" * 21, ("mtid", "value")),
    "an address of something else": (LINK + "&url=file:///etc", ("url", "value")),
    "a time in words": (LINK + "&QRexpire=soon", ("QRexpire", "value")),
    "a dynamic code without amount": (
        LINK.replace("am=10.50", "mode=15"), ("am", "missing"),
    ),
    "a dynamic code without reference": (LINK.replace("tr=A1", "mode=15"), ("tr", "missing")),
    "a signed mode without signature": (LINK + "&mode=02", ("sign", "missing")),
    "an empty signature": (LINK + "&sign=", ("sign", "value")),
    "no base64": (LINK + "&sign=YQ=", ("sign", "value")),
    "base64 with letters of others": (LINK + "&sign=M%C3%A9==", ("sign", "value")),
    "a parameter after the signature": (
        SIGNED + "&am=999", ("am", "duplicate"),
    ),
    "a new parameter after the signature": (SIGNED + "&mam=1", ("sign", "order")),
    "no value": (LINK + "&x", ("x", "structure")),
    "a mandate": (LINK.replace("//pay", "//mandate"), ("path", "value")),
    "capitals": (LINK.replace("upi://pay", "UPI://PAY"), ("path", "value")),
    "a slash": (LINK.replace("pay?", "pay/?"), ("path", "value")),
    "names in capitals": (LINK.replace("pn=", "PN="), ("pn", "value")),
}  # fmt: skip
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), min_size=1)
LABELS = st.from_regex("[A-Za-z0-9]{1,35}", fullmatch=True)


def decode(text):
    return DIALECT.decode(text)


def read(text):
    return DIALECT.read(text)


@pytest.mark.parametrize("name", REFUSALS)
def test_each_rule_names_its_parameter(name):
    text, expected = REFUSALS[name]

    assert refuse(DIALECT.decode, text) == expected


@pytest.mark.parametrize("vector", take_vectors("upi"))
def test_vectors_are_read_and_written_as_they_say(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize("text", ["upi://pay", "upi:pay?pa=shop@okaxis", "gpay://upi/pay?pa=a"])
def test_what_is_no_link_of_upi_is_refused(text):
    with pytest.raises(PayloadInvalid, match="upi://pay"):
        decode(text)


@pytest.mark.parametrize(
    "text",
    [
        LINK.replace("Shop", "A Shop"),
        LINK.replace("upi://pay", "UPI://Pay"),
        LINK.replace("pn=", "PN="),
        LINK.replace("pn=Shop&", ""),
        LINK + "&mode=02",
        LINK + "&&",
    ],
)
def test_what_is_deployed_is_read_leniently_and_forwarded(text):
    reading = read(text)

    assert DIALECT.recognize(text)
    assert refuse(DIALECT.decode, text)
    assert reading.is_payable
    assert reading.request.amount_minor == 1050
    assert DIALECT.write(reading) == text


@pytest.mark.parametrize("amount", ["", "am=&", "am=0&", "am=0.00&", "am=null&"])
def test_what_says_no_amount_lets_the_payer_type_it(amount):
    reading = read(LINK.replace("am=10.50&", amount))

    assert reading.is_payable
    assert reading.request.mutability is Mutability.OPEN
    assert reading.request.amount_minor is None


@pytest.mark.parametrize("name", ["pn", "tr", "tn", "orgid"])
def test_only_amounts_are_absent_by_a_word(name):
    parameters = {"pa": "shop@okaxis", "pn": "Shop", "tr": "A1", name: "null"}
    text = "upi://pay?" + "&".join("=".join(each) for each in parameters.items())

    request = read(text).request

    assert "null" in (
        request.payee_name,
        request.reference,
        request.message,
        request.extra.get(name),
    )


def test_a_payee_and_a_reference_of_these_letters_come_back():
    request = decode("upi://pay?pa=ab@cd&pn=null&am=1&tr=null&mode=15").request

    assert (request.payee_name, request.reference) == ("null", "null")
    assert decode(DIALECT.encode(request)).request == request


def test_a_link_for_something_else_is_never_paid():
    assert not read(LINK.replace("//pay", "//mandate")).is_payable


def test_a_request_says_what_the_link_says():
    request = decode(LINK + "&mode=15&x=%2B&QRexpire=2026-11-22T10:00:00").request

    assert request == PaymentRequest(
        scheme="upi",
        accounts=(Account("upi", "shop@okaxis", "vpa"),),
        payee_name="Shop",
        category="5812",
        currency="INR",
        amount_minor=1050,
        mutability=Mutability.FIXED,
        reference="A1",
        message="Lunch",
        expires_at=datetime(2026, 11, 22, 4, 30, tzinfo=UTC),
        initiation=Initiation.DYNAMIC,
        extra={"x": "+", "QRexpire": "2026-11-22T10:00:00"},
    )


@pytest.mark.parametrize(
    ("parameter", "mutability"),
    [
        ("mam=1", Mutability.EDITABLE),
        ("mam=null", Mutability.FIXED),
        ("mam=", Mutability.FIXED),
    ],
)
def test_a_least_amount_makes_the_amount_editable(parameter, mutability):
    assert decode(f"{LINK}&{parameter}").request.mutability is mutability


def test_an_editable_amount_wants_a_least_amount():
    request = replace(decode(LINK).request, mutability=Mutability.EDITABLE)

    assert refuse(DIALECT.encode, request) == ("mam", "missing")
    assert DIALECT.encode(replace(request, extra={"mam": "1"})).endswith("&mam=1")


def test_another_time_replaces_the_one_that_was_read():
    request = decode(LINK + "&QRexpire=2026-11-22T10:00:00").request
    later = replace(request, expires_at=request.expires_at + timedelta(hours=1))

    again = decode(DIALECT.encode(later)).request

    assert again.expires_at == later.expires_at


def test_the_specifications_own_example_is_accepted():
    reading = decode(EXAMPLE)

    assert [each.object_id for each in reading.deviations] == ["gstBrkUp", "orgid"]
    assert reading.fields["orgId"] == "700004"
    assert reading.fields["gstBrkUp"] == "CGST:08.45|SGST:08.45"
    assert reading.request
    assert (reading.request.amount_minor, reading.request.extra["orgid"]) == (10000, "700004")
    assert DIALECT.encode(reading.request) == EXAMPLE


def test_names_stay_as_they_were_written():
    text = LINK.replace("pn=", "PN=")

    assert list(read(text).fields) == ["pa", "PN", "am", "cu", "tr", "mc", "tn"]
    assert read(text).request.payee_name == "Shop"


def test_a_signed_link_comes_back_as_it_was():
    request = decode(SIGNED).request

    assert DIALECT.encode(request) == SIGNED


def test_a_signed_link_cannot_be_changed():
    request = replace(decode(SIGNED).request, amount_minor=999)

    assert refuse(DIALECT.encode, request) == ("sign", "agreement")


def test_a_reading_with_other_fields_is_written_anew():
    reading = decode(LINK)
    changed = replace(reading, fields={**reading.fields, "pn": "A & B+C"})

    assert "&pn=A%20%26%20B%2BC&" in DIALECT.write(changed)
    assert DIALECT.encode_fields({"pa": "a.b@cd", "pn": "x", "sign": "YQ=="}).endswith(
        "&sign=YQ=="
    )


@pytest.mark.parametrize("value", ["a\nb", "\ud800", "a\u202eb"])
def test_a_value_cannot_carry_what_people_do_not_see(value):
    request = replace(decode(LINK).request, payee_name=value)

    assert refuse(DIALECT.encode, request)[0] == "pn"


def test_a_value_cannot_plant_another_parameter():
    request = replace(decode(LINK).request, payee_name="x&pa=evil@okaxis")

    assert decode(DIALECT.encode(request)).request == request


def test_unsigned_modes_may_be_signed():
    notes = decode(LINK + "&mode=04&sign=YQ==").deviations

    assert not [each for each in notes if each.weight is not Weight.NOTE]


requests = st.builds(
    PaymentRequest,
    scheme=st.just("upi"),
    accounts=st.from_regex(
        "[A-Za-z0-9._-]{2,30}@[A-Za-z][A-Za-z0-9.-]{1,20}", fullmatch=True
    ).map(lambda address: (Account("upi", address, "vpa"),)),
    payee_name=NAMES.filter(str.strip),
    category=st.just("") | st.from_regex("[0-9]{4}", fullmatch=True),
    currency=st.just("INR"),
    amount_minor=st.integers(1, 10**12),
    mutability=st.just(Mutability.FIXED),
    reference=LABELS,
    message=st.just("") | NAMES,
    expires_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    initiation=st.sampled_from(list(Initiation)).filter(lambda each: each != Initiation.STATIC),
    extra=st.dictionaries(st.sampled_from(["orgid", "x-y", "é"]), st.just("000000")),
)


@given(requests)
def test_every_request_comes_back(request):
    again = decode(DIALECT.encode(request))

    assert again.request == request
    assert DIALECT.write(again) == again.text


def test_a_link_escaped_as_html_keeps_its_amount_and_says_so():
    link = "upi://pay?pa=shop@bank&pn=Shop&am=10.50&cu=INR&tn=Tea"

    reading = DIALECT.read(link.replace("&", "&amp;"))

    assert reading.request == DIALECT.decode(link).request
    assert demand(reading).amount_minor == 1_050
    assert reading.is_payable
    (deviation,) = reading.deviations
    assert deviation.rule == "parameters are joined by &, not by &amp; as in HTML"
    assert DIALECT.write(reading) == link.replace("&", "&amp;")
