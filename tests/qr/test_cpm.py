"""Consumer-presented codes: each rule names its object, and no error shows a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr import cpm
from qr.errors import PayloadInvalid, Weight
from tests.qr.payloads import refuse

PAN = ["5A", "1234567890123458"]
TRACK = ["57", "1234567890123458D191220112345F"]
ADF = ["4F", "A0000000555555"]
OTHER = ["4F", "A0000000666666"]
HEAD = ["85", "4350563031"]
CRYPTOGRAM = ["63", [["9F26", "568B12D9DA0BD97F"], ["9F36", "0001"]]]


def write(*fields):
    return cpm.write(cpm.to_nodes([HEAD, *fields], iter(())))


def with_object(tag, value):
    return write(["61", [ADF, PAN, [tag, value]]])


REFUSALS = [
    (cpm.write(cpm.to_nodes([["61", [ADF, PAN]]], iter(()))), "85", "order"),
    (cpm.write(cpm.to_nodes([["85", "4350563032"]], iter(()))), "85", "order"),
    ("", "85", "order"),
    (write(), "61", "missing"),
    (write(*[["61", [ADF, PAN]]] * 3), "61", "unexpected"),
    (write(["61", [ADF, PAN]], ["62", [["50", "41"]]]), "62", "unexpected"),
    (write(["61", [ADF]], ["61", [ADF, PAN]], *[["62", [PAN]]] * 2), "62", "unexpected"),
    (write(["BF0C", []], ["61", [ADF, PAN]]), "BF0C", "order"),
    (write(["61", [PAN]]), "61-4F", "missing"),
    (write(["61", [ADF, PAN]], ["61", [PAN]]), "61.2-4F", "missing"),
    (write(["61", [["4F", "A0000000"], PAN]]), "61-4F", "value"),
    (write(["61", [ADF]]), "61-57", "missing"),
    (write(["61", [ADF, PAN, PAN]]), "61-5A", "duplicate"),
    (write(["61", [ADF, PAN]], ["61", [OTHER]], ["62", [PAN]]), "61-5A", "duplicate"),
    (write(["61", [ADF, PAN]], ["50", "41"], ["50", "41"]), "50", "duplicate"),
    (with_object("57", "1234D1"), "61-57", "value"),
    (with_object("50", ""), "61-50", "value"),
    (with_object("50", "C3"), "61-50", "value"),
    (with_object("5F20", "41"), "61-5F20", "value"),
    (with_object("5F2D", "656E64"), "61-5F2D", "value"),
    (with_object("9F08", "01"), "61-9F08", "value"),
    (with_object("9F19", "04001003027A"), "61-9F19", "value"),
    (with_object("9F19", "123456"), "61-9F19", "value"),
    (with_object("9F19", "140010030273"), "61-9F19", "value"),
    (with_object("9F24", "41"), "61-9F24", "value"),
    (with_object("9F25", "12"), "61-9F25", "value"),
    (write(["61", [ADF, ["5A", "12" * 11]]]), "61-5A", "value"),
    ("hQVDUFY*", "", "characters"),
    ("hQVDUF", "", "characters"),
    ("hQVDUFYé", "", "characters"),
    (write(["61", [ADF, PAN]]).replace("WA==", "WB=="), "", "characters"),
]


@pytest.mark.parametrize(("text", "object_id", "kind"), REFUSALS)
def test_each_rule_names_its_object(text, object_id, kind):
    assert refuse(cpm.decode, text) == (object_id, kind)


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("9F19", "040010030273"),
        ("9F08", "0010"),
        ("9F24", "513030313042" + "30" * 23),
        ("9F25", "3458"),
        ("5F50", "74656C3A31313235353132333435"),
        ("5F2D", "7275657364656E"[:12] + "656E"),
        ("57", "1234567890123458D191220112345F"),
    ],
)
def test_an_object_of_the_right_form_is_accepted(tag, value):
    assert cpm.decode(with_object(tag, value)).applications[0].values["4F"] == ADF[1]


@pytest.mark.parametrize(
    "value", ["1234567890123458", "123456789012345F", "12345678901234FFFFFF"]
)
def test_a_card_number_may_be_filled_up(value):
    [application] = cpm.decode(write(["61", [ADF, ["5A", value]]])).applications

    assert application.account_number == value.rstrip("F")


@pytest.mark.parametrize("value", ["FFFF", "12F4", "123A", "12345678901234567890"])
def test_a_card_number_is_digits_before_it_is_filled_up(value):
    assert refuse(cpm.decode, write(["61", [ADF, ["5A", value]]])) == ("61-5A", "value")


def test_a_code_offers_its_applications():
    text = write(
        ["61", [ADF, TRACK, ["50", "41"], CRYPTOGRAM]],
        ["61", [OTHER, PAN]],
        ["62", [["9F25", "3458"]]],
    )

    code = cpm.decode(text)

    first, second = code.applications
    assert (first.adf_name, first.label) == ("A0000000555555", "A")
    assert first.account_number == "1234567890123458"
    assert (second.account_number, second.label) == ("1234567890123458", "")
    assert second.values["9F25"] == "3458"


@pytest.mark.parametrize(
    ("aids", "chosen"),
    [
        (["A0000000555555"], 0),
        (["a000000055"], 0),
        (["A0000000666666", "A0000000555555"], 1),
        (["A000000055555501", "A00000006666"], 1),
        (["A000000003"], None),
        ([], None),
    ],
)
def test_the_terminal_prefers(aids, chosen):
    code = cpm.decode(write(["61", [ADF, PAN]], ["61", [OTHER, TRACK]]))

    assert code.choose(aids) == (None if chosen is None else code.applications[chosen])


def test_an_application_without_name_is_skipped():
    assert len(cpm.read(write(["61", [PAN]], ["61", [OTHER, PAN]])).applications) == 1


def test_unknown_objects_are_kept():
    fields = [HEAD, ["61", [ADF, PAN, ["C1", "00FF"]]], ["BF0C", [["C2", ""]]]]

    text = cpm.encode(fields)

    assert text.startswith(cpm.PREFIX)
    assert cpm.decode(text).fields == fields


@given(st.lists(st.tuples(st.sampled_from(["C1", "9F10", "DF01"]), st.binary(max_size=200))))
def test_every_code_comes_back(objects):
    transparent = ["63", [[tag, value.hex().upper()] for tag, value in objects]]
    fields = [HEAD, ["61", [ADF, PAN, transparent]]]

    assert cpm.decode(cpm.encode(fields)).fields == fields


@pytest.mark.slow
@given(st.text())
def test_any_text_is_read_or_refused(text):
    for read in (cpm.read, cpm.decode):
        try:
            read(text)
        except PayloadInvalid:
            continue


def test_a_large_code_is_noted():
    [deviation] = cpm.decode(with_object("C1", "00" * 512)).deviations

    assert deviation.weight is Weight.NOTE


def test_a_broken_rule_is_not_encoded():
    with pytest.raises(PayloadInvalid, match="ADF name"):
        cpm.encode([HEAD, ["61", [PAN]]])


@pytest.mark.parametrize(
    "fields",
    [
        [HEAD, ["61", [ADF, PAN, ["C1", "xy"]]]],
        [HEAD, ["61", [ADF, PAN, ["tag", "00"]]]],
        [HEAD, ["61", [ADF, PAN, ["C1", [["50", "41"]]]]]],
    ],
)
def test_what_would_be_read_otherwise_is_not_encoded(fields):
    with pytest.raises(PayloadInvalid):
        cpm.encode(fields)


def test_no_refusal_and_no_representation_shows_a_number():
    text = write(["61", [ADF, PAN, ["57", "1234567890123458D1"]]])

    with pytest.raises(PayloadInvalid) as refusal:
        cpm.decode(text)

    assert refusal.value.detail == "a value of 18 characters"
    assert "1234567890123458" not in repr(cpm.read(text))
