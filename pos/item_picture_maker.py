"""Makes an item's picture small, in two sizes (in a child, `merchants/picture_children.py`)."""

import contextlib
import io
from typing import NamedTuple

from PIL import Image, ImageCms, ImageOps

from merchants.picture_children import Facts, answer_parent, draw_in_child, draw_or_refuse

# The longer side, in pixels: twice what a till's tile shows, and a whole tablet's half.
SMALL, LARGE = 320, 960
# A till shows many small ones, a page one large one.
SMALL_BYTES_MAX, LARGE_BYTES_MAX = 16 * 2**10, 128 * 2**10
_QUALITIES = (80, 65, 50, 35, 20)
_SMALLER = 0.7


class Drawn(NamedTuple):
    """A picture as WebP, in its two sizes."""

    small: bytes
    large: bytes


def make_item_picture(picture: bytes) -> Drawn | str:
    """Return the sizes of a picture, or a word for why there are none (`draw_in_child`)."""
    made = draw_in_child("pos.item_picture_maker", picture)
    if isinstance(made, str):
        return made
    facts, drawn = made
    return Drawn(drawn[: facts["small"]], drawn[facts["small"] :])


def draw_item_picture(picture: bytes) -> Drawn | str:
    """Draw the sizes here, in this process."""
    return draw_or_refuse(picture, _draw)


def _draw(image: Image.Image) -> Drawn:
    # A photograph of twelve million pixels is read at a part of its size.
    image.draft("RGB", (LARGE, LARGE))
    profile = image.info.get("icc_profile")
    turned = ImageOps.exif_transpose(image)
    has_alpha = turned.has_transparency_data
    turned = turned.convert("RGBA" if has_alpha else "RGB")
    turned.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    if profile and image.mode == "RGB":
        turned = _convert_colors(turned, profile)
    # A new image has none of what the old one carried beside its pixels.
    clean = Image.new(turned.mode, turned.size)
    clean.paste(turned)
    large = _write(clean, LARGE_BYTES_MAX)
    clean.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    return Drawn(_write(clean, SMALL_BYTES_MAX), large)


def _convert_colors(image: Image.Image, profile: bytes) -> Image.Image:
    # Phones write wider colors than browsers take a picture without a profile for.
    with contextlib.suppress(ImageCms.PyCMSError, OSError):
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, given, ImageCms.createProfile("sRGB"), outputMode=image.mode
        )
        if converted is not None:
            return converted
    return image


def _write(image: Image.Image, most: int) -> bytes:
    while True:
        for quality in _QUALITIES:
            target = io.BytesIO()
            image.save(target, "WEBP", quality=quality, method=4)
            if target.tell() <= most:
                return target.getvalue()
        image = image.resize([max(1, round(side * _SMALLER)) for side in image.size])


def _answer(picture: bytes) -> tuple[Facts, bytes] | str:  # pragma: no cover  of the child
    made = draw_item_picture(picture)
    return made if isinstance(made, str) else ({"small": len(made.small)}, b"".join(made))


if __name__ == "__main__":  # pragma: no cover  the child, whom nobody measures
    answer_parent(_answer)
