"""Parameters of links: RFC 3986, and what links in the field do to it."""

import pytest

from qr.errors import Weight
from qr.parameters import split_parameters

FATAL, TOLERABLE = Weight.FATAL, Weight.TOLERABLE
CASES = {
    "a=1&b=": ({"a": "1", "b": ""}, []),
    "a=x=y": ({"a": "x=y"}, []),
    "a=%C3%A9%20x": ({"a": "é x"}, []),
    "%61=1": ({"a": "1"}, []),
    "a=1&a=2": ({"a": "1"}, [("a", "duplicate", FATAL)]),
    "a=1&%61=2": ({"a": "1"}, [("a", "duplicate", FATAL)]),
    "a=%K": ({"a": "%K"}, [("a", "characters", FATAL)]),
    "a=%": ({"a": "%"}, [("a", "characters", FATAL)]),
    "a=%E9": ({"a": "\ufffd"}, [("a", "characters", FATAL)]),
    "a=%ef%bf%bd": ({"a": "\ufffd"}, []),
    "a=%0A": ({"a": "\n"}, [("a", "characters", FATAL)]),
    "a=\ud800": (
        {"a": "\ufffd" * 3},
        [("a", "characters", FATAL), ("a", "characters", TOLERABLE)],
    ),
    "a=x y": ({"a": "x y"}, [("a", "characters", TOLERABLE)]),
    "a=x|y": ({"a": "x|y"}, [("a", "characters", Weight.NOTE)]),
    "a=x|y z": ({"a": "x|y z"}, [("a", "characters", TOLERABLE)]),
    "a=é": ({"a": "é"}, [("a", "characters", TOLERABLE)]),
    "a=x#y": ({"a": "x#y"}, [("a", "characters", TOLERABLE)]),
    "a%0A=1": ({"a\n": "1"}, [("a\n", "characters", FATAL)]),
    "a%=1": ({"a%": "1"}, [("a%", "characters", FATAL)]),
    "a b=1": ({"a b": "1"}, [("a b", "characters", TOLERABLE)]),
    "a": ({"a": ""}, [("a", "structure", TOLERABLE)]),
    "": ({}, [("", "structure", TOLERABLE)]),
    "a=1&": ({"a": "1"}, [("", "structure", TOLERABLE)]),
    "=1": ({}, [("", "structure", TOLERABLE)]),
    "a=1&amp;b=2&amp;c=3": (
        {"a": "1", "b": "2", "c": "3"},
        [("", "structure", TOLERABLE)],
    ),
    "a=1&amp;amp;b=2": ({"a": "1", "b": "2"}, [("", "structure", TOLERABLE)]),
    "a=1&#38;b=2&#x26;c=3": (
        {"a": "1", "b": "2", "c": "3"},
        [("", "structure", TOLERABLE)],
    ),
    "a=1%26amp;&b=amp;": ({"a": "1&amp;", "b": "amp;"}, []),
}


@pytest.mark.parametrize("query", CASES)
def test_each_query_has_its_parameters_and_deviations(query):
    parameters, deviations = split_parameters(query, plus="+")

    found = [(each.object_id, each.kind.value, each.weight) for each in deviations]
    assert (parameters, found) == CASES[query]


def test_a_plus_is_what_the_caller_says():
    assert split_parameters("a+b=1+2", plus="+")[0] == {"a+b": "1+2"}
    assert split_parameters("a+b=1+2%2B", plus=" ")[0] == {"a b": "1 2+"}


def test_a_prefix_goes_before_names():
    [deviation] = split_parameters("a=%", plus="+", prefix="query-")[1]

    assert deviation.object_id == "query-a"
    assert deviation.detail == "%"
