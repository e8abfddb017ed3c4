"""Reads the codes in camera pictures.

QR codes and Code 128, the kinds that this library draws.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NoReturn

import zxingcpp
from PIL import Image

from qr.charsets import read_text
from qr.errors import Deviation, Kind, PayloadInvalid
from qr.split_codes import Part, find_part, join_parts

# A photograph as phones take it.
BYTES_MAX = 12 * 2**20
_MAKES = ("JPEG", "PNG", "WEBP")
_WHOLE = "a picture is a whole JPEG, PNG or WebP"
# The limit for pictures unpacked whole; an ordinary JPEG is unpacked smaller, and may be
# larger.
_MEGAPIXELS_MAX = 16
_MEGAPIXELS_REDUCED_MAX = 64
# At this side, a code that takes a quarter of it has 10 pixels per module.
_SIDE_ENOUGH = 1600
_SIDE_MAX = 12_000
# More codes than a wall of stickers has.
_CODES_MAX = 32
# A JPEG may draw its picture in passes, each of which goes over all of it. Cameras make one,
# programs about ten; a few bytes more make thousands, and keep a processor busy for minutes.
_PASS = b"\xff\xda"
_PASSES_MAX = 32


class Symbology(Enum):
    """A kind of code that is looked for."""

    QR = zxingcpp.BarcodeFormat.QRCode
    BARS = zxingcpp.BarcodeFormat.Code128


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture's content: texts, each once, from top to bottom, and parts of split codes.

    A split code whose parts are all in the picture is a text. `parts` are of those that are
    not whole: nobody knows what they say.
    """

    texts: list[str] = field(repr=False)
    parts: list[Part] = field(default_factory=list)


def read_picture(
    picture: bytes, *, symbologies: Sequence[Symbology] = tuple(Symbology)
) -> Seen:
    """Return the texts of the codes in a picture; often there are none.

    The picture is a JPEG, PNG or WebP. A code may lie in any direction, and be light on dark.
    `qr.picture_reader` does the same where a picture may not take time and memory from others.

    Raises:
        PayloadInvalid: it is no such picture, is broken, or too large.
    """
    if len(picture) > BYTES_MAX:
        _refuse(Kind.LENGTH, f"a picture has at most {BYTES_MAX // 2**20} MB")
    found = zxingcpp.read_barcodes(
        _unpack(_open(picture)),
        formats=zxingcpp.BarcodeFormats([each.value for each in symbologies]),
        text_mode=zxingcpp.TextMode.Plain,
    )
    texts, parts = [], []
    for each in sorted(found, key=_find_top)[:_CODES_MAX]:
        part = find_part(each)
        if part is None:
            texts.append(read_text(each.bytes, guess=each.text))
        else:
            parts.append(part)
    wholes, left = join_parts(parts)
    texts += [read_text(whole, guess=whole.decode("utf-8", "replace")) for whole in wholes]
    return Seen(list(dict.fromkeys(texts)), left)


def _find_top(found: zxingcpp.Barcode) -> int:
    # Corners are named by the code's own direction, which may be any.
    place = found.position
    corners = (place.top_left, place.top_right, place.bottom_left, place.bottom_right)
    return min(corner.y for corner in corners)


def _open(picture: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(picture), formats=_MAKES)
    except (OSError, ValueError, Image.DecompressionBombError) as fault:
        _refuse(Kind.STRUCTURE, _WHOLE, fault)
    # Before it is unpacked, because a small file may hold what fills the memory.
    is_reduced = image.format == "JPEG" and not image.info.get("progressive")
    most = _MEGAPIXELS_REDUCED_MAX if is_reduced else _MEGAPIXELS_MAX
    if image.width * image.height > most * 10**6:
        _refuse(Kind.LENGTH, f"such a picture has at most {most} million pixels")
    if max(image.size) > _SIDE_MAX:
        _refuse(Kind.LENGTH, f"a picture is at most {_SIDE_MAX} pixels wide and high")
    if image.format == "JPEG" and picture.count(_PASS) > _PASSES_MAX:
        _refuse(Kind.LENGTH, f"a JPEG is drawn in at most {_PASSES_MAX} passes")
    return image


def _unpack(image: Image.Image) -> Image.Image:
    try:
        # A JPEG is unpacked at half, a quarter or an eighth of its size where that is enough.
        scale = _SIDE_ENOUGH / max(image.size)
        image.draft("L", (int(image.width * scale), int(image.height * scale)))
        if not image.has_transparency_data:
            return _shrink(image.convert("L"))
        # White shines through; a code on nothing would become black on black.
        layer = image.convert("RGBA")
        ground = Image.new("L", layer.size, "white")
        ground.paste(layer.convert("L"), mask=layer.getchannel("A"))
    except (OSError, SyntaxError, ValueError) as fault:
        _refuse(Kind.STRUCTURE, _WHOLE, fault)
    return _shrink(ground)


def _shrink(image: Image.Image) -> Image.Image:
    """Return the picture at a half, a third ... of its size, where that is enough."""
    factor = max(image.size) // _SIDE_ENOUGH
    return image.reduce(factor) if factor > 1 else image


def _refuse(kind: Kind, rule: str, fault: Exception | None = None) -> NoReturn:
    raise PayloadInvalid.from_deviation(Deviation("", kind, rule)) from fault
