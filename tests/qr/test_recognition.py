"""Whatever is scanned has a name, and nothing raises."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.errors import PayloadInvalid
from qr.links import encode_link
from qr.recognition import Nature, recognize
from qr.registry import DIALECTS
from tests.qr.payloads import EXAMPLE, VECTORS, change, understand

TOKEN = UUID("0190f3c2-5b1a-7c3d-9e4f-0123456789ab")
PIX = next(vector for vector in VECTORS if vector["format"] == "pix" and vector["valid"])
CPM = next(vector for vector in VECTORS if vector["format"] == "emv_cpm" and vector["valid"])
SWISS, UPI, MSCT = (
    next(vector for vector in VECTORS if vector["format"] == name and vector["valid"])
    for name in ("swiss", "upi", "msct")
)
EPC = next(vector for vector in VECTORS if vector["why"] == "no amount: payer enters it")
CASES = {
    EXAMPLE: (Nature.PAYMENT, "emv_mpm"),
    f" {EXAMPLE}\n": (Nature.PAYMENT, "emv_mpm"),
    EXAMPLE.replace("23.72", "99.72"): (Nature.ALTERED, "emv_mpm"),
    EXAMPLE[:-20]: (Nature.ALTERED, "emv_mpm"),
    change(_54="1,5"): (Nature.PAYMENT, "emv_mpm"),
    PIX["payload"]: (Nature.PAYMENT, "pix"),
    PIX["payload"].replace("BRASILIA", "BRASILIB"): (Nature.ALTERED, "pix"),
    EPC["payload"]: (Nature.PAYMENT, "epc"),
    EPC["payload"].replace("DE", "DK"): (Nature.ALTERED, "epc"),
    SWISS["payload"]: (Nature.PAYMENT, "swiss"),
    SWISS["payload"].replace("CH", "CX", 1): (Nature.ALTERED, "swiss"),
    "SPC\n0200": (Nature.ALTERED, "swiss"),
    UPI["payload"]: (Nature.PAYMENT, "upi"),
    "upi://mandate?pa=a": (Nature.PAYMENT, "upi"),
    MSCT["payload"]: (Nature.PAYMENT, "msct"),
    MSCT["payload"].replace("https", "http"): (Nature.PAYMENT, "msct"),
    CPM["payload"]: (Nature.CONSUMER_CODE, "emv_cpm"),
    CPM["payload"][:-3]: (Nature.ALTERED, "emv_cpm"),
    "120061098828009406": (Nature.FOREIGN_CODE, "wechat_code"),
    "280244567856723026": (Nature.FOREIGN_CODE, "alipay_code"),
    "6212345678901234567": (Nature.FOREIGN_CODE, "unionpay_code"),
    "771234567890123456": (Nature.PAYMENT_CODE, ""),
    "7k4m-92qy": (Nature.SHORT_CODE, ""),
    "7k4m-92qx": (Nature.MISTYPED, ""),
    "k74m-92qy": (Nature.MISTYPED, ""),
    "00020101": (Nature.SHORT_CODE, ""),
    "00020102": (Nature.MISTYPED, ""),
    "hello": (Nature.TEXT, ""),
    "": (Nature.TEXT, ""),
    "x" * 7090: (Nature.TEXT, ""),
    "160061098828009406": (Nature.TEXT, ""),
    "javascript:alert(1)": (Nature.TEXT, ""),
    "https://": (Nature.TEXT, ""),
}
ADDRESSES = {
    "https://Example.com/menu?table=5": "example.com",
    "http://127.0.0.1:9000": "127.0.0.1:9000",
    "https://pay.example@evil.example/p": "evil.example",
    "https://example.com/1/m/menu/?table=5": "example.com",
    "https://evil.example\\@pay.example/": "evil.example",
}


@pytest.mark.parametrize("text", CASES)
def test_a_text_is_what_it_is(text):
    found = recognize(text)

    assert (found.nature, found.format) == CASES[text]
    assert bool(found.title) == bool(found.format)


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_belongs_to_its_host(text):
    found = recognize(text)

    assert (found.nature, found.host) == (Nature.WEB_ADDRESS, ADDRESSES[text])


@pytest.mark.parametrize(
    "vector", [PIX, SWISS, UPI, MSCT, EPC], ids=lambda each: each["format"]
)
def test_a_byte_order_mark_is_read_over_and_named(vector):
    found = recognize("\ufeff" + vector["payload"])

    assert (found.nature, found.format) == (Nature.PAYMENT, vector["format"])
    reading = understand("\ufeff" + vector["payload"])
    assert reading.request == understand(vector["payload"]).request
    assert "byte order mark" in reading.deviations[0].rule
    assert DIALECTS[found.format].write(reading) == "\ufeff" + vector["payload"]
    with pytest.raises(PayloadInvalid, match="byte order mark"):
        DIALECTS[found.format].decode("\ufeff" + vector["payload"])


def test_a_byte_order_mark_hides_nothing_of_ours():
    for text, nature in [
        (encode_link("https://pay.example", TOKEN), Nature.LINK),
        ("771234567890123456", Nature.PAYMENT_CODE),
        ("7k4m-92qy", Nature.SHORT_CODE),
    ]:
        assert recognize(f"\ufeff{text}").nature is nature


def test_our_links_are_links_of_their_host():
    found = recognize(encode_link("https://pay.example", TOKEN))

    assert (found.nature, found.host) == (Nature.LINK, "pay.example")


@pytest.mark.parametrize("payload", ["0" * 26, "0" * 215])
def test_counter_codes_are_those_of_their_host(payload):
    found = recognize(f"HTTPS://PAY.EXAMPLE/S/{payload}")

    assert (found.nature, found.host) == (Nature.COUNTER_CODE, "pay.example")


def test_a_foreign_code_says_what_it_asks_for():
    reading = recognize(PIX["payload"]).reading

    assert reading
    request = reading.request
    assert request
    assert (request.payee_name, request.currency) == ("Fulano de Tal", "BRL")


@given(st.text())
def test_any_text_is_something(text):
    assert recognize(text).nature in Nature


@given(st.text(alphabet="0123456789ABCé\ud800 ", max_size=20))
def test_anything_like_a_merchant_code_is_something(text):
    natures = {Nature.ALTERED, Nature.SHORT_CODE, Nature.MISTYPED}

    assert recognize("000201" + text).nature in natures


def test_no_representation_shows_a_bearer_token():
    assert "120061098828009406" not in repr(recognize("120061098828009406"))
    assert "771234567890123456" not in repr(recognize("771234567890123456"))
