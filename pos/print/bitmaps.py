"""What a receipt printer has no letters for: lines and codes as black dots."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from pos.print.fonts import list_faces, replace_undrawn
from pos.print.slips import DOTS, Line
from pos.print.typesetter import Face, typeset_picture
from qr.image import make_matrix

# As high as the printer's own lines: 3.75 mm.
_LINE_DOTS = 30
# A stroke that covers this much of a dot is printed.
_DARK = 150


@dataclass(frozen=True, slots=True)
class Bitmap:
    """Rows from the top, eight dots a byte, the left one first; a set bit is black."""

    stride: int
    height: int
    dots: bytes


def draw_lines(lines: Sequence[Line], *, language: str, country: str) -> dict[Line, Bitmap]:
    """Draw lines in the fonts of our pages, all at once in a child process.

    Raises:
        PagesFailed: it takes too much time or memory, or too many others wait.
    """
    own = list(dict.fromkeys(lines))
    if not own:
        return {}
    faces = [Face(str(path), index) for path, index in list_faces(country)]
    data = {
        "lang": language,
        "width": max(line.columns * line.scale for line in own) * DOTS,
        "lines": [_describe(line, country) for line in own],
    }
    picture = Image.open(BytesIO(typeset_picture("slip", data, faces=faces)))
    ink = picture.convert("L").point(lambda shade: 255 * (shade < _DARK), mode="1")
    drawn, top = {}, 0
    for line in own:
        height = line.scale * _LINE_DOTS
        drawn[line] = _pack(ink.crop((0, top, ink.width, top + height)))
        top += height
    return drawn


def draw_code(text: str, *, module: int) -> Bitmap:
    """Draw a QR code of so many dots a module."""
    matrix = make_matrix(text)
    small = Image.new("1", (len(matrix), len(matrix)))
    small.putdata([255 * dark for row in matrix for dark in row])
    side = len(matrix) * module
    return _pack(small.resize((side, side), Image.Resampling.NEAREST))


def _describe(line: Line, country: str) -> dict[str, object]:
    unit = DOTS * line.scale
    return {
        "height": _LINE_DOTS * line.scale,
        "scale": line.scale,
        "bold": line.bold,
        "cells": [
            {
                "text": replace_undrawn(cell.text, country),
                "at": cell.at * unit,
                "width": cell.width * unit,
                "side": cell.side,
            }
            for cell in line.cells
        ],
    }


def _pack(ink: Image.Image) -> Bitmap:
    return Bitmap((ink.width + 7) // 8, ink.height, ink.tobytes())
