"""Formats of one element a line: line ends are kept, and never smuggled in."""

import pytest

from qr.errors import PayloadInvalid
from qr.lines import join_lines, split_lines


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_and_their_ends_come_back(end):
    text = end.join(["BCD", "", "002"])

    lines, found, deviations = split_lines(text)

    assert (lines, found, deviations) == (["BCD", "", "002"], end, ())
    assert join_lines([("", line) for line in lines], found) == text


@pytest.mark.parametrize("text", ["a\r\nb\nc", "a\rb", "a\r\nb\rc"])
def test_mixed_ends_are_named(text):
    [deviation] = split_lines(text)[2]

    assert deviation.kind == "structure"


@pytest.mark.parametrize("value", ["a\nb", "a\rb"])
def test_a_value_with_a_line_end_is_refused(value):
    with pytest.raises(PayloadInvalid) as refusal:
        join_lines([("service_tag", "BCD"), ("name", value)], "\n")

    assert refusal.value.object_id == "name"
