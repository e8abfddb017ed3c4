"""What a camera saw is read, whatever way it lies; what is no picture is refused by name."""

import io

import pytest
import zxingcpp
from PIL import Image, ImageOps

from qr.code128 import list_widths
from qr.errors import Kind, PayloadInvalid
from qr.image import draw_png
from qr.scanning import BYTES_MAX, Symbology
from qr.scanning import read_picture as read_seen
from tests.qr.payloads import VECTORS

LINK = "HTTPS://PAY.EXAMPLE/P/01J8Z3V9QW5T7R2X4Y6B8C0D1E"
PAYMENT_CODE = "771234567890123456"
SWISS = next(each["payload"] for each in VECTORS if each["valid"] and each["format"] == "swiss")


def read_picture(picture, **options):
    return read_seen(picture, **options).texts


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


def test_bars_are_not_read_where_only_qr_codes_are_looked_for():
    picture = save(lay_out(paint_bars(PAYMENT_CODE), open_code(LINK), size=(1000, 1000)))

    assert read_picture(picture, symbologies=[Symbology.QR]) == [LINK]
    assert set(read_picture(picture)) == {LINK, PAYMENT_CODE}


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_several_codes_are_given_from_top_to_bottom_and_each_once(degrees):
    one, other = (open_code(text).rotate(degrees) for text in (LINK, PAYMENT_CODE))

    assert read_picture(save(lay_out(other, one))) == [PAYMENT_CODE, LINK]
    assert read_picture(save(lay_out(one, one))) == [LINK]


def test_a_picture_without_a_code_has_none():
    assert read_picture(save(Image.new("L", (300, 300), 128))) == []


def make_transparent(mode):
    code = open_code(LINK)
    drawn = Image.new("RGBA", code.size, (0, 0, 0, 0))
    drawn.paste((0, 0, 0, 255), mask=ImageOps.invert(code))
    return drawn.convert(mode)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_on_nothing_a_code_is_on_white(mode):
    assert read_picture(save(make_transparent(mode), "PNG")) == [LINK]


def test_a_color_that_stands_for_nothing_is_white():
    palette = open_code(LINK).convert("P")

    assert read_picture(save(palette, "PNG", transparency=255)) == [LINK]


@pytest.mark.parametrize("size", [(4032, 3024), (3024, 4032), (8064, 6048)])
def test_a_photograph_is_unpacked_no_larger_than_it_has_to_be(size, monkeypatch):
    photograph = Image.new("L", size, 200)
    photograph.paste(open_code(LINK, pixels=size[0] // 160), (size[0] // 4, size[1] // 4))
    seen = []
    read_barcodes = zxingcpp.read_barcodes

    def look(image, **options):
        seen.append(max(image.size))
        return read_barcodes(image, **options)

    monkeypatch.setattr(zxingcpp, "read_barcodes", look)

    assert read_picture(save(photograph)) == [LINK]
    assert 1600 <= seen[0] < 3200


def test_a_large_screenshot_is_scaled_before_it_is_read():
    screen = Image.new("L", (4000, 3900), 255)
    screen.paste(open_code(LINK, pixels=24), (900, 900))

    assert read_picture(save(screen, "PNG")) == [LINK]


def test_a_picture_is_not_endlessly_long():
    with pytest.raises(PayloadInvalid, match="at most 12000 pixels") as refusal:
        read_picture(save(Image.new("L", (12_001, 10)), "PNG"))
    assert refusal.value.kind is Kind.LENGTH


def repeat_last_pass(jpeg, times):
    begin, end = jpeg.rindex(b"\xff\xda"), jpeg.rindex(b"\xff\xd9")
    return jpeg[:end] + jpeg[begin:end] * times + jpeg[end:]


def test_a_jpeg_in_passes_is_read_up_to_a_number_that_programs_make():
    jpeg = save(open_code(LINK), progressive=True)
    made = jpeg.count(b"\xff\xda")

    assert read_picture(repeat_last_pass(jpeg, 32 - made)) == [LINK]
    with pytest.raises(PayloadInvalid, match="at most 32 passes") as refusal:
        read_picture(repeat_last_pass(jpeg, 33 - made))
    assert refusal.value.kind is Kind.LENGTH


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
@pytest.mark.parametrize(
    ("make", "options", "side", "most"),
    [
        ("PNG", {}, 4_001, 16),
        ("PNG", {}, 10_000, 16),
        ("JPEG", {"progressive": True}, 4_001, 16),
        ("JPEG", {}, 8_001, 64),
    ],
)
def test_a_picture_too_large_is_refused_before_it_is_unpacked(make, options, side, most):
    picture = save(Image.new("L", (side, most * 10**6 // side + 1)), make, **options)

    # Of the pixels only the first bytes are there, which would be refused for something else.
    with pytest.raises(PayloadInvalid, match=f"at most {most} million pixels") as refusal:
        read_picture(picture[: len(picture) // 2])

    assert refusal.value.kind is Kind.LENGTH


def test_a_webp_too_large_is_refused():
    with pytest.raises(PayloadInvalid, match="at most 16 million pixels"):
        read_picture(save(Image.new("L", (4_001, 4_000)), "WEBP", lossless=True, method=0))


def test_a_picture_far_too_large_is_not_even_opened():
    with pytest.raises(PayloadInvalid, match="whole JPEG, PNG or WebP"):
        read_picture(save(Image.new("1", (20_000, 10_000)), "PNG"))


def test_a_file_too_large_is_refused():
    with pytest.raises(PayloadInvalid, match="at most 12 MB") as refusal:
        read_picture(bytes(BYTES_MAX + 1))

    assert refusal.value.kind is Kind.LENGTH
