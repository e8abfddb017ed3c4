"""A scheme's templates: found wherever they may stand, opened, checked."""

import pytest

from qr.mpm import read
from qr.mpm_templates import Template, check_templates, match_templates
from qr.rules import Presence, must
from qr.tlv import serialize
from tests.qr.payloads import change

PAY = Template(ids=("26", "33"), guid="com.pay", rules=(must("01", "[0-9]+", "digits"),))
LABEL = Template(ids=("62-50",), guid="com.label", presence=Presence.OPTIONAL)
NATIONAL = Template(ids=("51",), guid="com.nation", presence=Presence.MANDATORY)
CARD = Template(ids=("02",), is_guid=lambda guid: guid.startswith("A0"))
DEEP = Template(ids=("38",), guid="com.deep", nested=("01",))


def find(templates, **changes):
    match = match_templates(read(change(**changes)).values, templates)
    deviations = (*match.deviations, *check_templates(match, templates))
    return match, [(each.object_id, each.kind.value) for each in deviations]


def test_a_template_is_found_at_any_of_its_places_without_regard_to_case():
    match, deviations = find((PAY,), _33={"00": "COM.Pay", "01": "5"})

    assert match.found == (("33", PAY),)
    assert match.values["@-01"] == "5"
    assert deviations == []


def test_its_rules_name_the_place_it_stands_at():
    _, deviations = find((PAY,), _33={"00": "com.pay", "01": "five"})

    assert deviations == [("33-01", "value")]


def test_another_unique_identifier_at_its_place_is_named():
    _, deviations = find((PAY,), _33={"00": "com.prey", "01": "5"})

    assert deviations == [("33-00", "value")]


def test_a_template_that_is_nowhere_is_missing_at_its_usual_place():
    assert find((PAY,))[1] == [("26-00", "missing")]


def test_a_scheme_takes_one_place():
    template = {"00": "com.pay", "01": "5"}

    assert find((PAY,), _26=template, _33=template)[1] == [("33-00", "duplicate")]


def test_a_template_of_many_schemes_may_stand_at_several_places():
    anybody = Template(ids=("26", "33"), is_guid=bool)

    assert find((anybody,), _26={"00": "com.pay"}, _33={"00": "com.pay"})[1] == []


def test_either_of_two_templates_is_enough():
    other = Template(ids=("27",), guid="com.other")

    assert find((PAY, other), _27={"00": "com.other"})[1] == []


def test_a_mandatory_template_is_wanted_besides():
    assert find((PAY, NATIONAL), _26={"00": "com.pay", "01": "5"})[1] == [("51-00", "missing")]
    assert find((NATIONAL,), _51={"00": "com.nation"})[1] == []


def test_an_optional_template_may_be_absent_and_is_opened_where_it_stands_deeper():
    label = {"50": serialize([("00", "com.label"), ("01", "x")])}

    assert find((LABEL,))[1] == []
    match, deviations = find((LABEL,), _62=label)
    assert (match.found, deviations) == ((("62-50", LABEL),), [])
    assert match.values["62-50-01"] == "x"
    assert "@-01" not in match.values


@pytest.mark.parametrize("value", ["00", "0002A", "no template"])
def test_a_place_that_cannot_be_opened_is_not_it(value):
    assert find((LABEL,), _62={"50": value})[0].found == ()


def test_a_primitive_may_hold_a_template():
    match, deviations = find((CARD,), _02=serialize([("00", "A0001"), ("01", "5")]))

    assert match.values["@-01"] == "5"
    assert deviations == []
    twice = serialize([("00", "A0001"), ("01", "5"), ("01", "6")])
    assert find((CARD,), _02=twice)[1] == [("02-01", "duplicate")]


def test_what_is_nested_is_opened_or_named():
    good, deviations = find(
        (DEEP,), _38={"00": "com.deep", "01": serialize([("00", "970423")])}
    )
    assert (good.values["@-01-00"], deviations) == ("970423", [])

    twice = serialize([("00", "970423"), ("01", "1"), ("01", "2")])
    match, deviations = find((DEEP,), _38={"00": "com.deep", "01": twice})
    assert (match.values["38-01-01"], deviations) == ("1", [("38-01-01", "duplicate")])
    assert find((DEEP,), _38={"00": "com.deep"})[1] == []
    assert find((DEEP,), _38={"00": "com.deep", "01": "0099x"})[1] == [("38-01", "structure")]
