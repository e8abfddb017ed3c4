"""Measures our pictures of codes beside those of `qrcode` alone, which makes the same modules.

    .venv/bin/python bench/pictures.py

Takes turns, and gives medians of processor time; prints a table in Markdown.
"""

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import qrcode
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathImage

sys.path.insert(0, str(Path(__file__).parents[1]))

from qr.image import QUIET_ZONE, Level, draw_modules, draw_png, draw_svg
from tests.qr.shots import PAYLOADS

ROUNDS = 31
PIXELS = 12
Draw = Callable[[str], bytes]


def draw_svg_by_qrcode(text: str) -> bytes:
    """Draw as `qrcode` does, as one path."""
    return bytes(_make_code(text).make_image(image_factory=SvgPathImage).to_string())


def draw_png_by_qrcode(text: str) -> bytes:
    """Draw as `qrcode` does, with Pillow."""
    written = io.BytesIO()
    _make_code(text).make_image(image_factory=PilImage).save(written)
    return written.getvalue()


def draw_svg_anew(text: str) -> bytes:
    """Draw ours, forgetting what was drawn before."""
    draw_modules.cache_clear()
    return draw_svg(text).encode()


def draw_png_anew(text: str) -> bytes:
    """Draw ours, forgetting what was drawn before."""
    draw_png.cache_clear()
    return draw_png(text, pixels_per_module=PIXELS)


def draw_svg_again(text: str) -> bytes:
    """Draw ours once more."""
    return draw_svg(text).encode()


def draw_png_again(text: str) -> bytes:
    """Draw ours once more."""
    return draw_png(text, pixels_per_module=PIXELS)


WAYS: dict[str, tuple[Draw, Draw, Draw]] = {
    "SVG": (draw_svg_by_qrcode, draw_svg_anew, draw_svg_again),
    "PNG": (draw_png_by_qrcode, draw_png_anew, draw_png_again),
}


def _make_code(text: str) -> qrcode.QRCode[PilImage]:
    code = qrcode.QRCode(error_correction=Level.M, border=QUIET_ZONE, box_size=PIXELS)
    code.add_data(text)
    return code


def measure(ways: tuple[Draw, Draw, Draw], text: str) -> list[float]:
    """Return the median milliseconds of each way."""
    spent: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, times in zip(ways, spent, strict=True):
            begun = time.process_time_ns()
            way(text)
            times.append((time.process_time_ns() - begun) / 1e6)
    return [median(times) for times in spent]


def main() -> None:
    """Measure every payload and print the table."""
    print("| payload | as | qrcode ms | ours ms | ours again ms | qrcode bytes | ours bytes |")
    print("|---|---|---|---|---|---|---|")
    for name, text in PAYLOADS.items():
        for kind, ways in WAYS.items():
            theirs, ours, again = measure(ways, text)
            sizes = f"{len(ways[0](text)):,} | {len(ways[1](text)):,}"
            print(f"| {name} | {kind} | {theirs:.1f} | {ours:.1f} | {again:.3f} | {sizes} |")


if __name__ == "__main__":
    main()
