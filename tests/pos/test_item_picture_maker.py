"""An item's picture is drawn anew in two sizes, without what the file carried."""

import io

import pytest
from PIL import Image, ImageCms

from pos.item_picture_maker import (
    LARGE_BYTES_MAX,
    SMALL_BYTES_MAX,
    Drawn,
    draw_item_picture,
    make_item_picture,
)


def write(image, kind="PNG", **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def draw_both(picture):
    made = draw_item_picture(picture)
    assert isinstance(made, Drawn)
    return made


def draw(picture):
    return [Image.open(io.BytesIO(each)) for each in draw_both(picture)]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "small", "large"),
    [
        ((4000, 2000), (320, 160), (960, 480)),
        ((600, 1200), (160, 320), (480, 960)),
        ((60, 48), (60, 48), (60, 48)),
    ],
)
def test_each_kind_becomes_two_sizes(kind, size, small, large):
    pictures = draw(write(Image.new("RGB", size, "#085242"), kind))

    assert [(image.format, image.size) for image in pictures] == [
        ("WEBP", small),
        ("WEBP", large),
    ]


def test_nothing_but_its_looks_survives_and_it_stands_upright():
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "Quay Street 3", 6
    picture = write(Image.new("RGB", (480, 240), "red"), "JPEG", exif=exif, comment=b"secret")

    made = draw_both(picture)

    assert not {b"Quay", b"secret", b"EXIF"} & {
        mark for mark in (b"Quay", b"secret", b"EXIF") if mark in b"".join(made)
    }
    assert [Image.open(io.BytesIO(each)).size for each in made] == [(160, 320), (240, 480)]


def test_the_worst_picture_is_small_too():
    made = draw_both(write(Image.effect_noise((2000, 2000), 90).convert("RGB")))

    assert len(made.small) <= SMALL_BYTES_MAX
    assert len(made.large) <= LARGE_BYTES_MAX


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK", "RGBA"])
def test_every_mode_of_color_is_read(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"

    assert draw(write(Image.new(mode, (96, 96)), kind))[0].size == (96, 96)


def test_transparency_stays():
    small, _ = draw(write(Image.new("RGBA", (96, 96), (0, 0, 0, 0))))

    assert small.convert("RGBA").tobytes()[3] == 0


@pytest.mark.parametrize("profile", [b"nonsense", ImageCms.createProfile("sRGB")])
def test_a_profile_is_applied_or_ignored(profile):
    given = (
        profile if isinstance(profile, bytes) else ImageCms.ImageCmsProfile(profile).tobytes()
    )

    small, _ = draw(write(Image.new("RGB", (96, 96), "red"), icc_profile=given))

    assert "icc_profile" not in small.info


@pytest.mark.parametrize(
    ("picture", "word"),
    [
        (b"", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (write(Image.new("1", (12_000, 12_000))), "sides"),
        (write(Image.new("RGB", (200, 20))), "small"),
        (write(Image.effect_noise((200, 200), 90))[:9000], "damaged"),
    ],
    ids=["empty", "svg", "bomb", "small", "half"],
)
def test_the_child_says_what_is_wrong(picture, word):
    assert make_item_picture(picture) == word


def test_the_child_draws_the_same():
    picture = write(Image.effect_noise((300, 100), 90))

    assert make_item_picture(picture) == draw_item_picture(picture)
