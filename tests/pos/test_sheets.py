"""The page of a printed code, as it comes out of a printer: read back by a camera's library."""

import pypdfium2
import pytest
import zxingcpp

from pos.sheets import SheetSize, draw_sheet
from pos.static_codes import write_static_link
from tests import factories

pytestmark = pytest.mark.django_db
MM_A_POINT = 25.4 / 72
SIZES = {SheetSize.A4: (210, 297), SheetSize.A6: (105, 148), SheetSize.STICKER: (74, 105)}
# What a printer may leave blank at the edge.
SAFE_MM = {SheetSize.A4: 15, SheetSize.A6: 7, SheetSize.STICKER: 4.5}


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
    """Give the outermost dark pixels as shares of the page."""
    left, top, right, bottom = picture.point(lambda value: 255 * (value < 200)).getbbox()
    return (
        left / picture.width,
        top / picture.height,
        right / picture.width,
        bottom / picture.height,
    )


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

    assert found.text == write_static_link(code)


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
    [
        ("Caf\u00e9 Zo\u00eb", "Caf\u00e9 Zo\u00eb"),
        ("\u0141\u00f3d\u017a", "L\u00f3dz"),
        ("\u6e2f\u7063\u5c0f\u5e97 Kiosk", "Kiosk"),
        ("Tab\u202eturn", "Tabturn"),
    ],
)
def test_names_are_printed_as_far_as_the_letters_go(code, name, printed):
    code.name = name

    _, text, picture = open_page(draw_sheet(code, SheetSize.A6))

    assert printed in text
    assert zxingcpp.read_barcodes(picture)[0].text == write_static_link(code)


def test_the_same_code_is_printed_alike(code):
    assert draw_sheet(code, SheetSize.A4) == draw_sheet(code, SheetSize.A4)
