"""Text into pictures: SVG of one path, and PNG.

Rules (ISO/IEC 18004, and our own trials): error correction M, a quiet zone of four
modules, black on white in every theme, never a logo in the middle.
"""

from functools import lru_cache
from io import BytesIO

import qrcode
from PIL import Image

QUIET_ZONE = 4


@lru_cache(maxsize=1024)
def make_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Give the code's modules, quiet zone included; True is dark."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(map(bool, row)) for row in code.get_matrix())


@lru_cache(maxsize=1024)
def draw_svg(text: str) -> str:
    """Draw the code as an SVG document of one path, one unit a module."""
    size, runs = draw_modules(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" '
        f'width="{size}" height="{size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{runs}"/></svg>'
    )


def draw_modules(text: str) -> tuple[int, str]:
    """Give the side, quiet zone included, and the dark modules as the data of an SVG path."""
    matrix = make_matrix(text)
    runs = "".join(run for y, row in enumerate(matrix) for run in _draw_row(y, row))
    return len(matrix), runs


def _draw_row(y: int, row: tuple[bool, ...]) -> list[str]:
    runs, start = [], None
    for x, dark in enumerate((*row, False)):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append(f"M{start} {y}h{x - start}v1H{start}z")
            start = None
    return runs


@lru_cache(maxsize=256)
def draw_png(text: str, *, pixels_per_module: int = 12) -> bytes:
    """Draw the code as a one-bit PNG."""
    matrix = make_matrix(text)
    size = len(matrix)
    picture = Image.new("1", (size, size), 1)
    picture.putdata([0 if dark else 1 for row in matrix for dark in row])
    scaled = picture.resize((size * pixels_per_module,) * 2, Image.Resampling.NEAREST)
    out = BytesIO()
    scaled.save(out, format="PNG", optimize=True)
    return out.getvalue()
