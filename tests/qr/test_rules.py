"""Tables of rules: each line says one thing about one object."""

import pytest

from qr.checksum import is_iban
from qr.errors import Deviation, Kind, Weight
from qr.rules import Waiver, check, flatten, may, must, never, waive, without

CASES = {
    "mandatory and there": (must("53", "986", "r"), {"53": "986"}, None),
    "mandatory and absent": (must("53", "986", "r"), {}, (Kind.MISSING, "it is missing")),
    "mandatory and other": (must("53", "986", "r"), {"53": "9860"}, (Kind.VALUE, "'9860'")),
    "optional and absent": (may("54", "[0-9]+", "r"), {}, None),
    "optional and other": (may("54", "[0-9]+", "r"), {"54": ""}, (Kind.VALUE, "''")),
    "a pattern knows line ends": (may("59", ".+", "r"), {"59": "a\nb"}, None),
    "forbidden and absent": (never("56", "r"), {}, None),
    "forbidden and there": (never("56", "r"), {"56": "1"}, (Kind.UNEXPECTED, "'1'")),
    "any value": (must("59", None, "r"), {"59": ""}, None),
    "a predicate": (may("iban", is_iban, "r"), {"iban": "x"}, (Kind.VALUE, "'x'")),
    "not now": (must("53", None, "r", when=lambda values: "54" in values), {}, None),
    "now": (
        must("53", None, "r", when=lambda values: "54" in values),
        {"54": "1"},
        (Kind.MISSING, "it is missing"),
    ),
    "a long value is cut": (
        may("59", "x", "r"),
        {"59": "y" * 99},
        (Kind.VALUE, repr("y" * 40 + "…")),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_rule_finds_what_breaks_it(case):
    rule, values, expected = CASES[case]

    found = [(each.kind, each.detail) for each in check(values, [rule])]

    assert found == ([] if expected is None else [expected])


def test_a_rule_says_how_grave_it_is_and_of_which_kind():
    rule = must("iban", is_iban, "r", kind=Kind.CHECKSUM, weight=Weight.TOLERABLE)

    [found] = check({"iban": "x"}, [rule])

    assert (found.kind, found.weight) == (Kind.CHECKSUM, Weight.TOLERABLE)


def test_rules_of_a_template_follow_it():
    [found] = check({"33-00": "x"}, [must("01", None, "r")], prefix="33-")

    assert found.object_id == "33-01"


def test_secrets_are_not_shown():
    [found] = check({"5A": "4111"}, [may("5A", "x", "r")], show=lambda _: "hidden")

    assert found.detail == "hidden"


def test_what_is_waived_stays_as_a_note():
    name = Deviation("59", Kind.MISSING, "r")
    city = Deviation("60", Kind.MISSING, "r")
    length = Deviation("59", Kind.LENGTH, "r")

    found = list(waive([name, city, length], without("59"), {}))

    assert [each.weight for each in found] == [Weight.NOTE, Weight.FATAL, Weight.FATAL]


def test_a_waiver_may_depend_on_the_values():
    zero = Deviation("54", Kind.VALUE, "r")
    waiver = Waiver("54", Kind.VALUE, lambda values: "url" in values)

    assert [each.weight for each in waive([zero], [waiver], {"url": ""})] == [Weight.NOTE]
    assert [each.weight for each in waive([zero], [waiver], {})] == [Weight.FATAL]


def test_nested_fields_become_paths():
    fields = {"a": "1", "b": {"c": "2", "d": {"e": "3"}}, "f": None, "g": ["4", "5"]}

    assert flatten(fields) == {"a": "1", "b-c": "2", "b-d-e": "3", "g-1": "4", "g-2": "5"}
