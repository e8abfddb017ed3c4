"""MSCT codes: each rule broken once, and every address forwarded as it was."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.conformance import list_misses
from qr.dialects.msct import DIALECT
from qr.errors import PayloadInvalid
from qr.payment import Account, Mutability, PaymentRequest
from tests.qr.dialects.profiles import take_vectors
from tests.qr.payloads import refuse

HEAD = "https://qr.example.org/1/m/AB1/?"
TOKEN = HEAD + "iss=XY9&tok=t0k3n"
PROXY = HEAD + "iss=XY9&prx=%2B3212345678&mcc=5812&ins=INST&ru=table+7&cur=EUR&amt=24.5"
CLEAR = (
    HEAD + "iss=XY9&nm=Webshop%20BV&tn=shop&iban=BE72000000001616&ins=SCT&pur=GDDS"
    "&rs=RF18539007547034&cur=EUR&amt=12"
)
REFUSALS = {
    "not https": (TOKEN.replace("https", "http"), ("scheme", "value")),
    "credentials": (TOKEN.replace("qr.", "a:b@qr."), ("domain", "unexpected")),
    "an empty name to sign in with": (TOKEN.replace("qr.", "@qr."), ("domain", "unexpected")),
    "a port": (TOKEN.replace(".org", ".org:443"), ("domain", "unexpected")),
    "a fragment": (TOKEN + "#x", ("fragment", "unexpected")),
    "an empty fragment": (TOKEN + "#", ("fragment", "unexpected")),
    "an address of digits": (TOKEN.replace("qr.example.org", "127.0.0.1"), ("domain", "value")),
    "a host of one label": (TOKEN.replace("qr.example.org", "localhost"), ("domain", "value")),
    "no host": (TOKEN.replace("qr.example.org", ""), ("domain", "value")),
    "version 2": (TOKEN.replace("/1/", "/2/"), ("version", "value")),
    "version 01": (TOKEN.replace("/1/", "/01/"), ("version", "value")),
    "another type": (TOKEN.replace("/m/", "/z/"), ("type", "value")),
    "the reserved type": (TOKEN.replace("/m/", "/0/"), ("type", "value")),
    "a long provider": (TOKEN.replace("AB1", "AB12"), ("provider", "value")),
    "no slash": (TOKEN.replace("/?", "?"), ("path", "structure")),
    "a name twice": (TOKEN + "&tok=b", ("query-tok", "duplicate")),
    "a control character": (TOKEN + "%00", ("query-tok", "characters")),
    "half an escape": (TOKEN + "%", ("query-tok", "characters")),
    "no issuer": (TOKEN.replace("iss=XY9&", ""), ("query-iss", "missing")),
    "a long issuer": (TOKEN.replace("XY9", "XY90"), ("query-iss", "value")),
    "nobody to pay": (HEAD + "iss=XY9", ("query-tok", "missing")),
    "no payload": (HEAD[:-1], ("query", "structure")),
    "an empty token": (TOKEN.replace("t0k3n", ""), ("query-tok", "value")),
    "a long token": (TOKEN.replace("t0k3n", "t" * 301), ("query-tok", "value")),
    "a long proxy": (PROXY.replace("3212345678", "1" * 70), ("query-prx", "value")),
    "a token and a proxy": (PROXY + "&tok=a", ("query-tok", "unexpected")),
    "an account and a proxy": (CLEAR + "&prx=a", ("query-prx", "unexpected")),
    "an altered account": (CLEAR.replace("BE72", "BE73"), ("query-iban", "checksum")),
    "no payee's name": (CLEAR.replace("nm=Webshop%20BV&", ""), ("query-nm", "missing")),
    "a long payee's name": (CLEAR.replace("Webshop", "w" * 68), ("query-nm", "value")),
    "a long trade name": (CLEAR.replace("tn=shop", "tn=" + "s" * 36), ("query-tn", "value")),
    "a long reference party": (CLEAR + "&rn=" + "s" * 71, ("query-rn", "value")),
    "a long trade name of it": (CLEAR + "&rtn=" + "s" * 36, ("query-rtn", "value")),
    "a long proxy of it": (PROXY + "&rpx=" + "s" * 71, ("query-rpx", "value")),
    "a short category": (PROXY.replace("5812", "581"), ("query-mcc", "value")),
    "another instrument": (PROXY.replace("INST", "CARD"), ("query-ins", "value")),
    "no instrument": (PROXY.replace("ins=INST&", ""), ("query-ins", "missing")),
    "a long purpose": (CLEAR.replace("GDDS", "GDDSX"), ("query-pur", "value")),
    "an altered reference": (CLEAR.replace("RF18", "RF19"), ("query-rs", "checksum")),
    "a long reference": (CLEAR.replace("RF18", "x" * 36), ("query-rs", "value")),
    "a long text": (PROXY.replace("table", "t" * 36), ("query-ru", "value")),
    "a reference and a text": (CLEAR + "&ru=x", ("query-ru", "unexpected")),
    "another currency": (PROXY.replace("EUR", "USD"), ("query-cur", "value")),
    "no currency": (PROXY.replace("cur=EUR&", ""), ("query-cur", "missing")),
    "no amount": (PROXY.replace("&amt=24.5", ""), ("query-amt", "missing")),
    "nothing": (PROXY.replace("24.5", "0.00"), ("query-amt", "value")),
    "three decimals": (PROXY.replace("24.5", "24.555"), ("query-amt", "value")),
    "a billion": (PROXY.replace("24.5", "1000000000"), ("query-amt", "value")),
    "a billion beside a token": (TOKEN + "&cur=EUR&amt=1000000000", ("query-amt", "value")),
    "another currency beside a token": (TOKEN + "&cur=USD", ("query-cur", "value")),
    "a control character in a name": (TOKEN + "&x%0A=1", ("query-x\n", "characters")),
    "half an escape in a name": (TOKEN + "&x%=1", ("query-x%", "characters")),
}
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), min_size=1)


def decode(text):
    return DIALECT.decode(text)


def read(text):
    return DIALECT.read(text)


@pytest.mark.parametrize("name", REFUSALS)
def test_each_rule_names_its_part(name):
    text, expected = REFUSALS[name]

    assert refuse(DIALECT.decode, text) == expected


@pytest.mark.parametrize("vector", take_vectors("msct"))
def test_vectors_are_read_and_written_as_they_say(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://qr.example.org/",
        "https://qr.example.org/1/m/AB1/x/?iss=XY9",
        "upi://pay?pa=a",
    ],
)
def test_another_address_is_refused(text):
    assert not DIALECT.recognize(text)
    with pytest.raises(PayloadInvalid, match="MSCT address"):
        decode(text)


@pytest.mark.parametrize("text", [TOKEN, PROXY, CLEAR])
def test_addresses_are_forwarded_as_they_were(text):
    reading = decode(text)

    assert DIALECT.recognize(text)
    assert DIALECT.write(reading) == text
    assert decode(DIALECT.encode(reading.request)).request == reading.request


def test_scheme_and_host_may_be_capitals():
    text = TOKEN.replace("https://qr.example.org/1/m", "HTTPS://QR.EXAMPLE.ORG/1/M")

    reading = decode(text)

    assert [each.object_id for each in reading.deviations] == ["type"]
    assert reading.fields["domain"] == "qr.example.org"
    assert DIALECT.write(reading) == text


def test_names_of_another_issuer_are_noted_and_kept():
    text = HEAD + "payload=zz&src=XY9"

    reading = decode(text)

    assert [each.object_id for each in reading.deviations] == ["query"]
    assert reading.request.extra["query-payload"] == "zz"
    assert not reading.is_payable
    assert decode(DIALECT.encode(reading.request)).request == reading.request


@pytest.mark.parametrize(
    "query", ["nm=&x=", "cur=EUR&amt=99999999999999999999", "rs=a&mcc=1234"]
)
def test_another_issuers_names_mean_what_only_it_knows(query):
    request = decode(HEAD + query).request

    assert (request.payee_name, request.currency, request.amount_minor) == ("", "", None)
    assert DIALECT.encode(request) == HEAD + query


def test_an_amount_without_currency_is_kept():
    request = decode(TOKEN + "&amt=5").request

    assert request.amount_minor is None
    assert request.extra["query-amt"] == "5"
    assert decode(DIALECT.encode(request)).request == request


def test_a_missing_slash_is_tolerable():
    assert read(PROXY.replace("/?", "?")).is_payable


def test_a_token_says_nothing_to_who_cannot_ask():
    reading = decode(TOKEN)

    assert reading.request.accounts == (Account("msct", "t0k3n", "token"),)
    assert not reading.is_payable


def test_a_request_says_what_the_address_says():
    request = decode(CLEAR).request

    assert request == PaymentRequest(
        scheme="msct",
        accounts=(Account("msct", "BE72000000001616", "iban"),),
        payee_name="Webshop BV",
        currency="EUR",
        amount_minor=1200,
        mutability=Mutability.FIXED,
        reference="RF18539007547034",
        extra={
            "domain": "qr.example.org",
            "type": "m",
            "provider": "AB1",
            "query-iss": "XY9",
            "query-tn": "shop",
            "query-ins": "SCT",
            "query-pur": "GDDS",
        },
    )


def test_a_plus_is_a_blank_as_in_forms():
    assert decode(PROXY).request.message == "table 7"
    assert decode(PROXY).request.accounts[0].value == "+3212345678"


@pytest.mark.parametrize("name", ["domain", "type", "provider"])
def test_each_part_of_the_address_is_wanted(name):
    request = decode(PROXY).request
    extra = {path: text for path, text in request.extra.items() if path != name}

    assert refuse(DIALECT.encode, replace(request, extra=extra)) == (name, "value")


def test_missing_fields_are_written_empty():
    assert refuse(DIALECT.encode_fields, {"query": {"iss": "XY9"}}) == ("domain", "value")
    with pytest.raises(PayloadInvalid):
        DIALECT.encode_fields({})


@pytest.mark.parametrize(
    "domain", ["evil.example/1/m/AB1/?a=b#", "a@evil.example", "a\nb.example"]
)
def test_a_domain_cannot_carry_more(domain):
    request = decode(PROXY).request
    request = replace(request, extra={**request.extra, "domain": domain})

    assert refuse(DIALECT.encode, request) is not None


requests = st.builds(
    PaymentRequest,
    scheme=st.just("msct"),
    accounts=st.one_of(
        st.just(Account("msct", "BE72000000001616", "iban")),
        st.text("ab+ é&=", min_size=1, max_size=70).map(
            lambda text: Account("msct", text, "proxy")
        ),
    ).map(lambda account: (account,)),
    payee_name=NAMES.filter(str.strip).map(lambda name: name.strip()[:70]),
    category=st.just("") | st.from_regex("[0-9]{4}", fullmatch=True),
    currency=st.just("EUR"),
    amount_minor=st.integers(1, 99_999_999_999),
    mutability=st.just(Mutability.FIXED),
    message=st.just("") | NAMES.map(lambda text: text[:35]),
    extra=st.just(decode(PROXY).request.extra),
)


@given(requests)
def test_every_request_comes_back(request):
    again = decode(DIALECT.encode(request))

    assert again.request == request
    assert DIALECT.write(again) == again.text
