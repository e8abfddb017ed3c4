"""A part of a split code is never taken for a whole one, and all parts together are.

Drawn by segno, which the code under test does not use.
"""

import io
from types import SimpleNamespace
from typing import Any

import pytest
import segno
from PIL import Image

from qr.scanning import read_picture
from qr.split_codes import Part, find_part, join_parts

TRANSFER = "BCD\n002\n1\nSCT\n\nMuller\nDE89370400440532013000\nEUR12.30\n\n\nRechnung 12345"


def split(text, *, count=2, **options):
    return segno.make_sequence(text, symbol_count=count, boost_error=False, **options)


def draw(code):
    file = io.BytesIO()
    code.save(file, kind="png", scale=6, border=4)
    return file.getvalue()


def paint(*codes, damaged=()):
    """Lay codes side by side, each 6 pixels a module; modules of `damaged` are turned round."""
    table = Image.new("L", (20 + 480 * len(codes), 480), 255)
    for place, code in enumerate(codes):
        drawn = Image.open(io.BytesIO(draw(code))).convert("L")
        for row, column in damaged:
            side = len(code.matrix)
            box = [6 * (4 + each % side) for each in (column, row)]
            dark = drawn.getpixel((box[0] + 1, box[1] + 1)) == 0
            drawn.paste(255 if dark else 0, (*box, box[0] + 6, box[1] + 6))
        table.paste(drawn, (10 + 480 * place, 10))
    file = io.BytesIO()
    table.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(("error", "count"), [("L", 2), ("M", 3), ("Q", 4), ("H", 16)])
def test_each_part_says_which_it_is(error, count):
    for number, code in enumerate(split(TRANSFER, count=count, error=error), start=1):
        seen = read_picture(paint(code))

        assert seen.texts == []
        assert [(part.number, part.total) for part in seen.parts] == [(number, count)]


# The last module of the last row is the first bit of all.
@pytest.mark.parametrize("damaged", [[(-1, -1)], [(-1, -2)], [(-2, -1)], [(-2, -2)]])
def test_a_part_is_known_where_its_mark_is_dirty(damaged):
    seen = read_picture(paint(split(TRANSFER)[0], damaged=damaged))

    assert (seen.texts, len(seen.parts)) == ([], 1)


@pytest.mark.parametrize("damaged", [[(-1, -1)], [(-1, -2)], [(-2, -1)], [(-2, -2)]])
@pytest.mark.parametrize(
    "text", [TRANSFER, "1234567890123", "HTTPS://PAY.EXAMPLE/P/0123456789"]
)
def test_a_whole_code_is_no_part_where_it_is_dirty(text, damaged):
    seen = read_picture(paint(segno.make_qr(text), damaged=damaged))

    assert (seen.texts, seen.parts) == ([text], [])


@pytest.mark.parametrize("version", [1, 7, 14, 22, 40])
def test_whole_codes_of_every_size_are_whole(version):
    code = segno.make_qr("7712345678", version=version, error="L")
    file = io.BytesIO()
    code.save(file, kind="png", scale=4, border=4)

    assert read_picture(file.getvalue()).texts == ["7712345678"]


@pytest.mark.parametrize("version", ["1", "2"])
def test_what_the_library_draws_otherwise_than_it_says_is_no_part(version):
    """Another release of it may draw other modules than it read; white ones hold no words."""
    white = memoryview(bytes([255]) * 21 * 21).cast("B", (21, 21))
    found: Any = SimpleNamespace(
        extra={"Version": version, "ECLevel": "L", "DataMask": 0}, to_image=lambda **_: white
    )

    assert find_part(found) is None


def test_all_parts_together_are_the_whole():
    first, second = split(TRANSFER)

    for codes in ([first, second], [second, first], [first, second, first]):
        seen = read_picture(paint(*codes))
        assert (seen.texts, seen.parts) == ([TRANSFER], [])


def test_parts_of_two_codes_are_not_put_together():
    first, _ = split(TRANSFER)
    _, second = split(TRANSFER.replace("12.30", "99.30"))

    seen = read_picture(paint(first, second))

    assert (seen.texts, len(seen.parts)) == ([], 2)


def test_parts_are_put_together_only_where_their_sum_fits():
    parity = 0x61 ^ 0x62
    one, two = Part(1, 2, parity, b"a"), Part(2, 2, parity, b"b")

    assert join_parts([two, one]) == ([b"ab"], [])
    assert join_parts([one]) == ([], [one])
    assert join_parts([one, Part(2, 2, parity, b"c")])[0] == []
    assert join_parts([one, Part(2, 3, parity, b"b")])[0] == []
