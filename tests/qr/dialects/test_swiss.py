"""The Swiss QR-bill: each rule broken once, and every bill written as it was."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.checksum import compute_mod_10_recursive
from qr.conformance import list_misses
from qr.dialects.swiss import DIALECT
from qr.errors import PayloadInvalid, Weight
from qr.payment import Account, Mutability
from tests.qr.dialects.profiles import take_vectors
from tests.qr.payloads import VECTORS, refuse

PLAIN = next(
    vector["payload"]
    for vector in VECTORS
    if vector["why"] == "minor version is ignored by decoders"
).replace("0201", "0200")
QRR = next(
    vector["payload"]
    for vector in VECTORS
    if vector["why"] == "QRR with bill information and two alternative schemes"
)
QR_IBAN = "CH4431999123000889012"
COMBINED = "K\nPia Rutschmann\nMarktgasse 28\n9400 Rorschach\n\n\nCH"
# Line numbers of the guidelines, counted from 1.
REFUSALS = {
    "another mark": (PLAIN, {1: "SPX"}, ("qr_type", "value")),
    "version 1": (PLAIN, {2: "0100"}, ("version", "value")),
    "a version in letters": (PLAIN, {2: "020f"}, ("version", "value")),
    "a version of other digits": (PLAIN, {2: "02\u0660\u0660"}, ("", "characters")),
    "another character set": (PLAIN, {3: "2"}, ("coding", "value")),
    "an altered account": (PLAIN, {4: "CH5800791123000889013"}, ("account", "checksum")),
    "a foreign account": (PLAIN, {4: "DE89370400440532013000"}, ("account", "value")),
    "no account": (PLAIN, {4: ""}, ("account", "checksum")),
    "blanks in the account": (PLAIN, {4: "CH58 0079 1123 0008 8901 2"}, ("account", "value")),
    "no creditor type": (PLAIN, {5: ""}, ("creditor-type", "value")),
    "another creditor type": (PLAIN, {5: "X"}, ("creditor-type", "value")),
    "no creditor": (PLAIN, {6: " "}, ("creditor-name", "value")),
    "a long creditor": (PLAIN, {6: "x" * 71}, ("creditor-name", "value")),
    "a long street": (PLAIN, {7: "x" * 71}, ("creditor-street_or_line1", "value")),
    "a long building": (PLAIN, {8: "1" * 17}, ("creditor-building_or_line2", "value")),
    "no postal code": (PLAIN, {9: ""}, ("creditor-postal_code", "value")),
    "a long postal code": (PLAIN, {9: "1" * 17}, ("creditor-postal_code", "value")),
    "a country in the code": (PLAIN, {9: "CH-2501"}, ("creditor-postal_code", "value")),
    "no town": (PLAIN, {10: ""}, ("creditor-town", "value")),
    "a long town": (PLAIN, {10: "x" * 36}, ("creditor-town", "value")),
    "no country": (PLAIN, {11: ""}, ("creditor-country", "value")),
    "a country in full": (PLAIN, {11: "CHE"}, ("creditor-country", "value")),
    "an ultimate creditor": (PLAIN, {13: "Jane"}, ("ultimate_creditor", "unexpected")),
    "one decimal": (PLAIN, {19: "1.5"}, ("amount", "value")),
    "a leading zero": (PLAIN, {19: "01.50"}, ("amount", "value")),
    "a comma": (PLAIN, {19: "1,50"}, ("amount", "value")),
    "a billion": (PLAIN, {19: "1000000000.00"}, ("amount", "value")),
    "nothing": (PLAIN, {19: "0.00"}, ("message", "agreement")),
    "another currency": (PLAIN, {20: "USD"}, ("currency", "value")),
    "a debtor without type": (PLAIN, {21: ""}, ("debtor-type", "value")),
    "a debtor without name": (PLAIN, {22: ""}, ("debtor-name", "value")),
    "a debtor without code": (PLAIN, {25: ""}, ("debtor-postal_code", "value")),
    "a debtor without town": (PLAIN, {26: ""}, ("debtor-town", "value")),
    "a debtor without country": (PLAIN, {27: ""}, ("debtor-country", "value")),
    "another reference type": (PLAIN, {28: "XXXX"}, ("reference_type", "value")),
    "no reference type": (PLAIN, {28: ""}, ("reference_type", "value")),
    "a reference without type": (PLAIN, {29: "RF18539007547034"}, ("reference", "value")),
    "an altered creditor reference": (
        PLAIN, {28: "SCOR", 29: "RF19539007547034"}, ("reference", "checksum"),
    ),
    "no creditor reference": (PLAIN, {28: "SCOR"}, ("reference", "checksum")),
    "QRR to an ordinary account": (
        PLAIN, {28: "QRR", 29: "210000000003139471430009017"}, ("account", "agreement"),
    ),
    "no reference to a QR-IBAN": (QRR, {28: "NON", 29: ""}, ("account", "agreement")),
    "SCOR to a QR-IBAN": (QRR, {28: "SCOR", 29: "RF18539007547034"}, ("account", "agreement")),
    "an altered QR reference": (QRR, {29: "1" * 27}, ("reference", "checksum")),
    "a short QR reference": (QRR, {29: "2100"}, ("reference", "checksum")),
    "a QR reference of zeros": (QRR, {29: "0" * 27}, ("reference", "checksum")),
    "blanks in a reference": (
        QRR, {29: "21 00000 00003 13947 14300 09017"}, ("reference", "value"),
    ),
    "a long message": (PLAIN, {30: "x" * 141}, ("message", "value")),
    "a control character": (PLAIN, {30: "a\tb"}, ("", "characters")),
    "a Greek letter": (PLAIN, {30: "Ω"}, ("", "characters")),
    "another trailer": (PLAIN, {31: "E_P"}, ("trailer", "value")),
    "bill information without slashes": (QRR, {32: "S1/01"}, ("bill_information", "value")),
    "long bill information": (
        QRR, {30: "", 32: "//" + "x" * 139}, ("bill_information", "value"),
    ),
    "both longer than 140": (QRR, {30: "x" * 61}, ("bill_information", "unexpected")),
    "a long scheme": (QRR, {33: "x" * 101}, ("alternative_schemes-1", "value")),
    "another long scheme": (QRR, {34: "x" * 101}, ("alternative_schemes-2", "value")),
}  # fmt: skip
TEXTS = st.from_regex("[A-Za-zÀ-žȘ-ț€][A-Za-z0-9À-žȘ-ț€ .,'-]{0,34}", fullmatch=True)
LABELS = st.from_regex("[A-Z0-9]{1,21}", fullmatch=True)


def change(text, lines):
    changed = text.split("\n")
    for number, line in lines.items():
        changed[number - 1] = line
    return "\n".join(changed)


def make_creditor_reference(label):
    remainder = int("".join(str(int(each, 36)) for each in f"{label}RF00")) % 97
    return f"RF{98 - remainder:02}{label}"


def decode(text):
    return DIALECT.decode(text)


def read(text):
    return DIALECT.read(text)


@pytest.mark.parametrize("name", REFUSALS)
def test_each_rule_names_its_line(name):
    text, lines, expected = REFUSALS[name]

    assert refuse(DIALECT.decode, change(text, lines)) == expected


@pytest.mark.parametrize("vector", take_vectors("swiss"))
def test_vectors_are_read_and_written_as_they_say(vector):
    assert list(list_misses(DIALECT, vector)) == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_address_of_the_old_type_is_a_note(end):
    lines = PLAIN.split("\n")
    text = end.join([*lines[:20], *COMBINED.split("\n"), *lines[27:]])

    reading = decode(text)

    assert [(each.object_id, each.weight) for each in reading.deviations] == [
        ("debtor-type", Weight.NOTE)
    ]
    assert DIALECT.write(reading) == text


@pytest.mark.parametrize(
    ("number", "line", "object_id"),
    [
        (24, "", "debtor-building_or_line2"),
        (25, "9400", "debtor-postal_code"),
        (26, "Rorschach", "debtor-town"),
    ],
)
def test_the_old_type_has_rules_of_its_own(number, line, object_id):
    lines = PLAIN.split("\n")
    text = "\n".join([*lines[:20], *COMBINED.split("\n"), *lines[27:]])

    assert refuse(DIALECT.decode, change(text, {number: line})) == (object_id, "value")


@pytest.mark.parametrize("count", [1, 30])
def test_a_bill_has_at_least_31_lines(count):
    text = "\n".join(PLAIN.split("\n")[:count])

    with pytest.raises(PayloadInvalid, match="31 to 34 lines"):
        decode(text)


def test_nothing_follows_the_last_line():
    assert refuse(DIALECT.decode, QRR + "\nmore") == ("", "length")


def test_a_bill_has_at_most_997_characters():
    assert refuse(DIALECT.decode, PLAIN + "\n" * 998) == ("", "length")


def test_mixed_line_ends_are_refused():
    assert refuse(DIALECT.decode, PLAIN.replace("\n", "\r\n", 1)) == ("", "structure")


@pytest.mark.parametrize(
    "text",
    [
        change(PLAIN, {4: "CH58 0079 1123 0008 8901 2"}),
        PLAIN.replace("\n", "\r"),
        PLAIN + "\n",
        PLAIN + "\n\n\n\n\n",
        PLAIN.replace("\n", "\r\n") + "\r\n",
    ],
)
def test_what_is_deployed_is_read_leniently_and_kept(text):
    reading = read(text)

    assert DIALECT.recognize(text)
    assert refuse(DIALECT.decode, text)
    assert reading.is_payable
    assert reading.request == decode(PLAIN).request
    assert DIALECT.write(reading) == text


def test_a_request_says_what_the_bill_says():
    request = decode(QRR).request

    assert request.accounts == (Account("swiss", QR_IBAN, "iban"),)
    assert (request.payee_name, request.payee_city, request.country) == (
        "Robert Schneider AG",
        "Biel",
        "CH",
    )
    assert (request.currency, request.amount_minor) == ("CHF", 194975)
    assert request.mutability is Mutability.FIXED
    assert request.reference == "210000000003139471430009017"
    assert request.message == "Order dated 18.06.2020"
    assert request.extra["alternative_schemes-2"] == "XY;XYService;54321"
    assert request.extra["debtor-town"] == "Rorschach"


def test_a_notice_is_no_bill_to_pay():
    text = change(PLAIN, {19: "0.00", 30: "Do not use for payment"})

    reading = decode(text)

    assert not reading.is_payable
    assert DIALECT.encode(reading.request) == text


def test_a_bill_of_nothing_is_nothing_to_pay():
    assert not read(change(PLAIN, {19: "0.00"})).is_payable


def test_an_open_amount_is_payable():
    reading = decode(change(PLAIN, {19: ""}))

    assert reading.is_payable
    assert reading.request.mutability is Mutability.OPEN


def test_a_text_without_account_asks_nobody():
    assert not read(change(PLAIN, {4: ""})).is_payable


@pytest.mark.parametrize("value", ["a\nb", "a\rb"])
def test_a_value_cannot_push_the_others_down(value):
    request = replace(decode(PLAIN).request, payee_name=value)

    assert refuse(DIALECT.encode, request) == ("creditor-name", "characters")


def test_a_third_scheme_is_refused():
    fields = decode(QRR).fields

    with pytest.raises(PayloadInvalid, match="follows"):
        DIALECT.encode_fields({**fields, "alternative_schemes": ["a", "b", "c"]})


def test_missing_fields_are_written_empty():
    with pytest.raises(PayloadInvalid, match="account"):
        DIALECT.encode_fields({"message": "x"})


references = st.one_of(
    st.just((PLAIN, "")),
    st.builds(lambda label: (PLAIN, make_creditor_reference(label)), LABELS),
    st.builds(
        lambda number: (QRR, f"{number:026}" + compute_mod_10_recursive(f"{number:026}")),
        st.integers(1, 10**26 - 1),
    ),
)


@given(references, TEXTS, TEXTS, st.none() | st.integers(1, 99_999_999_999))
def test_every_request_comes_back(kind, name, town, amount_minor):
    text, reference = kind
    request = replace(
        decode(text).request,
        payee_name=name,
        payee_city=town,
        reference=reference,
        amount_minor=amount_minor,
        mutability=Mutability.OPEN if amount_minor is None else Mutability.FIXED,
    )

    again = decode(DIALECT.encode(request))

    assert again.request == request
    assert DIALECT.write(again) == again.text
