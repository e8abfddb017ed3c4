"""Makes a shop's logo small and harmless, in a child process: a bad picture ends no other.

`python -m merchants.logo_maker` reads a picture from its input and writes a line of JSON: the
size, or a word for what is wrong, and after it the picture. What goes out is drawn anew, so
that nothing of the file survives but its looks: no place, no camera, no comment.
"""

import io
import json
import resource
import subprocess
import sys
import warnings
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

BYTES_MAX = 12 * 2**20
# As large as pages show it, and twice as fine.
WIDTH, HEIGHT = 192, 48
FINE = 2
# A page that a phone loads before it can pay shows it.
MADE_BYTES_MAX = 16 * 2**10
PIXELS_MAX = 25_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
_COLORS = (256, 128, 64, 32, 16)
# In order: the first is one of the kinds of the last.
_REASONS: dict[type[Exception], str] = {
    UnidentifiedImageError: "kind",
    Image.DecompressionBombError: "sides",
    Image.DecompressionBombWarning: "sides",
    MemoryError: "work",
    OSError: "damaged",
    ValueError: "damaged",
    SyntaxError: "damaged",
    IndexError: "damaged",
}
_PROCESSOR_S = 4
_MEMORY_MAX = 500 * 2**20
_PATIENCE_S = 30
_PACKAGE = Path(__file__).parent


class Made(NamedTuple):
    """A logo as PNG, and the size at which pages show it, in pixels."""

    picture: bytes
    width: int
    height: int


def make_logo(picture: bytes) -> Made | str:
    """Return the logo of a picture, or a word for why there is none.

    The words: `large` (12 MB), `kind` (no PNG, JPEG or WebP), `sides` (too many pixels),
    `small` (less than 48 in a side), `damaged`, `work` (takes too much time or memory).
    """
    if len(picture) > BYTES_MAX:
        return "large"
    try:
        done = subprocess.run(
            [sys.executable, "-m", "merchants.logo_maker"],
            cwd=_PACKAGE.parent,
            input=picture,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "work"
    head, _, made = done.stdout.partition(b"\n")
    if done.returncode or not head:
        return "work"
    said = json.loads(head)
    return said["word"] if "word" in said else Made(made, said["width"], said["height"])


def draw_logo(picture: bytes) -> Made | str:
    """Draw the logo here, in this process; `make_logo` has the words."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _draw(_open(picture))
    except _Unfit as refusal:
        return refusal.word
    except tuple(_REASONS) as refusal:
        return next(word for kind, word in _REASONS.items() if isinstance(refusal, kind))


class _Unfit(Exception):
    def __init__(self, word: str) -> None:
        self.word = word


def _open(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture), formats=_FORMATS)
    # The sides are said in the file's head, before anything is unpacked.
    if image.width * image.height > PIXELS_MAX:
        raise _Unfit("sides")
    if min(image.size) < HEIGHT:
        raise _Unfit("small")
    return image


def _draw(image: Image.Image) -> Made:
    turned = ImageOps.exif_transpose(image).convert("RGBA")
    turned.thumbnail((WIDTH * FINE, HEIGHT * FINE), Image.Resampling.LANCZOS)
    # A new image has none of what the old one carried beside its pixels.
    clean = Image.new("RGBA", turned.size)
    clean.paste(turned)
    made = _write(clean)
    for colors in _COLORS:
        if len(made) <= MADE_BYTES_MAX:
            break
        few = clean.quantize(colors, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        made = _write(few)
    width, height = (max(1, round(side / FINE)) for side in clean.size)
    return Made(made, width, height)


def _write(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()


def main() -> None:  # pragma: no cover  the child, whom nobody measures
    """Read a picture, and write what became of it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MAX, _MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_S, _PROCESSOR_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    made = draw_logo(sys.stdin.buffer.read(BYTES_MAX + 1))
    head = {"word": made} if isinstance(made, str) else {"width": made[1], "height": made[2]}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    if not isinstance(made, str):
        sys.stdout.buffer.write(made.picture)


if __name__ == "__main__":  # pragma: no cover  the child, whom nobody measures
    main()
