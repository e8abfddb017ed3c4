"""Text into pictures: SVG of one path, and PNG.

Rules (ISO/IEC 18004, and our own trials with `bench/decode_trial.py`): a quiet zone of four
modules, black on white in every theme, whole pixels a module, never a logo in the middle.
"""

import struct
import zlib
from enum import IntEnum
from functools import lru_cache

import qrcode

from qr.masks import choose_mask

QUIET_ZONE = 4
_PNG = b"\x89PNG\r\n\x1a\n"
# Two of PNG's row filters: none, and the difference to the row above.
_PLAIN, _UP = b"\x00", b"\x02"


class Level(IntEnum):
    """How much of a code may be damaged: 7, 15 or 25 percent."""

    L = qrcode.ERROR_CORRECT_L
    M = qrcode.ERROR_CORRECT_M
    Q = qrcode.ERROR_CORRECT_Q


def make_matrix(text: str, *, level: Level = Level.M) -> list[list[bool]]:
    """Return the code's modules, quiet zone included; True is dark.

    M suits screens and paper, and is what EPC069-12 and the Swiss QR-bill ask for.
    """
    code = qrcode.QRCode(error_correction=level, border=QUIET_ZONE)
    code.add_data(text)
    code.best_fit()
    code.mask_pattern = choose_mask(code)
    code.make(fit=False)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix


def draw_svg(text: str, *, level: Level = Level.M) -> str:
    """Draw the code as an SVG document of one path, one unit a module."""
    size, runs = draw_modules(text, level=level)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" '
        f'width="{size}" height="{size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{runs}"/></svg>'
    )


@lru_cache(maxsize=1024)
def draw_modules(text: str, *, level: Level = Level.M) -> tuple[int, str]:
    """Return the side, quiet zone included, and the dark modules as the data of an SVG path."""
    matrix = make_matrix(text, level=level)
    return len(matrix), "".join(_draw_row(y, row) for y, row in enumerate(matrix))


def _draw_row(y: int, row: list[bool]) -> str:
    runs, start = [], None
    for x, dark in enumerate(row):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append(f"M{start} {y}h{x - start}v1H{start}z")
            start = None
    return "".join(runs)


@lru_cache(maxsize=1024)
def draw_png(text: str, *, pixels_per_module: int = 12, level: Level = Level.M) -> bytes:
    """Draw the code as a one-bit PNG (ISO/IEC 15948)."""
    matrix = make_matrix(text, level=level)
    side = len(matrix) * pixels_per_module
    rows = b"".join(_paint_row(row, pixels_per_module) for row in matrix)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        _PNG
        + _pack_chunk(b"IHDR", header)
        + _pack_chunk(b"IDAT", zlib.compress(rows))
        + _pack_chunk(b"IEND", b"")
    )


def _paint_row(row: list[bool], pixels: int) -> bytes:
    dark, light = "0" * pixels, "1" * pixels
    bits = "".join(dark if each else light for each in row)
    width = -(-len(bits) // 8)
    painted = int(bits.ljust(8 * width, "1"), 2).to_bytes(width)
    return _PLAIN + painted + (_UP + bytes(width)) * (pixels - 1)


def _pack_chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )
