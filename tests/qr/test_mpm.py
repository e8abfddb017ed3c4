"""Merchant-presented codes: the base rules one by one, and nothing lost on the way."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr import mpm
from qr.errors import PayloadInvalid, Weight
from qr.tlv import serialize
from tests.qr.payloads import EXAMPLE, FIELDS, VECTORS, change, refuse

MPM_VECTORS = [vector for vector in VECTORS if "emv_strict" in vector]
LANGUAGE = {"00": "es", "01": "ABC Martillos"}
GUID = "A000000727"
# What is changed in FIELDS, and the object and kind it is refused for.
REFUSALS = [
    ({"_00": "02"}, "00", "value"),
    ({"_01": "13"}, "01", "value"),
    ({"_02": None}, "02..51", "missing"),
    ({"_02": ""}, "02", "length"),
    ({"_02": "Ü"}, "02", "characters"),
    ({"_26": "no template"}, "26", "structure"),
    ({"_26": {"01": "x"}}, "26-00", "missing"),
    ({"_26": {"00": "x" * 33}}, "26-00", "length"),
    ({"_26": {"00": "Ü"}}, "26-00", "characters"),
    ({"_26": {"00": GUID, "01": ""}}, "26-01", "length"),
    ({"_52": None}, "52", "missing"),
    ({"_52": "1A2B"}, "52", "characters"),
    ({"_52": "\u0661\u0662\u0663\u0664"}, "52", "characters"),
    ({"_52": "123"}, "52", "length"),
    ({"_53": None}, "53", "missing"),
    ({"_53": "USD"}, "53", "characters"),
    ({"_54": "0.00"}, "54", "value"),
    ({"_54": "98,73"}, "54", "value"),
    ({"_54": "3 705"}, "54", "value"),
    ({"_54": "1.2."}, "54", "value"),
    ({"_54": ".5"}, "54", "value"),
    ({"_54": "-5"}, "54", "value"),
    ({"_54": "12345678901.00"}, "54", "length"),
    ({"_55": "04"}, "55", "value"),
    ({"_55": "01", "_56": "1.00"}, "56", "unexpected"),
    ({"_56": "1.00"}, "56", "unexpected"),
    ({"_55": "02"}, "56", "missing"),
    ({"_55": "02", "_56": "0.00"}, "56", "value"),
    ({"_55": "02", "_56": "1,0"}, "56", "value"),
    ({"_55": "02", "_56": "1.00", "_57": "3.00"}, "57", "unexpected"),
    ({"_55": "03"}, "57", "missing"),
    ({"_55": "03", "_57": "00.00"}, "57", "value"),
    ({"_55": "03", "_57": "100"}, "57", "value"),
    ({"_55": "03", "_57": "3%"}, "57", "value"),
    ({"_55": "03", "_57": "3.0000"}, "57", "length"),
    ({"_57": "3.00"}, "57", "unexpected"),
    ({"_58": None}, "58", "missing"),
    ({"_58": "us"}, "58", "value"),
    ({"_59": None}, "59", "missing"),
    ({"_59": "x" * 26}, "59", "length"),
    ({"_59": "最佳运输"}, "59", "characters"),
    ({"_59": "ABC\nHammers"}, "59", "value"),
    ({"_59": "ABC\u202esremmaH"}, "59", "value"),
    ({"_60": "New\x00York"}, "60", "value"),
    ({"_60": None}, "60", "missing"),
    ({"_60": "x" * 16}, "60", "length"),
    ({"_61": "x" * 11}, "61", "length"),
    ({"_61": "a\x1fb"}, "61", "characters"),
    ({"_62": "no template"}, "62", "structure"),
    ({"_62": {"00": "x"}}, "62-00", "reserved"),
    ({"_62": {"05": "x" * 26}}, "62-05", "length"),
    ({"_62": {"05": "Ü"}}, "62-05", "characters"),
    ({"_62": {"09": "MM"}}, "62-09", "value"),
    ({"_62": {"09": "B"}}, "62-09", "value"),
    ({"_62": {"09": "AMEA"}}, "62-09", "length"),
    ({"_62": {"10": "x" * 21}}, "62-10", "length"),
    ({"_62": {"11": "482"}}, "62-11", "value"),
    ({"_62": {"11": "830"}}, "62-11", "value"),
    ({"_62": {"12": "x"}}, "62-12", "reserved"),
    ({"_62": {"60": "607c"}}, "62-60", "structure"),
    ({"_62": {"60": serialize([("01", "x")])}}, "62-60-00", "missing"),
    ({"_62": {"60": serialize([("00", "x" * 33)])}}, "62-60-00", "length"),
    ({"_62": {"60": serialize([("00", GUID), ("01", "")])}}, "62-60-01", "length"),
    (
        {"_62": {"60": serialize([("00", GUID), ("01", "1"), ("01", "2")])}},
        "62-60-01",
        "duplicate",
    ),
    ({"_64": {"01": "ABC"}}, "64-00", "missing"),
    ({"_64": {"00": "e5", "01": "ABC"}}, "64-00", "value"),
    ({"_64": {"00": "esp", "01": "ABC"}}, "64-00", "length"),
    ({"_64": {"00": "es"}}, "64-01", "missing"),
    ({"_64": LANGUAGE | {"01": "最" * 26}}, "64-01", "length"),
    ({"_64": LANGUAGE | {"02": "最" * 16}}, "64-02", "length"),
    ({"_64": LANGUAGE | {"01": "ABC\u2066"}}, "64-01", "value"),
    ({"_64": LANGUAGE | {"02": "a\u2028b"}}, "64-02", "value"),
    ({"_64": LANGUAGE | {"03": "x"}}, "64-03", "reserved"),
    ({"_65": "x"}, "65", "reserved"),
    ({"_79": "x"}, "79", "reserved"),
    ({"_80": "046"}, "80", "structure"),
    ({"_99": {"01": "x"}}, "99-00", "missing"),
    ({"_80": {"00": GUID, "01": "\ud800"}}, "80", "characters"),
]
ACCEPTED = [
    {"_01": None},
    {"_01": "11"},
    {"_02": None, "_51": {"00": GUID}},
    {"_02": None, "_26": {"07": "Ü", "00": GUID}},
    {"_52": "0000"},
    {"_54": None},
    {"_54": "98."},
    {"_54": "98"},
    {"_54": None, "_55": "01"},
    {"_55": "02", "_56": "0.01"},
    {"_55": "03", "_57": "00.01"},
    {"_55": "03", "_57": "3.00"},
    {"_55": "03", "_57": "99.99"},
    {"_55": "03", "_57": "5"},
    {"_62": {"01": "***", "05": "***", "09": "EMA", "10": "x" * 20, "11": "400"}},
    {"_62": {"50": serialize([("00", GUID), ("01", "最")])}},
    {"_64": LANGUAGE},
    {"_64": {"01": "最佳运输", "00": "ZH", "02": "北京"}},
    {"_80": {"00": GUID, "01": "最"}},
]


@pytest.mark.parametrize(("changes", "object_id", "kind"), REFUSALS, ids=str)
def test_each_rule_names_its_object(changes, object_id, kind):
    text = change(**changes)

    assert refuse(mpm.decode, text) == (object_id, kind)
    assert mpm.read(text).text == text


@pytest.mark.parametrize("changes", ACCEPTED, ids=str)
def test_what_the_standard_allows_is_accepted(changes):
    payload = mpm.decode(change(**changes))

    assert payload.deviations == ()
    assert mpm.write(payload.fields) == payload.text


def test_the_example_of_the_standard_counts_characters_and_sums_bytes():
    payload = mpm.decode(EXAMPLE)

    assert (len(EXAMPLE), len(EXAMPLE.encode())) == (248, 260)
    assert payload.values["64-01"] == "最佳运输"
    assert mpm.encode(payload.fields) == EXAMPLE


@pytest.mark.parametrize("vector", MPM_VECTORS, ids=lambda vector: vector["why"])
def test_real_payloads_are_lost_in_no_byte(vector):
    payload = mpm.read(vector["payload"])

    pairs = [(each.id, each.value) for each in payload.objects]
    if payload.counts_bytes:
        assert payload.tail == ""
    else:
        assert serialize(pairs) + payload.tail == vector["payload"]


def test_a_changed_character_breaks_the_check_sum():
    text = change().replace("10.50", "10.51")

    assert refuse(mpm.decode, text) == ("63", "checksum")


def test_a_check_sum_in_small_letters_is_tolerable():
    text = change(_59="ABC Hammer 4")
    assert text[-4:] != text[-4:].lower()

    [deviation] = mpm.read(text[:-4] + text[-4:].lower()).deviations

    assert (deviation.object_id, deviation.kind) == ("63", "characters")
    assert deviation.weight is Weight.TOLERABLE


@pytest.mark.parametrize(
    ("changes", "object_id"),
    [
        ({"_54": "10.505"}, "54"),
        ({"_53": "392", "_54": "999.123"}, "54"),
        ({"_55": "02", "_56": "0.125"}, "56"),
    ],
)
def test_decimals_the_currency_lacks_are_noted(changes, object_id):
    [deviation] = mpm.decode(change(**changes)).deviations

    assert (deviation.object_id, deviation.weight) == (object_id, Weight.NOTE)


@pytest.mark.parametrize(
    "changes", [{"_54": "10.500"}, {"_53": "392", "_54": "999.0"}, {"_53": "999", "_54": "1.9"}]
)
def test_zeros_and_unknown_currencies_lack_nothing(changes):
    assert mpm.decode(change(**changes)).deviations == ()


@pytest.mark.parametrize("name", ["52", "53"])
def test_an_empty_mandatory_object_is_as_good_as_absent(name):
    [deviation] = mpm.read(change(**{f"_{name}": ""})).deviations

    assert (deviation.object_id, deviation.weight) == (name, Weight.FATAL)


def test_a_name_that_turns_the_direction_of_reading_is_fatal():
    weights = {each.kind: each.weight for each in mpm.read(change(_59="A\u202eB")).deviations}

    assert weights == {"characters": Weight.TOLERABLE, "value": Weight.FATAL}


def test_the_check_sum_is_mandatory_and_last():
    text = change()

    assert refuse(mpm.decode, text[:-8]) == ("63", "missing")
    moved = {(each.object_id, each.kind) for each in mpm.read(text + "6101x").deviations}
    assert moved == {("63", "order")}


def test_an_object_stands_once_and_the_first_counts():
    text = change()[:-8] + "5908Evil Inc"
    text = mpm.read(text + "6304").text
    sealed = text + mpm.write({"00": "01"})[-4:]

    payload = mpm.read(sealed)

    assert payload.values["59"] == "ABC Hammers"
    assert ("59", "duplicate") in {(each.object_id, each.kind) for each in payload.deviations}


def test_a_template_stands_once_and_the_first_is_opened():
    second = serialize([("00", "EVIL")])
    text = change(_26={"00": GUID, "01": "1"})[:-8] + f"26{len(second):02}{second}"

    payload = mpm.read(text)

    assert payload.values["26-00"] == GUID
    assert [each.id for each in payload.objects].count("26") == 2


def test_a_sub_object_stands_once():
    inner = serialize([("00", GUID), ("01", "1"), ("01", "2")])

    assert refuse(mpm.decode, change(_26=inner)) == ("26-01", "duplicate")


def test_lengths_in_bytes_are_read_and_named():
    text = mpm.write_bytes(FIELDS | {"64": {"00": "zh", "01": "最佳运输"}})

    payload = mpm.read(text)

    [deviation] = payload.deviations
    assert (deviation.kind, deviation.weight) == ("length", Weight.TOLERABLE)
    assert payload.values["64-01"] == "最佳运输"
    assert mpm.write_bytes(payload.fields) == text


def test_broken_text_with_foreign_letters_is_broken_in_either_count():
    assert refuse(mpm.decode, change(_64=LANGUAGE) + "Ü") == ("", "structure")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"_62": {"01": "1", "05": "x" * 26}}, "0526xxx"),
        ({"_62": {"01": "1", "09": "MM"}}, "0902MM"),
        ({"_54": "1,5"}, "54031,5"),
        ({"_59": "Ü", "_54": "1,5"}, "5901Ü"),
    ],
)
def test_offsets_lead_to_the_fault(changes, found):
    text = change(**changes)

    places = [text[each.offset :] for each in mpm.read(text).deviations]

    assert any(place.startswith(found) for place in places)


def test_offsets_count_characters_even_where_lengths_do_not():
    text = mpm.write_bytes(FIELDS | {"54": "1,5", "64": {"00": "zhx", "01": "最佳运输"}})

    found = {each.object_id: each.offset for each in mpm.read(text).deviations}

    assert text[found["54"] :].startswith("54031,5")
    assert text[found["64-00"] :].startswith("0003zhx")
    assert found[""] is None


def test_a_long_payload_is_only_noted():
    big = {f"{name}": {"00": GUID, "01": "x" * 80} for name in range(26, 32)}

    [deviation] = mpm.decode(change(FIELDS | big)).deviations

    assert (deviation.kind, deviation.weight) == ("length", Weight.NOTE)


@pytest.mark.parametrize("text", ["", "00", "0102", "https://x", "\u0660\u0660\u0660\u066201"])
def test_other_texts_are_not_read(text):
    with pytest.raises(PayloadInvalid, match="starts with 0002"):
        mpm.read(text)


@given(st.text(alphabet="0123456789"))
def test_whatever_follows_the_prefix_is_read(text):
    payload = mpm.read("0002" + text)

    assert payload.deviations
    assert mpm.read(payload.text) == payload


def test_characters_are_composed_before_they_are_counted():
    decomposed = unicodedata.normalize("NFD", "Café")
    assert len(decomposed) == 5

    text = mpm.encode(FIELDS | {"64": {"00": "fr", "01": decomposed}})

    assert mpm.decode(text).values["64-01"] == "Café"


def test_half_a_character_is_none():
    assert refuse(mpm.decode, change(_60="\ud800")) == ("", "characters")


@pytest.mark.parametrize("name", ["\u0958" * 25, "\u212b", "e\u0301" * 12])
def test_composing_makes_nothing_longer(name):
    text = mpm.encode(FIELDS | {"64": {"00": "hi", "01": name}})

    written = mpm.decode(text).values["64-01"]

    assert len(written) <= len(name)
    assert mpm.compose({"64": written}) == {"64": written}


def test_what_is_encoded_obeys_the_rules():
    with pytest.raises(PayloadInvalid) as refusal:
        mpm.encode(FIELDS | {"59": "x" * 26})

    assert refusal.value.object_id == "59"
    assert mpm.encode(FIELDS | {"63": "FFFF"}) == mpm.encode(FIELDS)


common = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=25)
templates = st.dictionaries(
    st.integers(1, 99).map("{:02}".format),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    max_size=3,
).map(lambda values: {"00": "com.example", **values})


@given(
    accounts=st.dictionaries(st.integers(26, 51).map(str), templates, min_size=1),
    labels=st.dictionaries(st.sampled_from(["01", "02", "05", "07"]), common, max_size=3),
    unreserved=st.dictionaries(st.integers(80, 99).map(str), templates),
    name=common,
    amount=st.integers(1, 10**9).map(str),
)
def test_every_payload_comes_back(accounts, labels, unreserved, name, amount):
    fields = FIELDS | {"59": name, "54": amount} | accounts | unreserved
    fields |= {"62": labels} if labels else {}

    payload = mpm.decode(mpm.encode(fields))

    composed = mpm.compose(fields)
    assert {key: value for key, value in payload.fields.items() if key != "63"} == composed
