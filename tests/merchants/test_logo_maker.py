"""A logo is drawn anew, small and without what the file carried; a bad picture is refused."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from merchants.logo_maker import MADE_BYTES_MAX, Made, draw_logo, make_logo
from merchants.picture_children import BYTES_MAX


def write(image, kind="PNG", **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def draw(picture):
    made = draw_logo(picture)
    assert isinstance(made, Made)
    return made


def noise(width, height):
    return Image.effect_noise((width, height), 90).convert("RGB")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_each_kind_becomes_a_small_png(kind):
    made = draw(write(Image.new("RGB", (960, 480), "#085242"), kind))

    assert (made.width, made.height) == (96, 48)
    image = Image.open(io.BytesIO(made.picture))
    assert (image.format, image.size) == ("PNG", (192, 96))
    pixel = image.convert("RGB").tobytes()[:3]
    assert all(abs(have - drawn) < 4 for have, drawn in zip(pixel, (8, 82, 66), strict=True))


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((4000, 400), (192, 19)),
        ((400, 4000), (5, 48)),
        ((48, 48), (24, 24)),
        ((300, 75), (150, 38)),
    ],
)
def test_it_fits_into_its_room(size, shown):
    made = draw(write(Image.new("RGB", size)))

    assert (made.width, made.height) == shown


def test_the_worst_picture_is_small_too():
    made = draw(write(noise(1920, 480)))

    assert len(made.picture) <= MADE_BYTES_MAX


def test_nothing_but_its_looks_survives():
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "Quay Street 3", 6
    photo = draw(
        write(Image.new("RGB", (480, 240), "red"), "JPEG", exif=exif, comment=b"secret")
    )
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "secret")
    drawing = draw(write(Image.new("RGB", (480, 240), "red"), pnginfo=text))

    for made in (photo, drawing):
        assert b"secret" not in made.picture
        assert b"Quay" not in made.picture
        image = Image.open(io.BytesIO(made.picture))
        assert not image.getexif()
        assert "Comment" not in image.info
    # It was turned before what said so was dropped.
    assert (photo.width, photo.height) == (24, 48)


def test_transparency_stays():
    made = draw(write(Image.new("RGBA", (96, 96), (0, 0, 0, 0))))

    assert Image.open(io.BytesIO(made.picture)).convert("RGBA").tobytes()[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_every_mode_of_color_is_read(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"

    assert draw(write(Image.new(mode, (96, 96)), kind)).width == 48


def test_the_same_picture_is_drawn_the_same():
    picture = write(noise(300, 100))

    assert draw(picture) == draw(picture)


BOMB = write(Image.new("1", (12_000, 12_000)))
PNG = write(noise(200, 200))


def lie_about_the_sides(picture, side):
    """Return a PNG whose head says other sides than its content has."""
    head = b"IHDR" + struct.pack(">II", side, side) + picture[24:29]
    return picture[:12] + head + struct.pack(">I", zlib.crc32(head)) + picture[33:]


@pytest.mark.parametrize(
    ("picture", "word"),
    [
        (b"", "kind"),
        (b"\x00" * 1000, "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (write(Image.new("RGB", (96, 96)), "GIF"), "kind"),
        (write(Image.new("RGB", (96, 96)), "BMP"), "kind"),
        (BOMB, "sides"),
        (lie_about_the_sides(PNG, 60_000), "sides"),
        (write(Image.new("RGB", (200, 20))), "small"),
        (PNG[: len(PNG) // 2], "damaged"),
        (lie_about_the_sides(PNG, 4_000), "damaged"),
        (PNG[:60], "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "picture",
)
def test_a_bad_picture_is_refused(picture, word):
    assert draw_logo(picture) == word


def test_the_child_draws_the_same():
    picture = write(noise(300, 100))

    assert make_logo(picture) == draw(picture)


def test_the_child_says_what_is_wrong():
    assert make_logo(BOMB) == "sides"
    assert make_logo(b"nothing") == "kind"
    assert make_logo(b"\x00" * (BYTES_MAX + 1)) == "large"


def test_what_takes_too_much_ends_only_the_child(monkeypatch):
    monkeypatch.setattr("merchants.picture_children._PATIENCE_S", 0.001)

    assert make_logo(PNG) == "work"
