"""Payloads of which single fields were changed still hold together, and break no promise."""

import random
from itertools import islice

import pytest

from qr.errors import PayloadInvalid
from tests.fuzz.fields import change, make_changed
from tests.fuzz.targets import check_input, is_slow_here, read_input


def draw(seed, count):
    return list(islice(make_changed(random.Random(seed)), count))  # noqa: S311  no secret


def is_accepted(data):
    dialect, text = read_input(data)
    try:
        dialect.decode(text)
    except PayloadInvalid:
        return False
    return True


@pytest.mark.parametrize("seed", range(8))
def test_changed_payloads_break_nothing(seed):
    for data in draw(seed, 100):
        check_input(data, is_slow=is_slow_here)


def test_the_same_choices_change_the_same():
    assert draw(1, 50) == draw(1, 50)
    assert draw(1, 50) != draw(2, 50)


def test_a_strict_reader_accepts_many_of_them():
    accepted = {read_input(data)[0].name for data in draw(1, 400) if is_accepted(data)}

    assert {"emv_mpm", "epc", "pix", "swiss", "upi", "vietqr"} <= accepted


@pytest.mark.parametrize("fields", ["text", {"a": "b"}, [["4F", "00"]], ["one", "two"]])
def test_a_change_keeps_the_kind_of_field(fields):
    choice = random.Random(1)  # noqa: S311  no secret
    changed = [change(fields, choice) for _ in range(50)]

    assert {type(each) for each in changed} == {type(fields)}
    assert any(each != fields for each in changed)


@pytest.mark.parametrize("fields", [None, {}, []])
def test_of_nothing_nothing_is_changed(fields):
    assert change(fields, random.Random(1)) is fields  # noqa: S311  no secret
