"""A profile is a declaration: what it declares holds in both directions."""

from dataclasses import replace

import pytest

from qr.errors import Kind, PayloadInvalid, Weight
from qr.mpm_dialect import MpmDialect
from qr.mpm_requests import Places
from qr.mpm_templates import Template
from qr.payment import Account, Initiation, PaymentRequest
from qr.registry import DIALECTS
from qr.rules import Presence, Waiver, must, without
from tests.qr.payloads import VECTORS, change, refuse

PAY = MpmDialect(
    name="pay",
    title="Pay",
    templates=(
        Template(ids=("26",), guid="com.pay", accounts={"02": "till", "01": "shop"}),
        Template(ids=("80",), guid="com.pay", presence=Presence.OPTIONAL),
    ),
    currencies=("USD", "CAD"),
    countries=("US", "CA"),
    rules=(must("62-01", "[0-9]+", "a bill number is digits"),),
    waivers=(*without("60"), Waiver("59", Kind.CHARACTERS)),
    places=Places(reference="62-01", message=""),
    defaults={"52": "0000"},
)
TEMPLATE = {"00": "com.pay", "01": "shop-1"}
BILL = {"01": "77"}
REQUEST = PaymentRequest(
    scheme="pay",
    accounts=(Account("pay", "shop-1", "shop", "26-01"),),
    payee_name="Café",
    country="CA",
    category="0000",
    currency="CAD",
    reference="77",
    initiation=Initiation.STATIC,
)


def write(**changes):
    return change(_02=None, **({"_26": TEMPLATE, "_62": BILL} | changes))


def test_what_was_declared_is_recognised():
    assert PAY.recognize(write())
    assert not PAY.recognize(write(_26={"00": "com.prey"}))
    assert not PAY.recognize(write(_58="DE"))
    assert PAY.recognize(write(_58=None))
    assert not PAY.recognize("https://example.com")


def test_an_optional_template_does_not_make_the_scheme():
    assert not PAY.recognize(change(_80={"00": "com.pay"}))


def test_a_profile_may_say_itself_what_it_recognises():
    dialect = replace(PAY, recognized_when=lambda values: values.get("58") == "DE")

    assert dialect.recognize(change(_58="DE"))
    assert not dialect.recognize(write())


def test_currency_and_country_become_rules():
    assert refuse(PAY.decode, write()) is None
    assert refuse(PAY.decode, write(_53="978")) == ("53", "value")
    assert refuse(PAY.decode, write(_58="DE")) == ("58", "value")
    with pytest.raises(PayloadInvalid, match=r"currency of Pay is USD or CAD \(840\|124\)"):
        PAY.decode(write(_53="978"))


def test_own_rules_and_templates_are_checked():
    text = write(_62={"01": "x"})
    [deviation] = PAY.read(text).deviations
    assert (deviation.object_id, deviation.kind) == ("62-01", "value")
    assert text[deviation.offset :].startswith("0101x")
    assert refuse(PAY.decode, write(_26={"00": "com.prey"})) == ("26-00", "value")


def test_what_is_waived_is_noted():
    reading = PAY.decode(write(_60=None, _59="Café"))

    assert [(each.object_id, each.weight) for each in reading.deviations] == [
        ("59", Weight.NOTE),
        ("60", Weight.NOTE),
    ]
    assert refuse(PAY.decode, write(_59="x" * 26)) == ("59", "length")


def test_a_request_is_written_where_the_profile_keeps_it():
    given = replace(REQUEST, accounts=(Account("pay", "shop-1", "shop"),), category="")

    text = PAY.encode(given)

    assert PAY.decode(text).request == REQUEST
    assert "62060102776304" in text


def test_defaults_are_the_only_currency_and_country():
    dialect = replace(PAY, currencies=("USD",), countries=("US",))

    text = dialect.encode(replace(REQUEST, currency="", country=""))

    assert "5303840" in text
    assert "5802US" in text


@pytest.mark.parametrize(
    ("request_", "object_id"),
    [(replace(REQUEST, currency=""), "53"), (replace(REQUEST, country=""), "58")],
)
def test_of_several_currencies_and_countries_none_is_guessed(request_, object_id):
    assert refuse(PAY.encode, request_) == (object_id, "missing")


@pytest.mark.parametrize("write_crc", [str.upper, str.lower, str.capitalize])
def test_a_check_sum_is_written_in_the_letters_it_had(write_crc):
    sound = write(_62={"01": "182"})
    assert sound[-4:] == "AFCD"

    text = sound[:-4] + write_crc(sound[-4:])

    assert PAY.write(PAY.read(text)) == text
    assert PAY.serialize(PAY.read(text).fields, "") == sound


def test_a_wrong_check_sum_is_not_written_again():
    sound = write()

    assert PAY.write(PAY.read(sound[:-4] + "0000")) == sound


def test_reading_and_writing_can_be_refined():
    dialect = replace(
        PAY,
        refine=lambda request, values: replace(request, message=values["62-01"]),
        finish=lambda _, values: values.update({"61": "10001"}),
    )

    request = dialect.decode(dialect.encode(REQUEST)).request

    assert request == replace(REQUEST, message="77", extra={"61": "10001"})


def test_an_account_goes_to_the_template_of_its_kind():
    dialect = replace(PAY, templates=PAY.templates[::-1])
    request = replace(REQUEST, accounts=(Account("pay", "shop-1", "shop"),))

    assert dialect.decode(dialect.encode(request)).request == REQUEST


@pytest.mark.parametrize("name", ["Cafe\u0301", "\u0958", "\u212b"])
def test_what_was_not_composed_is_read_and_written_alike(name):
    dialect = DIALECTS["emv_mpm"]
    text = change(_64={"00": "fr", "01": name})

    reading = dialect.decode(text)

    assert reading.request
    assert dialect.write(reading) == text
    assert dialect.decode(dialect.encode(reading.request)).request == reading.request


def test_bytes_are_counted_if_the_profile_counts_them():
    dialect = replace(PAY, writes_bytes=True, waivers=(*PAY.waivers, Waiver("", Kind.LENGTH)))

    text = dialect.encode(REQUEST)

    assert "5905Café" in text
    assert dialect.decode(text).request == REQUEST
    assert dialect.write(dialect.read(text)) == text
    in_characters = PAY.encode(REQUEST)
    assert dialect.write(dialect.read(in_characters)) == in_characters
    assert PAY.write(PAY.read(text)) == text
    assert refuse(PAY.decode, text) == ("", "length")


def test_bytes_that_make_sense_as_characters_are_not_written():
    dialect = DIALECTS["bharatqr"]
    code = next(each for each in VECTORS if each["format"] == "bharatqr" and each["valid"])
    request = dialect.decode(code["payload"]).request
    assert request

    for letters in range(1, 12):
        for name in ("é" * letters, "é" * letters + "a", "ก" * letters):
            named = replace(request, payee_name=name)
            assert dialect.decode(dialect.encode(named)).request == named


def test_what_has_too_many_bytes_is_counted_in_characters():
    dialect = DIALECTS["bharatqr"]
    code = next(each for each in VECTORS if each["format"] == "bharatqr" and each["valid"])
    request = dialect.decode(code["payload"]).request
    assert request
    more = {"80-00": "com.example", "80-01": "ก" * 50}
    request = replace(request, extra={**request.extra, **more})

    again = dialect.decode(dialect.encode(request)).request

    assert again
    assert again.extra["80-01"] == "ก" * 50


def test_another_schemes_account_keeps_its_identifier_at_our_place():
    anywhere = replace(PAY.templates[0], ids=("26", "33"))
    dialect = replace(PAY, templates=(anywhere,))
    text = write(_26={"00": "com.prey", "01": "till-9"}, _33=TEMPLATE)

    request = dialect.decode(text).request

    assert request
    assert request.accounts == (
        Account("pay", "shop-1", "shop", "33-01"),
        Account("com.prey", "till-9", "", "26-01"),
    )
    assert dialect.decode(dialect.encode(request)).request == request
