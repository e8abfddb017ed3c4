"""Formats of one element a line: line ends are kept, and never smuggled in."""

import pytest

from qr.errors import PayloadInvalid, Weight
from qr.lines import check_tail, join_lines, pack_layout, split_lines, unpack_layout


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_and_their_ends_come_back(end):
    text = end.join(["BCD", "", "002"])

    lines, found, deviations = split_lines(text)

    assert (lines, found, deviations) == (["BCD", "", "002"], end, ())
    assert join_lines([("", line) for line in lines], found) == text


@pytest.mark.parametrize("text", ["a\r\nb\nc", "a\nb\rc", "a\r\nb\rc"])
def test_mixed_ends_are_named(text):
    [deviation] = split_lines(text)[2]

    assert (deviation.kind, deviation.weight) == ("structure", Weight.FATAL)


def test_bare_carriage_returns_are_tolerable():
    lines, end, [deviation] = split_lines("a\rb")

    assert (lines, end) == (["a", "b"], "\r")
    assert (deviation.kind, deviation.weight) == ("structure", Weight.TOLERABLE)


def test_a_single_line_has_no_end():
    assert split_lines("a") == (["a"], "\r", ())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("tail", [[], [""], ["", "x"]])
def test_a_layout_gives_back_what_follows(end, tail):
    written = "".join(end + line for line in tail)

    assert unpack_layout(pack_layout(end, tail)) == (end, written)


def test_without_layout_lines_end_with_a_line_feed():
    assert unpack_layout("") == ("\n", "")


@pytest.mark.parametrize(
    ("tail", "found"),
    [
        ([], []),
        (["", ""], [("structure", Weight.TOLERABLE)]),
        (["", "x"], [("length", Weight.FATAL)]),
    ],
)
def test_empty_lines_after_the_last_are_tolerable(tail, found):
    assert [(each.kind, each.weight) for each in check_tail(tail)] == found


@pytest.mark.parametrize("value", ["a\nb", "a\rb"])
def test_a_value_with_a_line_end_is_refused(value):
    with pytest.raises(PayloadInvalid) as refusal:
        join_lines([("service_tag", "BCD"), ("name", value)], "\n")

    assert refusal.value.object_id == "name"
