"""Pictures of codes, read back by a scanner of another make."""

import io
import re
from uuid import UUID

import pytest
import qrcode
import zxingcpp
from PIL import Image
from qrcode.image.svg import SvgPathImage

from qr.image import QUIET_ZONE, Level, draw_modules, draw_png, draw_svg, make_matrix
from qr.links import encode_link

LINK = encode_link("https://pay.tessera.example", UUID(int=2**127 + 5))
TEXTS = [LINK, "7K4M92QY", "https://pay.test/p/lower-case?x=1", "Zażółć gęślą jaźń 支付"]


@pytest.mark.parametrize("text", TEXTS)
def test_the_png_is_read_back(text):
    picture = Image.open(io.BytesIO(draw_png(text)))

    (found,) = zxingcpp.read_barcodes(picture.convert("L"))

    assert found.text == text
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    assert found.ec_level == "M"


@pytest.mark.parametrize("text", TEXTS)
def test_the_svg_is_read_back(text):
    (found,) = zxingcpp.read_barcodes(rasterise(draw_svg(text), pixels_per_module=6))

    assert found.text == text


def test_a_link_of_90_characters_needs_33_modules_at_most():
    link = encode_link("https://" + "checkout." * 6 + "example", UUID(int=2**128 - 1))[:90]
    assert len(link) == 90

    matrix = make_matrix(link)

    assert len(matrix) - 2 * QUIET_ZONE <= 33


def test_four_light_modules_surround_the_code():
    matrix = make_matrix(LINK)

    size = len(matrix)
    edge = {*range(QUIET_ZONE), *range(size - QUIET_ZONE, size)}
    assert all(len(row) == size for row in matrix)
    assert not any(
        matrix[y][x] for y in range(size) for x in range(size) if y in edge or x in edge
    )
    assert matrix[QUIET_ZONE][QUIET_ZONE], "the finder pattern begins right after"


@pytest.mark.parametrize(("pixels", "side"), [(1, 37), (3, 111), (8, 296), (12, 444)])
def test_the_png_has_whole_pixels_a_module(pixels, side):
    picture = Image.open(io.BytesIO(draw_png(LINK, pixels_per_module=pixels)))

    assert picture.size == (side, side)
    assert picture.mode == "1"
    dark = [[value == 0 for value in row] for row in read_rows(picture)]
    matrix = make_matrix(LINK)
    assert dark == [
        [matrix[y // pixels][x // pixels] for x in range(side)] for y in range(side)
    ]


def test_the_png_and_the_svg_show_the_same():
    svg = rasterise(draw_svg(LINK), pixels_per_module=4)
    png = Image.open(io.BytesIO(draw_png(LINK, pixels_per_module=4)))

    assert read_rows(png.convert("L")) == read_rows(svg)


@pytest.mark.parametrize(("level", "side"), [(Level.L, 29), (Level.M, 29), (Level.Q, 33)])
def test_the_level_is_the_one_asked_for(level, side):
    picture = Image.open(io.BytesIO(draw_png(LINK, level=level)))

    (found,) = zxingcpp.read_barcodes(picture.convert("L"))

    assert (found.text, found.ec_level) == (LINK, level.name)
    assert len(make_matrix(LINK, level=level)) - 2 * QUIET_ZONE == side


def test_what_is_asked_for_again_is_drawn_once():
    assert draw_modules(LINK) is draw_modules(LINK)
    assert draw_png(LINK) is draw_png(LINK)
    assert draw_png(LINK, pixels_per_module=3) is not draw_png(LINK)


def test_the_svg_has_half_the_bytes_of_the_library_s_own():
    code = qrcode.QRCode(error_correction=Level.M, border=QUIET_ZONE)
    code.add_data(LINK)

    theirs = code.make_image(image_factory=SvgPathImage).to_string()

    # Theirs differs by a byte where lxml is there to write it.
    assert len(draw_svg(LINK)) == 3139
    assert len(theirs) > 2 * 3139


def test_the_svg_is_black_on_white_whatever_surrounds_it():
    svg = draw_svg(LINK)

    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 37 37" ')
    assert '<path fill="#fff" d="M0 0h37v37H0z"/>' in svg
    assert svg.count("<path") == 2, "the white ground, and all that is dark"
    assert 'shape-rendering="crispEdges"' in svg
    assert "style" not in svg
    assert "script" not in svg


def read_rows(picture):
    """Return the values of the picture's pixels, row by row."""
    values, width = list(picture.convert("L").tobytes()), picture.width
    return [values[start : start + width] for start in range(0, len(values), width)]


def rasterise(svg: str, *, pixels_per_module: int) -> Image.Image:
    """Fill the runs of the drawing's path, module by module."""
    size = int(re.search(r'width="(\d+)"', svg)[1])  # type: ignore[index]  # ours, it is there
    picture = Image.new("L", (size, size), 255)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1H\d+z", svg.rpartition("<path")[2]):
        picture.paste(0, (int(x), int(y), int(x) + int(width), int(y) + 1))
    side = size * pixels_per_module
    return picture.resize((side, side), Image.Resampling.NEAREST)
