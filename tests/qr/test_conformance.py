"""The command that holds this library against a file of vectors."""

import json
import runpy
import sys

import pytest

from qr import conformance
from qr.conformance import Judgement, judge, list_base_misses, list_misses, main
from qr.errors import Deviation, Kind, Weight
from qr.registry import DIALECTS
from tests.qr.payloads import EXAMPLE, VECTORS

GOOD = next(vector for vector in VECTORS if vector["payload"] == EXAMPLE)
BAD = next(vector for vector in VECTORS if vector["why"] == "56 is zero")
DIALECT = DIALECTS["emv_mpm"]


def write(path, *vectors):
    path.write_text("".join(json.dumps(vector) + "\n" for vector in vectors) + "\n", "utf-8")
    return str(path)


@pytest.mark.parametrize(
    "vector", [vector for vector in VECTORS if "emv_strict" in vector], ids=lambda v: v["why"]
)
def test_the_base_rules_agree_with_every_vector(vector):
    assert list(list_base_misses(vector)) == []


@pytest.mark.parametrize("name", sorted({vector["format"] for vector in VECTORS}))
def test_finished_formats_miss_nothing(name):
    vectors = [vector for vector in VECTORS if vector["format"] == name]

    assert vectors
    assert [miss for each in vectors for miss in list_misses(DIALECTS[name], each)] == []


def test_other_formats_have_no_base_rules():
    vector = next(vector for vector in VECTORS if vector["format"] == "epc")

    assert list(list_base_misses(vector)) == []


def test_misses_are_printed_and_counted(tmp_path, capsys):
    path = write(tmp_path / "vectors.jsonl", GOOD, BAD, GOOD | {"valid": False})

    assert main([path]) == 1
    out = capsys.readouterr().out
    assert "emv_mpm: the specification example" in out
    assert "accepted" in out
    assert out.endswith("2 of 3\n")


def test_no_miss_is_a_success(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["conformance", write(tmp_path / "v.jsonl", GOOD, BAD)])

    with pytest.raises(SystemExit) as end:
        runpy.run_path(conformance.__file__, run_name="__main__")

    assert end.value.code == 0
    assert capsys.readouterr().out == "2 of 2\n"


def test_a_format_nobody_knows_is_a_miss(tmp_path, capsys):
    assert main([write(tmp_path / "vectors.jsonl", GOOD | {"format": "yen"})]) == 1
    assert "the format is not known" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "miss"),
    [
        ({"fields": {"00": "01"}}, "other fields"),
        ({"payload": EXAMPLE + "x"}, "refused"),
        ({"emv_strict": False}, "accepted by the base rules"),
        ({"payload": EXAMPLE + "x", "valid": False, "fields": {}}, "refused by the base rules"),
    ],
)
def test_each_kind_of_miss_has_its_words(changes, miss):
    vector = GOOD | changes

    found = [*list_misses(DIALECT, vector), *list_base_misses(vector)]

    assert found[0].startswith(miss)


def test_a_payload_written_otherwise_is_a_miss():
    twice = next(each for each in VECTORS if each["why"] == "duplicate root id 58")
    vector = GOOD | {"payload": twice["payload"]}
    lenient = type("Lenient", (), {"decode": DIALECT.read, "write": DIALECT.write})()

    assert any("written as" in each for each in list_misses(lenient, vector))


def test_a_refusal_for_another_reason_is_a_miss():
    [miss] = list_misses(DIALECT, BAD | {"why": "60 missing", "emv_issues": []})

    assert miss.startswith("refused for another reason: 56")


EXPLAINED, OTHERWISE, UNKNOWN = Judgement


@pytest.mark.parametrize(
    ("why", "judgement"),
    [
        ("56 is zero", EXPLAINED),
        ("55 is zero", OTHERWISE),
        ("wrong CRC", OTHERWISE),
        ("561 is zero", EXPLAINED),
        ("the fee is more than all", EXPLAINED),
        ("the tip is absurd", OTHERWISE),
        ("absurd", UNKNOWN),
        ("from that", UNKNOWN),
        ("longer than 55", UNKNOWN),
        ("indicator 55", UNKNOWN),
        ("a number of 55 digits", UNKNOWN),
        ("reported by nobody", UNKNOWN),
    ],
)
def test_a_reason_is_judged_by_its_object_or_rule(why, judgement):
    deviation = Deviation("56", Kind.VALUE, "a fixed fee is more than zero")
    vector = {"why": why, "format": "emv_mpm"}

    assert judge(vector, [deviation], names={"tip"}) is judgement


def test_a_word_is_found_where_it_begins():
    deviation = Deviation("61", Kind.STRUCTURE, "the data is BER-TLV")

    assert judge({"why": "a number", "format": "emv_cpm"}, [deviation]) is UNKNOWN
    assert judge({"why": "not BER", "format": "emv_cpm"}, [deviation]) is EXPLAINED


@pytest.mark.parametrize(
    ("name", "payload", "why"),
    [
        ("wechat_code", "12006109882800940", "17 digits"),
        ("epc", "BCD\n002\n1\nSCT\n\n\nDE89370400440532013000", "name missing"),
        ("epc", "BCD\n002\n1\nSCT\nBHBL\nMax\nDE89370400440532013000", "BIC too short"),
        ("epc", "BCD\n002\n1\nSCT\n\nMax\n\nDE89370400440532013000", "line break in the name"),
        ("msct", "https://a.example/1/m/AB1/?iss=XY9&tok=a&cur=USD", "currency"),
        ("upi", "upi://pay?pa=ab@cd&pn=x&mc=581", "MCC of 3 digits"),
    ],
)
def test_formats_whose_objects_have_names_are_judged_by_them(name, payload, why):
    vector = {"format": name, "payload": payload, "why": why, "valid": False}

    assert list(list_misses(DIALECTS[name], vector)) == []
    assert list(list_misses(DIALECTS[name], vector | {"why": "trailer"})) != []


def test_a_note_explains_nothing():
    note = Deviation("56", Kind.VALUE, "r", weight=Weight.NOTE)

    assert judge({"why": "56 is zero", "format": "emv_mpm"}, [note]) is OTHERWISE


def test_names_of_objects_are_found_in_reasons():
    vector = next(each for each in VECTORS if each["why"] == "IBAN not from CH or LI")
    dialect = DIALECTS["swiss"]

    assert list(list_misses(dialect, vector | {"why": "account abroad"})) == []
    [miss] = list_misses(dialect, vector | {"why": "message too bold"})
    assert miss.startswith("refused for another reason: account")


def test_a_reason_nobody_knows_is_counted_apart(tmp_path, capsys):
    path = write(tmp_path / "vectors.jsonl", GOOD, BAD | {"why": "absurd", "emv_issues": []})

    assert main([path]) == 0
    assert capsys.readouterr().out == "2 of 2 (1 refused for a reason that is not judged)\n"


def test_what_cannot_be_read_at_all_is_explained_by_its_refusal():
    vector = {"format": "emv_mpm", "payload": "x", "valid": False, "why": "00 header"}

    assert list(list_misses(DIALECT, vector)) == []
