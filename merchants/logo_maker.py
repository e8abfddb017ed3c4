"""Makes a shop's logo small and harmless, in a child (`merchants/picture_children.py`)."""

import io
from typing import NamedTuple

from PIL import Image, ImageOps

from merchants.picture_children import (
    SIDE_MIN,
    Facts,
    answer_parent,
    draw_in_child,
    draw_or_refuse,
)

# As large as pages show it, and twice as fine.
WIDTH, HEIGHT = 192, SIDE_MIN
FINE = 2
# A page that a phone loads before it can pay shows it.
MADE_BYTES_MAX = 16 * 2**10
_COLORS = (256, 128, 64, 32, 16)


class Made(NamedTuple):
    """A logo as PNG, and the size at which pages show it, in pixels."""

    picture: bytes
    width: int
    height: int


def make_logo(picture: bytes) -> Made | str:
    """Return the logo of a picture, or a word for why there is none (`draw_in_child`)."""
    made = draw_in_child("merchants.logo_maker", picture)
    if isinstance(made, str):
        return made
    facts, drawn = made
    return Made(drawn, facts["width"], facts["height"])


def draw_logo(picture: bytes) -> Made | str:
    """Draw the logo here, in this process."""
    return draw_or_refuse(picture, _draw)


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


def _answer(picture: bytes) -> tuple[Facts, bytes] | str:  # pragma: no cover  of the child
    made = draw_logo(picture)
    if isinstance(made, str):
        return made
    return {"width": made.width, "height": made.height}, made.picture


if __name__ == "__main__":  # pragma: no cover  the child, whom nobody measures
    answer_parent(_answer)
