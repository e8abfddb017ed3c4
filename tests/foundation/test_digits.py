"""Digits of every script."""

import sys
from unicodedata import category, decimal

import pytest

from foundation.digits import fold_digits
from tests.scripts import SCRIPTS


@pytest.mark.parametrize("digits", SCRIPTS.values(), ids=SCRIPTS)
def test_digits_of_any_script_are_digits(digits):
    assert fold_digits("PIN 0123456789".translate(digits)) == "PIN 0123456789"


def test_nothing_else_is_touched():
    kept = "".join(
        chr(point) for point in range(sys.maxunicode + 1) if category(chr(point)) != "Nd"
    )
    folded = fold_digits("".join(map(chr, range(0x110000))))

    assert fold_digits(kept) == kept
    assert all(decimal(each, None) is None or each.isascii() for each in folded)
