"""Pictures that people send, drawn anew in a child process: a bad picture ends no other.

A module that draws has a `draw` of a picture's bytes and runs itself with `answer_parent`: it
reads a picture from its input, and writes a line of JSON, with facts or a word for what is
wrong, and after it what it drew. So nothing of the file survives but its looks: no place, no
camera, no comment.
"""

import io
import json
import resource
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.utils.translation import gettext
from PIL import Image, UnidentifiedImageError

BYTES_MAX = 12 * 2**20
PIXELS_MAX = 25_000_000
SIDE_MIN = 48
_FORMATS = ("PNG", "JPEG", "WEBP")
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
_ROOT = Path(__file__).parent.parent
Facts = dict[str, int]
T = TypeVar("T")


class Unfit(Exception):
    """A picture that is not drawn; `word` says why."""

    def __init__(self, word: str) -> None:
        self.word = word


def open_picture(picture: bytes) -> Image.Image:
    """Open a picture, before anything of it is unpacked.

    Raises:
        Unfit: too many pixels, or too few.
    """
    image = Image.open(io.BytesIO(picture), formats=_FORMATS)
    # The sides are said in the file's head.
    if image.width * image.height > PIXELS_MAX:
        raise Unfit("sides")
    if min(image.size) < SIDE_MIN:
        raise Unfit("small")
    return image


def draw_or_refuse(picture: bytes, draw: Callable[[Image.Image], T]) -> T | str:
    """Draw a picture here, in this process, or return a word for why it is not drawn.

    The words: `kind` (no PNG, JPEG or WebP), `sides` (too many pixels), `small` (less than 48
    in a side), `damaged`, `work` (takes too much time or memory).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return draw(open_picture(picture))
    except Unfit as refusal:
        return refusal.word
    except tuple(_REASONS) as refusal:
        return next(word for kind, word in _REASONS.items() if isinstance(refusal, kind))


def draw_in_child(module: str, picture: bytes) -> tuple[Facts, bytes] | str:
    """Draw in a child of this module, or return a word for why it did not.

    The words are those of `draw_or_refuse`, and `large` (more than 12 MB).
    """
    if len(picture) > BYTES_MAX:
        return "large"
    try:
        done = subprocess.run(  # noqa: S603  the module is ours
            [sys.executable, "-m", module],
            cwd=_ROOT,
            input=picture,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "work"
    head, _, drawn = done.stdout.partition(b"\n")
    if done.returncode or not head:
        return "work"
    said = json.loads(head)
    if "word" in said:
        return str(said["word"])
    return said, drawn


def answer_parent(
    draw: Callable[[bytes], tuple[Facts, bytes] | str],
) -> None:  # pragma: no cover  the child, whom nobody measures
    """Read a picture, and write what became of it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MAX, _MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_S, _PROCESSOR_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    made = draw(sys.stdin.buffer.read(BYTES_MAX + 1))
    head, drawn = ({"word": made}, b"") if isinstance(made, str) else made
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + drawn)


def explain_unfit(word: str, picture: bytes, *, wanted: str) -> str:
    """Return why a picture was not drawn, in a sentence; `wanted` says which kinds are."""
    sentences = {
        "large": gettext("This picture is larger than 12 MB. Choose a smaller one."),
        "sides": gettext(
            "This picture has more than 25 million pixels. Choose one with shorter sides."
        ),
        "small": gettext("This picture is too small: each side needs 48 pixels at least."),
        "damaged": gettext("This picture is damaged: it cannot be read to its end."),
        "work": gettext("This picture takes too much time or memory to read. Choose another."),
    }
    if word in sentences:
        return sentences[word]
    kind = _name_kind(picture)
    if kind:
        return gettext("This is %(kind)s.") % {"kind": kind} + f" {wanted}"
    return gettext("This is no picture that we know.") + f" {wanted}"


def _name_kind(picture: bytes) -> str:
    head = picture[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"<svg" in head.lower() or (head.startswith(b"<?xml") and b"svg" in picture[:4096]):
        return "SVG"
    marks = {b"GIF8": "GIF", b"%PDF": "PDF", b"BM": "BMP", b"II*\0": "TIFF", b"MM\0*": "TIFF"}
    if head[4:8] == b"ftyp":
        return "HEIC"
    return next((kind for mark, kind in marks.items() if head.startswith(mark)), "")
