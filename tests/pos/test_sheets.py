"""The page of a counter code, as it comes out of a printer: read back by a camera's library."""

import ctypes
from importlib.resources import files

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFont

from pos.counter_codes import write_counter_link
from pos.print.sheets import SheetSize, draw_sheet, list_undrawn
from tests import factories

pytestmark = pytest.mark.django_db
MM_A_POINT = 25.4 / 72
SIZES = {SheetSize.A4: (210, 297), SheetSize.A6: (105, 148), SheetSize.STICKER: (74, 105)}
# What a printer may leave blank at the edge.
SAFE_MM = {SheetSize.A4: 15, SheetSize.A6: 7, SheetSize.STICKER: 4.5}
# Names, and the font another program writes them with: its file and face.
NAMES = {
    "Han": ("港湾小店", ("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc", 2)),
    "Cyrillic": ("Кафе «Гавань»", ("manimgx_fonts", "NotoSans[wght].ttf", 0)),
    "Polish": ("Łódź", ("manimgx_fonts", "NotoSans[wght].ttf", 0)),
    "Arabic": ("مقهى", ("manimgx_fonts", "NotoSansArabic[wght].ttf", 0)),
    "Hebrew": ("פלאפל", ("manimgx_fonts", "NotoSansHebrew[wght].ttf", 0)),
    "Devanagari": ("क्षत्रिय", ("manimgx_fonts", "NotoSansDevanagari[wght].ttf", 0)),
    "Thai": ("ร้านกาแฟ", ("manimgx_fonts", "NotoSansThai[wght].ttf", 0)),
}
# Of the ink of both pictures, how much is in the same place.
ALIKE = 0.85
# Where the name is on A4, in millimeters from the top.
NAME_MM = (28, 48.5)


@pytest.fixture
def code(shop):
    return factories.print_code(shop)


def open_page(content):
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 1
        page = document[0]
        text = page.get_textpage().get_text_range()
        picture = page.render(scale=150 / 72, grayscale=True).to_pil()
        return page.get_size(), text, picture


def find_ink(picture):
    """Return the outermost dark pixels as shares of the page."""
    left, top, right, bottom = picture.point(lambda value: 255 * (value < 200)).getbbox()
    return (
        left / picture.width,
        top / picture.height,
        right / picture.width,
        bottom / picture.height,
    )


def crop_name(picture):
    top, bottom = (round(each / 25.4 * 150) for each in NAME_MM)
    return frame_ink(picture.crop((0, top, picture.width, bottom)))


def write_name(name, package, file, face):
    font = ImageFont.truetype(str(files(package) / file), 300, index=face)
    axes = font.get_variation_axes()
    font.set_variation_by_axes(
        [700 if axis["name"] == b"Weight" else axis["default"] or 0 for axis in axes]
    )
    picture = Image.new("L", (4000, 900), 255)
    ImageDraw.Draw(picture).text((200, 200), name, fill=0, font=font)
    return frame_ink(picture)


def frame_ink(picture):
    ink = picture.point(lambda value: 255 * (value < 160))
    return ink.crop(ink.getbbox()).resize((400, 100)).point(lambda value: 255 * (value > 127))


def compare(one, other):
    both, either = ImageChops.darker(one, other), ImageChops.lighter(one, other)
    return both.histogram()[255] / either.histogram()[255]


def read_alternatives(content):
    """Return the alternative texts of a page's pictures, as a screen reader finds them."""
    with pypdfium2.PdfDocument(content) as document:
        tree = pdfium.FPDF_StructTree_GetForPage(document[0])
        roots = range(pdfium.FPDF_StructTree_CountChildren(tree))
        found = [
            each
            for place in roots
            for each in _walk(pdfium.FPDF_StructTree_GetChildAtIndex(tree, place))
        ]
        pdfium.FPDF_StructTree_Close(tree)
        return found


def _walk(element):
    size = pdfium.FPDF_StructElement_GetAltText(element, None, 0)
    if size:
        text = ctypes.create_string_buffer(size)
        pdfium.FPDF_StructElement_GetAltText(element, text, size)
        yield text.raw.decode("utf-16-le").rstrip("\0")
    for place in range(pdfium.FPDF_StructElement_CountChildren(element)):
        child = pdfium.FPDF_StructElement_GetChildAtIndex(element, place)
        if child:
            yield from _walk(child)


@pytest.mark.parametrize("size", SheetSize)
def test_the_page_has_its_size_and_says_what_to_do(code, size):
    points, text, _ = open_page(draw_sheet(code, size))

    assert tuple(round(each * MM_A_POINT) for each in points) == SIZES[size]
    for said in (
        code.name,
        code.short_code_grouped,
        "pay.test/p/",
        "Type the amount.",
        "Up to \u20ac500.00 a person and day.",
        code.place,
    ):
        assert said in text


@pytest.mark.parametrize("size", SheetSize)
def test_the_code_on_the_page_is_read_by_a_camera(code, size):
    _, _, picture = open_page(draw_sheet(code, size))

    (found,) = zxingcpp.read_barcodes(picture)

    assert found.text == write_counter_link(code)


@pytest.mark.parametrize("size", SheetSize)
@pytest.mark.parametrize("name", ["Harbour Corner", "A shop with a very long name " * 2])
def test_nothing_is_printed_where_printers_print_nothing(shop, size, name):
    code = factories.print_code(shop)
    code.name = name
    _, text, picture = open_page(draw_sheet(code, size))

    left, top, right, bottom = find_ink(picture)
    width, height = SIZES[size]

    assert min(left, 1 - right) * width > SAFE_MM[size]
    assert min(top, 1 - bottom) * height > SAFE_MM[size]
    assert "say Paid." in text


@pytest.mark.parametrize(
    ("name", "printed"),
    [("Caf\u00e9 Zo\u00eb", "Caf\u00e9 Zo\u00eb"), ("Tab\u202eturn", "Tabturn")],
)
def test_names_of_western_europe_are_text(code, name, printed):
    code.name = name

    _, text, _ = open_page(draw_sheet(code, SheetSize.A6))

    assert printed in text


@pytest.mark.parametrize("script", NAMES)
def test_a_name_of_any_script_is_on_the_page_as_another_program_writes_it(code, script):
    code.name, font = NAMES[script]

    _, _, picture = open_page(draw_sheet(code, SheetSize.A4))

    assert compare(crop_name(picture), write_name(code.name, *font)) > ALIKE
    assert zxingcpp.read_barcodes(picture)[0].text == write_counter_link(code)


def test_pictures_of_other_names_are_not_alike(code):
    code.name, font = NAMES["Han"]
    _, _, picture = open_page(draw_sheet(code, SheetSize.A4))

    assert compare(crop_name(picture), write_name("\u6d77\u6e7e\u5927\u5e97", *font)) < ALIKE


def test_the_code_is_said_to_those_who_do_not_see_it(code):
    content = draw_sheet(code, SheetSize.A6)

    assert read_alternatives(content) == ["Payment code"]
    assert b"pdfuaid:part" in content


@pytest.mark.parametrize("size", SheetSize)
@pytest.mark.parametrize("letter", ["\u6e2f", "\u0642", "\u0416", "W"])
def test_the_longest_name_and_place_of_any_script_stay_on_the_page(code, size, letter):
    code.name, code.place = letter * 80, letter * 40
    _, _, picture = open_page(draw_sheet(code, size))

    left, top, right, bottom = find_ink(picture)
    width, height = SIZES[size]

    assert min(left, 1 - right) * width > SAFE_MM[size]
    assert min(top, 1 - bottom) * height > SAFE_MM[size]


def test_what_no_font_holds_is_named_before_it_is_printed(code):
    code.name, code.place = "Kiosk \ua997", "\u524d\u53f0 \ue000 Caf\u00e9"

    assert list_undrawn(code) == ["\ua997", "\ue000"]


def test_names_that_are_drawn_in_full_are_named_nowhere(code):
    code.name, code.place = "\u6e2f\u6e7e\u5c0f\u5e97", "Front counter"

    assert list_undrawn(code) == []


def test_the_same_code_is_printed_alike(code):
    assert draw_sheet(code, SheetSize.A4) == draw_sheet(code, SheetSize.A4)
