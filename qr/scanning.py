"""Pictures into text: the codes in what a camera saw.

QR codes and Code 128, which are what this library draws.
"""

import io
from typing import NoReturn

import zxingcpp
from PIL import Image

from qr.errors import Deviation, Kind, PayloadInvalid

# A photograph as phones take it.
BYTES_MAX = 12 * 2**20
_PIXELS_MAX = 64_000_000
_MAKES = ("JPEG", "PNG", "WEBP")
_FORMATS = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128]
)
# A code that takes a quarter of the width of such a picture has 10 pixels a module.
_SIDE_ENOUGH = 1600
_WHOLE = "a picture is a whole JPEG, PNG or WebP"


def read_picture(picture: bytes) -> list[str]:
    """Give the texts of the codes in a picture, each once, from top to bottom; often none.

    The picture is a JPEG, PNG or WebP. A code may lie in any direction, and be light on dark.

    Raises:
        PayloadInvalid: it is no such picture, is broken, or too large.
    """
    if len(picture) > BYTES_MAX:
        _refuse(Kind.LENGTH, f"a picture has at most {BYTES_MAX // 2**20} MB")
    found = zxingcpp.read_barcodes(
        _unpack(_open(picture)), formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain
    )
    placed = sorted(found, key=lambda each: each.position.top_left.y)
    return list(dict.fromkeys(each.text for each in placed))


def _open(picture: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(picture), formats=_MAKES)
    except (OSError, ValueError, Image.DecompressionBombError) as fault:
        _refuse(Kind.STRUCTURE, _WHOLE, fault)
    # Before it is unpacked, because a small file may hold what fills the memory.
    if image.width * image.height > _PIXELS_MAX:
        _refuse(Kind.LENGTH, f"a picture has at most {_PIXELS_MAX // 10**6} million pixels")
    return image


def _unpack(image: Image.Image) -> Image.Image:
    try:
        # A JPEG is unpacked at half, a quarter or an eighth of its size where that is enough.
        image.draft("L", (_SIDE_ENOUGH, _SIDE_ENOUGH))
        if image.has_transparency_data:
            # White shines through; a code on nothing would become black on black.
            layer = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
        return image.convert("L")
    except (OSError, SyntaxError, ValueError) as fault:
        _refuse(Kind.STRUCTURE, _WHOLE, fault)


def _refuse(kind: Kind, rule: str, fault: Exception | None = None) -> NoReturn:
    raise PayloadInvalid.from_deviation(Deviation("", kind, rule)) from fault
