"""A counter code as a page to cut out and hang up: A4, A6, or a sticker of A7."""

from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from django.conf import settings
from django.utils.translation import gettext
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos

from ledger.money import format_money
from merchants.logo_maker import HEIGHT, WIDTH
from merchants.looks import find_logo
from merchants.models import Merchant
from pos.counter_codes import write_counter_link
from pos.models import CounterCode
from pos.print.fonts import Weight, clean, find_undrawn
from pos.print.text_shaping import UNITS_PER_EM, Frame, Line, count_lines, set_lines
from qr.image import draw_svg

_INK, _JADE, _QUIET, _EDGE = (20, 33, 31), (8, 82, 66), (63, 75, 72), (122, 130, 127)
_MM_A_POINT = 25.4 / 72
# Millimeters a line for each point of its letters.
_LINE = 0.46
# The logo's height in millimeters for each point of the letters beside it.
_LOGO = 0.7
# The standard fonts of PDF have these letters and need no embedding. Others are drawn.
_LETTERS = "cp1252"
# Above and below the baseline, and beside: no letter is cut off, whatever marks it has.
_ABOVE, _BELOW, _BESIDE = 1500, 1000, 300


class SheetSize(StrEnum):
    """The paper the page is for."""

    A4 = "a4"
    A6 = "a6"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    width: float
    height: float
    margin: float
    code: float
    name: float
    text: float
    small: float


# In millimeters, letters in points. The margins are more than any office printer needs.
_PAPERS = {
    SheetSize.A4: _Paper(
        width=210, height=297, margin=18, code=136, name=40, text=17, small=10.5
    ),
    SheetSize.A6: _Paper(width=105, height=148, margin=8, code=68, name=21, text=8.5, small=6),
    SheetSize.STICKER: _Paper(
        width=74, height=105, margin=5, code=50, name=15, text=6.5, small=5
    ),
}


class _Page(FPDF):
    """A page for one country's readers."""

    country = ""


def list_undrawn(code: CounterCode) -> list[str]:
    """List the letters that would print as empty boxes; the code's store must be loaded."""
    texts = (code.name, code.place)
    drawn = " ".join(text for text in texts if not _is_plain(text))
    return find_undrawn(drawn, code.store.merchant.country)


def draw_sheet(code: CounterCode, size: SheetSize) -> bytes:
    """Draw the page; the same code gives the same bytes. The code's store must be loaded."""
    paper = _PAPERS[size]
    page = _Page(unit="mm", format=(paper.width, paper.height))
    page.country = code.store.merchant.country
    page.core_fonts_encoding = _LETTERS
    page.set_creation_date(code.created_at)
    page.set_title(f"{code.name}, {code.place}")
    page.set_lang(settings.LANGUAGE_CODE)
    page.set_auto_page_break(auto=False)
    page.set_margin(paper.margin)
    page.add_page()
    _draw_head(page, code, paper)
    _draw_code(page, code, paper)
    _draw_help(page, code, paper)
    _draw_foot(page, code, paper)
    return bytes(page.output())


def _draw_head(page: _Page, code: CounterCode, paper: _Paper) -> None:
    _draw_logo(page, code.store.merchant, paper)
    page.set_font("helvetica", "B", paper.text)
    words = gettext("Scan to pay")
    mark = paper.text * 0.36
    left = (paper.width - page.get_string_width(words) - mark * 1.6) / 2
    _draw_mark(page, left=left, top=page.get_y() + paper.text * 0.07, size=mark)
    page.set_text_color(*_JADE)
    page.set_x(left + mark * 1.6)
    _write(page, words, paper.text, align=Align.L)
    page.set_text_color(*_INK)
    name, size = clean(code.name) or "-", paper.name
    page.set_font("helvetica", "B", size)
    while size > paper.text and _count_lines(page, name, size) > 2:
        size -= 1
    page.set_font("helvetica", "B", size)
    page.set_y(page.get_y() + paper.text * 0.1)
    _write(page, name, size)


def _draw_logo(page: _Page, merchant: Merchant, paper: _Paper) -> None:
    """Draw the logo in the corner: four times as wide as high, it ends before the words."""
    picture = find_logo(merchant.logo) if merchant.logo else None
    if picture is not None:
        height = paper.text * _LOGO
        page.image(
            BytesIO(picture),
            x=paper.margin,
            y=page.get_y(),
            w=height * WIDTH / HEIGHT,
            h=height,
            keep_aspect_ratio=True,
            alt_text=merchant.name,
        )


def _draw_mark(page: _Page, *, left: float, top: float, size: float) -> None:
    page.set_draw_color(*_JADE)
    page.set_fill_color(*_JADE)
    page.set_line_width(size / 6)
    edge = size / 12
    page.rect(
        left + edge,
        top + edge,
        size - 2 * edge,
        size - 2 * edge,
        round_corners=True,
        corner_radius=size / 5,
    )
    page.rect(left + size / 3, top + size / 3, size / 3, size / 3, style="F")


def _draw_code(page: _Page, code: CounterCode, paper: _Paper) -> None:
    gap = paper.text * 0.2
    left, top = (paper.width - paper.code) / 2, page.get_y() + gap
    drawing = draw_svg(write_counter_link(code)).encode()
    side = paper.code
    # The path is filled with the page's color, and cameras need black.
    page.set_fill_color(0)
    page.image(
        BytesIO(drawing), x=left, y=top, w=side, h=side, alt_text=gettext("Payment code")
    )
    # Outside of the code's own quiet zone, to look at and to cut along.
    page.set_draw_color(*_EDGE)
    page.set_line_width(0.2)
    page.rect(left, top, side, side)
    page.set_y(top + side + gap)


def _draw_help(page: _Page, code: CounterCode, paper: _Paper) -> None:
    steps = [
        gettext("Scan the code with your phone's camera."),
        gettext("Type the amount. Your phone shows the name above."),
        gettext("Confirm. Your phone and the till say Paid."),
    ]
    left = (paper.width - paper.code) / 2
    for number, step in enumerate(steps, start=1):
        page.set_x(left)
        page.set_font("helvetica", "B", paper.text)
        page.set_text_color(*_JADE)
        page.cell(paper.text * 0.5, paper.text * 0.48, str(number))
        page.set_font("helvetica", "", paper.text)
        page.set_text_color(*_INK)
        width = paper.width - paper.margin - page.get_x()
        _write(page, step, paper.text, align=Align.L, width=width)
    page.set_y(page.get_y() + paper.text * 0.25)
    page.set_font("helvetica", "", paper.text)
    words = gettext("No camera? Open %s and type") % f"{settings.PUBLIC_HOST}/p/"
    _write(page, words, paper.text)
    page.set_font("courier", "B", paper.text * 1.8)
    _write(page, code.short_code_grouped, paper.text * 1.8)


def _draw_foot(page: _Page, code: CounterCode, paper: _Paper) -> None:
    cap = format_money(code.cap_minor, code.currency, settings.LANGUAGE_CODE)
    page.set_font("helvetica", "", paper.small)
    page.set_text_color(*_QUIET)
    where = clean(f"{code.place} · {code.public_id}")
    rows = 1 + _count_lines(page, where, paper.small)
    page.set_y(paper.height - paper.margin - rows * paper.small * _LINE)
    _write(page, clean(gettext("Up to %s a person and day.") % cap), paper.small)
    _write(page, where, paper.small)


def _write(
    page: _Page, text: str, size: float, *, align: Align = Align.C, width: float = 0
) -> None:
    height, width = size * _LINE, width or page.epw
    if _is_plain(text):
        here, below = XPos.LMARGIN, YPos.NEXT
        page.multi_cell(width, height, text, align=align, new_x=here, new_y=below)
        return
    left = page.get_x()
    for line in set_lines(text, _frame(page, size, width=width)):
        spare = width - line.width * _find_unit(size)
        indent = spare / 2 if align == Align.C else page.c_margin
        _draw_line(page, line, size, left=left + indent)
        page.set_y(page.get_y() + height)


def _draw_line(page: _Page, line: Line, size: float, *, left: float) -> None:
    unit, width = _find_unit(size), line.width + 2 * _BESIDE
    # The baseline of multi_cell: a third of a letter below the middle of the line.
    baseline = page.get_y() + size * _LINE / 2 + 0.3 * size * _MM_A_POINT
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="{-_BESIDE} {-_ABOVE} {width:.1f} {_ABOVE + _BELOW}">'
        f'<path d="{line.path}"/></svg>'
    )
    assert page.text_color is not None, "every line has been given its color"
    page.set_fill_color(page.text_color)
    page.image(
        BytesIO(drawing.encode()),
        x=left - _BESIDE * unit,
        y=baseline - _ABOVE * unit,
        w=width * unit,
        h=(_ABOVE + _BELOW) * unit,
        alt_text=line.text,
    )


def _frame(page: _Page, size: float, *, width: float) -> Frame:
    weight = Weight.BOLD if "B" in page.font_style else Weight.REGULAR
    room = (width - 2 * page.c_margin) / _find_unit(size)
    return Frame(weight=weight, country=page.country, width=room)


def _count_lines(page: _Page, text: str, size: float) -> int:
    if not _is_plain(text):
        return count_lines(text, _frame(page, size, width=page.epw))
    page.set_font_size(size)
    lines = page.multi_cell(0, text=text, dry_run=True, output=MethodReturnValue.LINES)
    assert isinstance(lines, list), "it was asked for lines"
    return len(lines)


def _find_unit(size: float) -> float:
    return size * _MM_A_POINT / UNITS_PER_EM


def _is_plain(text: str) -> bool:
    try:
        text.encode(_LETTERS)
    except UnicodeEncodeError:
        return False
    return text.isprintable()
