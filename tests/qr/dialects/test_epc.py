"""EPC069-12: twelve lines, and no way to plant another."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.dialects.epc import DIALECT
from qr.errors import PayloadInvalid
from qr.payment import Account, Mutability, PaymentRequest
from tests.qr.payloads import refuse

LINES = [
    "BCD",
    "002",
    "1",
    "SCT",
    "BHBLDEHHXXX",
    "Franz Mustermänn",
    "DE71110220330123456789",
    "EUR12.3",
    "GDDS",
    "RF18539007547034",
]
REQUEST = PaymentRequest(
    scheme="epc",
    accounts=(
        Account("epc", "DE71110220330123456789", "iban"),
        Account("epc", "BHBLDEHHXXX", "bic"),
    ),
    payee_name="Franz Mustermänn",
    currency="EUR",
    amount_minor=1230,
    mutability=Mutability.FIXED,
    reference="RF18539007547034",
    extra={"version": "002", "charset": "1", "purpose": "GDDS"},
)
REFUSALS = [
    (0, "ABC", "service_tag", "value"),
    (1, "003", "version", "value"),
    (2, "9", "charset", "value"),
    (2, "5", "charset", "characters"),
    (3, "INST", "identification", "value"),
    (4, "BHBL", "bic", "value"),
    (4, "BHBLDEHHXX", "bic", "value"),
    (4, "BHBL1EHH", "bic", "value"),
    (5, "", "name", "value"),
    (5, "x" * 71, "name", "value"),
    (5, "a\tb", "name", "value"),
    (5, "  ", "name", "value"),
    (5, "a\u202eb", "name", "value"),
    (5, "a\x85b", "name", "value"),
    (6, "DE72110220330123456789", "iban", "checksum"),
    (6, "DE71 1102 2033 0123 4567 89", "iban", "value"),
    (6, "", "iban", "checksum"),
    (6, "ZZ93111111111111111111", "iban", "checksum"),
    (7, "USD12.3", "amount", "value"),
    (7, "EUR0.00", "amount", "value"),
    (7, "EUR0", "amount", "value"),
    (7, "EUR1,5", "amount", "value"),
    (7, "EUR1.234", "amount", "value"),
    (7, "EUR01.5", "amount", "value"),
    (7, "EUR", "amount", "value"),
    (7, "12.3", "amount", "value"),
    (7, "EUR1000000000", "amount", "value"),
    (8, "TOOLONG", "purpose", "value"),
    (9, "RF19539007547034", "reference", "checksum"),
    (9, "x" * 36, "reference", "value"),
]


def write(number=None, line="", *more, end="\n"):
    lines = [line if place == number else each for place, each in enumerate(LINES)]
    return end.join([*lines, *more])


@pytest.mark.parametrize(("number", "line", "object_id", "kind"), REFUSALS)
def test_each_rule_names_its_line(number, line, object_id, kind):
    assert refuse(DIALECT.decode, write(number, line)) == (object_id, kind)


@pytest.mark.parametrize(
    ("lines", "object_id", "kind"),
    [
        (["text"], "text", "unexpected"),
        (["", "x" * 71], "information", "value"),
        (["x" * 141], "text", "value"),
        (["", "x", "x"], "", "length"),
        ([""], "", "structure"),
        (["", "x", ""], "", "structure"),
    ],
)
def test_the_last_lines_have_rules_too(lines, object_id, kind):
    assert refuse(DIALECT.decode, write(None, "", *lines)) == (object_id, kind)


def test_version_1_wants_a_bic():
    assert refuse(DIALECT.decode, write(4, "")) is None
    assert refuse(DIALECT.decode, write(4, "").replace("002", "001")) == ("bic", "missing")


@pytest.mark.parametrize("iban", ["GB29NWBK60161331926819", "GI75NWBK000000007099453"])
def test_beyond_the_eea_a_bic_is_wanted(iban):
    text = write(6, iban)

    assert refuse(DIALECT.decode, text) is None
    assert refuse(DIALECT.decode, text.replace("BHBLDEHHXXX", "")) == ("bic", "missing")


@pytest.mark.parametrize(
    "text",
    [
        write(6, "DE71 1102 2033 0123 4567 89"),
        write() + "\n\n",
        write(end="\r"),
        write(None, "", "", "", "") + "\n",
    ],
)
def test_what_is_deployed_is_read_leniently_and_kept(text):
    reading = DIALECT.read(text)

    assert DIALECT.recognize(text)
    assert refuse(DIALECT.decode, text)
    assert reading.is_payable
    assert reading.request == REQUEST
    assert DIALECT.write(reading) == text


def test_a_surrogate_is_of_no_character_set():
    assert refuse(DIALECT.decode, write(5, "\ud800")) == ("charset", "characters")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_are_kept(end):
    text = write(end=end)

    reading = DIALECT.decode(text)

    assert DIALECT.recognize(text)
    assert DIALECT.write(reading) == text
    assert reading.request == REQUEST


def test_mixed_line_ends_are_refused():
    assert refuse(DIALECT.decode, write(end="\r\n") + "\n") == ("", "structure")


def test_bytes_are_counted_in_the_character_set_named():
    text = write(9, "", "ä" * 140, "ö" * 70)

    assert refuse(DIALECT.decode, text) == ("", "length")
    assert refuse(DIALECT.decode, text.replace("002\n1\n", "002\n2\n")) is None


@pytest.mark.parametrize("amount", ["EUR1", "EUR10", "EUR1.5", "EUR1.50"])
def test_where_every_byte_counts_an_amount_has_no_zeros_behind(amount):
    text = write(7, amount, "ä" * 110, "x").replace("RF18539007547034", "")
    text += "x" * (331 - len(text.encode()))

    request = DIALECT.decode(text).request
    assert request

    assert DIALECT.encode(request) == text
    assert DIALECT.decode(DIALECT.encode(request)).request == request


@pytest.mark.parametrize("text", ["", "BCD", "BCD\n"])
def test_a_text_of_one_line_is_refused(text):
    with pytest.raises(PayloadInvalid):
        DIALECT.decode(text)


def test_a_name_cannot_plant_another_account():
    request = replace(REQUEST, payee_name="Franz\nDE89370400440532013000\nEUR999")

    with pytest.raises(PayloadInvalid) as refusal:
        DIALECT.encode(request)

    assert refusal.value.object_id == "name"


def test_only_euros_are_asked_for():
    with pytest.raises(PayloadInvalid) as refusal:
        DIALECT.encode(replace(REQUEST, currency="USD"))

    assert refusal.value.object_id == "amount"


def test_a_request_without_amount_ends_early():
    request = replace(REQUEST, accounts=REQUEST.accounts[:1], amount_minor=None, reference="")
    request = replace(request, mutability=Mutability.OPEN, extra={"version": "002"})

    text = DIALECT.encode(request)

    assert text == "BCD\n002\n1\nSCT\n\nFranz Mustermänn\nDE71110220330123456789"
    assert not text.endswith("\n")


letters = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0x7FF), min_size=1, max_size=40
).filter(str.strip)


@given(letters, st.integers(1, 99_999_999_999), letters)
def test_every_request_comes_back(name, amount_minor, message):
    request = replace(
        REQUEST, payee_name=name, amount_minor=amount_minor, reference="", message=message
    )

    assert DIALECT.decode(DIALECT.encode(request)).request == request
