"""Bars, read back by a scanner of another make."""

import re

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from PIL import Image

from qr.code128 import QUIET_ZONE, draw_bars, list_widths
from qr.errors import PayloadInvalid

CODE = "770123456789012345"


def rasterise(drawn, *, pixels=2, height=40):
    """Fill the bars of the drawing's path."""
    width, path = drawn
    picture = Image.new("L", (width, height), 255)
    for x, bar in re.findall(r"M(\d+) 0h(\d+)v", path):
        picture.paste(0, (int(x), 0, int(x) + int(bar), height))
    return picture.resize((width * pixels, height * pixels), Image.Resampling.NEAREST)


def read(picture):
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.format == zxingcpp.BarcodeFormat.Code128
    return found.text


def test_every_character_of_the_set_is_read_back():
    for start in range(0, 100, 10):
        digits = "".join(f"{value:02}" for value in range(start, start + 10))

        assert read(rasterise(draw_bars(digits, height=40))) == digits


@profile(max_examples=50, deadline=None)
@given(st.integers(0, 10**16 - 1))
def test_every_payment_code_is_read_back(number):
    code = f"77{number:016}"

    assert read(rasterise(draw_bars(code, height=40))) == code


def test_a_payment_code_is_154_modules_wide():
    width, path = draw_bars(CODE, height=40)

    # Start, nine pairs, check: 11 each; stop: 13.
    assert sum(list_widths(CODE)) == 11 * 11 + 13 == 134
    assert width == 134 + 2 * QUIET_ZONE
    assert path.startswith(f"M{QUIET_ZONE} 0h2v40H{QUIET_ZONE}z")
    assert path.endswith(f"M{width - QUIET_ZONE - 2} 0h2v40H{width - QUIET_ZONE - 2}z")


def test_every_character_is_eleven_modules_and_stop_is_thirteen():
    for value in range(100):
        assert sum(list_widths(f"{value:02}")) == 11 * 3 + 13


@pytest.mark.parametrize("digits", ["", "123", "12 4", "1\u0662", "²²", "AB"])
def test_anything_but_pairs_of_digits_is_refused(digits):
    with pytest.raises(PayloadInvalid, match="even number of digits"):
        list_widths(digits)
