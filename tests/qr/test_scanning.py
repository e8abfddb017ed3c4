"""What a camera saw is read, whatever way it lies; what is no picture is refused by name."""

import io

import pytest
from PIL import Image, ImageOps

from qr.code128 import list_widths
from qr.errors import Kind, PayloadInvalid
from qr.image import draw_png
from qr.scanning import BYTES_MAX, read_picture
from tests.qr.payloads import VECTORS

LINK = "HTTPS://PAY.EXAMPLE/P/01J8Z3V9QW5T7R2X4Y6B8C0D1E"
PAYMENT_CODE = "771234567890123456"
SWISS = next(each["payload"] for each in VECTORS if each["valid"] and each["format"] == "swiss")


def open_code(text, *, pixels=6):
    return Image.open(io.BytesIO(draw_png(text, pixels_per_module=pixels))).convert("L")


def save(image, make="JPEG", **options):
    file = io.BytesIO()
    image.save(file, make, **options)
    return file.getvalue()


def lay_out(*images, size=(1000, 800), ground=230):
    table = Image.new("L", size, ground)
    for number, image in enumerate(images):
        table.paste(image, (20 + 400 * number, 20 + 200 * number))
    return table


def paint_bars(code):
    widths = list_widths(code)
    picture = Image.new("L", ((sum(widths) + 20) * 3, 150), 255)
    left = 30
    for place, width in enumerate(widths):
        if place % 2 == 0:
            picture.paste(0, (left, 10, left + 3 * width, 140))
        left += 3 * width
    return picture


@pytest.mark.parametrize("make", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("degrees", [0, 30, 90, 180])
def test_a_code_is_read_in_any_direction(make, degrees):
    picture = lay_out(open_code(LINK)).rotate(degrees, fillcolor=230, expand=True)

    assert read_picture(save(picture, make)) == [LINK]


def test_light_on_dark_is_read_too():
    assert read_picture(save(ImageOps.invert(open_code(LINK)), "PNG")) == [LINK]


def test_lines_and_letters_come_through_as_they_were_written():
    assert read_picture(save(open_code(SWISS))) == [SWISS]


def test_bars_are_read_too():
    assert read_picture(save(paint_bars(PAYMENT_CODE))) == [PAYMENT_CODE]


def test_several_codes_are_given_from_top_to_bottom_and_each_once():
    one, other = open_code(LINK), open_code(PAYMENT_CODE)

    assert read_picture(save(lay_out(other, one))) == [PAYMENT_CODE, LINK]
    assert read_picture(save(lay_out(one, one))) == [LINK]


def test_a_picture_without_a_code_has_none():
    assert read_picture(save(Image.new("L", (300, 300), 128))) == []


def test_on_nothing_a_code_is_on_white():
    code = open_code(LINK)
    drawn = Image.new("RGBA", code.size, (0, 0, 0, 0))
    drawn.paste((0, 0, 0, 255), mask=ImageOps.invert(code))

    assert read_picture(save(drawn, "PNG")) == [LINK]


def test_a_photograph_of_twelve_million_pixels_is_read():
    photograph = Image.new("L", (4000, 3000), 200)
    photograph.paste(open_code(LINK, pixels=24), (1700, 900))

    assert read_picture(save(photograph)) == [LINK]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        save(Image.new("L", (30, 30)), "GIF"),
        save(open_code(LINK))[:900],
        save(open_code(LINK), "PNG")[:-40],
    ],
    ids=["nothing", "letters", "a beginning", "another make", "half a JPEG", "half a PNG"],
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(PayloadInvalid, match="whole JPEG, PNG or WebP") as refusal:
        read_picture(data)

    assert refusal.value.kind is Kind.STRUCTURE


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [8_001, 10_000])
def test_a_picture_too_large_to_unpack_is_refused_before_it_is(side):
    picture = save(Image.new("1", (side, 8_000)), "PNG")
    assert len(picture) < BYTES_MAX / 100

    with pytest.raises(PayloadInvalid, match="at most 64 million pixels") as refusal:
        read_picture(picture)

    assert refusal.value.kind is Kind.LENGTH


def test_a_picture_far_too_large_is_not_even_opened():
    with pytest.raises(PayloadInvalid, match="whole JPEG, PNG or WebP"):
        read_picture(save(Image.new("1", (20_000, 10_000)), "PNG"))


def test_a_file_too_large_is_refused():
    with pytest.raises(PayloadInvalid, match="at most 12 MB") as refusal:
        read_picture(bytes(BYTES_MAX + 1))

    assert refusal.value.kind is Kind.LENGTH
