"""A statement as PDF, read by an independent reader (PDFium): tagged, whole, in any script."""

import ctypes
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from merchants.layouts import PROGRAM
from merchants.models import Role
from merchants.reports.csv_file import write_settlement_csv
from merchants.reports.paper import read_paper
from pos.makers import find_makers
from pos.principals import act_at_till
from pos.print import typesetter
from pos.print.fonts import list_faces
from pos.print.statements import draw_statement
from pos.print.typesetter import Face, PagesFailed, draw, typeset
from pos.statement_lines import write_lines
from pos.subtotals import read_subtotals
from tests import factories

MARKUP = '#panic("x") *bold* $x$ @ref <l> \\u{41} "q" `raw` //no'
MINUS = "\N{MINUS SIGN}"
INSTANT = datetime(2026, 11, 30, tzinfo=UTC)
SCRIPTS = ["港湾小店", "مقهى الميناء", "Кафе Гавань", "ร้านกาแฟ", "कैफ़े", "항구", "פלאפל", "☕"]


def read_pages(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def squeeze(text):
    return re.sub(r"\s", "", text)


def read_kinds(pdf):
    """Count the structure tree's elements on all pages by kind."""
    with pypdfium2.PdfDocument(pdf) as document:
        kinds: list[str] = []
        for page in document:
            tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
            count = pdfium.FPDF_StructTree_CountChildren(tree)
            tops = [
                pdfium.FPDF_StructTree_GetChildAtIndex(tree, place) for place in range(count)
            ]
            kinds += [kind for top in tops for kind in walk(top)]
            pdfium.FPDF_StructTree_Close(tree)
        return Counter(kinds)


def walk(element):
    size = pdfium.FPDF_StructElement_GetType(element, None, 0)
    kind = ctypes.create_string_buffer(size)
    pdfium.FPDF_StructElement_GetType(element, kind, size)
    yield kind.raw.decode("utf-16-le").rstrip("\0")
    for place in range(pdfium.FPDF_StructElement_CountChildren(element)):
        child = pdfium.FPDF_StructElement_GetChildAtIndex(element, place)
        if child:
            yield from walk(child)


def read(settlement, *, most=1000):
    return read_paper(
        settlement,
        find_makers=find_makers,
        write_lines=write_lines,
        sum_up=read_subtotals,
        most=most,
    )


@pytest.fixture
def settlement(shop, customer):
    """Of a shop that is called like markup: three sales, and a refund of an older one."""
    shop.merchant.name = shop.store.name = MARKUP
    shop.merchant.save(update_fields=["name"])
    shop.store.save(update_fields=["name"])
    old = factories.sell(shop, customer, amount_minor=900)
    factories.settle(shop)
    for amount_minor in (1000, 250, 80):
        factories.sell(shop, customer, amount_minor=amount_minor)
    nora = factories.hire_person(shop, role=Role.CASHIER, may_refund=True)
    factories.refund(shop, old, amount_minor=300, principal=act_at_till(shop.terminal, nora))
    return factories.settle(shop)


@pytest.mark.django_db
def test_a_statement_is_tagged_for_those_who_have_it_read_aloud(settlement):
    pdf = draw_statement(read(settlement))

    with pypdfium2.PdfDocument(pdf) as document:
        assert pdfium.FPDFCatalog_IsTagged(document.raw)
        assert document.get_metadata_value("Title") == f"Settlement ST-0002, {MARKUP}"
    # PDF/UA-1 as it names itself, and the language.
    assert b"pdfuaid:part>1<" in pdf
    assert b"/Lang(en)" in pdf.replace(b"/Lang (", b"/Lang(")
    kinds = read_kinds(pdf)
    assert kinds["H1"] == 1
    # Heads of the figures, five ways of adding up, and the lines; repeated, they are none.
    assert kinds["TH"] == 2 + 5 * 5 + 7
    assert kinds["THead"] == 7
    # One that goes on on the next page is found on both.
    assert kinds["Table"] in {7, 8}
    assert kinds["TD"] == 6 * 2 + (1 + 1) * 5 * 4 + (2 + 1) * 5 + 4 * 7


@pytest.mark.django_db
def test_a_statement_is_whole_and_in_reading_order(settlement):
    pages = read_pages(draw_statement(read(settlement)))

    text = squeeze("".join(pages))
    program = "".join(
        write_settlement_csv(
            settlement, PROGRAM, find_makers=find_makers, write_lines=write_lines
        )
    )
    checksum = program.splitlines()[-1].rpartition(",")[2]
    lines = settlement.lines.order_by("at")
    wanted = [
        "SettlementST-0002",
        "Shop",
        "Whatissettled",
        "Sales(3)€13.30",
        f"Refunds(1){MINUS}€3.00",
        "Closingbalance€0.00",
        settlement.public_id,
        "Arefunddoesnotreturnthefeeofitssale.",
        "Byday",
        "Bystore",
        "Bytill",
        "Bycashier",
        f"NoraByrne€0.00(0){MINUS}€3.00(1)€0.00{MINUS}€3.00",
        *(line.short_code_grouped for line in lines),
        "inST-0001",
        "Lines:4",
        checksum,
    ]
    places = [text.find(each) for each in wanted]
    assert -1 not in places, wanted[places.index(-1)]
    assert places == sorted(places)
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page


@pytest.mark.django_db
def test_what_was_typed_is_never_markup(settlement):
    text = "".join(read_pages(draw_statement(read(settlement))))

    assert squeeze(MARKUP) in squeeze(text)


@pytest.mark.django_db
def test_lines_that_do_not_fit_are_named_and_counted_all_the_same(settlement):
    whole, short = (read(settlement, most=most) for most in (4, 1))

    text = "".join(read_pages(draw_statement(short)))

    assert "3 further lines are in the CSV." in text
    assert short.checksum == whole.checksum
    assert (short.count, short.net_minor) == (whole.count, whole.net_minor) == (4, 1022)
    assert len(short.lines) == 1


@pytest.mark.django_db
def test_the_same_statement_is_the_same_bytes(settlement):
    assert draw_statement(read(settlement)) == draw_statement(read(settlement))


@pytest.mark.django_db
@pytest.mark.parametrize("name", [*SCRIPTS, "x" * 80, "\u202eevil\x07", "ꦗꦮ\ue000"])
def test_a_name_of_any_script_is_written(shop, customer, name):
    shop.store.name = name
    shop.store.save(update_fields=["name"])
    factories.sell(shop, customer)

    pdf = draw_statement(read(factories.settle(shop)))

    assert b"pdfuaid:part>1<" in pdf
    shown = squeeze("".join(read_pages(pdf)))
    if name in SCRIPTS and not set("مקहै") & set(name):
        assert squeeze(name) in shown
    if name.startswith("x"):
        # Broken, so that it does not run over the figures; nothing of it is lost.
        assert shown.replace("\u200b", "").count("x" * 80) >= 1
    if "\ue000" in name:
        assert "\N{REPLACEMENT CHARACTER}" in shown


@pytest.fixture
def order():
    """The order of a small page, for the process that draws it."""
    faces = [[str(path), index] for path, index in list_faces("")]
    data: dict[str, Any] = {"lang": "en", "page": "%(page)s/%(pages)s"}
    data |= dict.fromkeys(("author", "title", "heading", "subject", "footer"), "x")
    data |= {"sides": [], "carry": [], "parts": []}
    data |= {"figures": {"title": "t", "heads": ["a", "b"], "rows": [["c", "d"]]}}
    data |= {name: {"title": name, "rows": []} for name in ("facts", "totals")}
    data |= {"lines": {"title": "l", "none": "none", "heads": [], "rows": [], "further": ""}}
    return {"template": "statement", "data": data, "faces": faces, "made_at": 0}


def test_a_letter_without_a_font_costs_the_mark_and_never_the_statement(order):
    assert b"pdfuaid:part>1<" in draw(order)
    order["data"]["heading"] = "\ue000"

    pdf = draw(order)

    assert b"pdfuaid:part>1<" not in pdf
    assert pdf.startswith(b"%PDF-")


def test_pages_without_fonts_are_refused_because_they_would_be_blank(order):
    order["faces"] = [["/nowhere/missing.ttf", 0]]

    with pytest.raises((RuntimeError, ValueError)):
        draw(order)


def test_pages_that_fail_or_take_too_long_are_refused_and_the_next_are_drawn(
    order, monkeypatch, caplog
):
    faces = [Face(*face) for face in order["faces"]]
    with pytest.raises(PagesFailed):
        typeset("missing", order["data"], faces=faces, made_at=INSTANT)
    assert "typesetting failed" in caplog.text
    with monkeypatch.context() as hurried:
        hurried.setattr(typesetter, "_PATIENCE_S", 0.001)
        with pytest.raises(PagesFailed):
            typeset("statement", order["data"], faces=faces, made_at=INSTANT)
        with typesetter._turn, pytest.raises(PagesFailed):
            typeset("statement", order["data"], faces=faces, made_at=INSTANT)

    pdf = typeset("statement", order["data"], faces=faces, made_at=INSTANT)

    assert pdf.startswith(b"%PDF-")


def test_few_wait_for_pages_so_that_other_pages_find_a_place(order):
    faces = [Face(*face) for face in order["faces"]]
    crowd = 9

    def press():
        return typeset("missing", order["data"], faces=faces, made_at=INSTANT)

    with ThreadPoolExecutor(crowd) as pool, typesetter._turn:
        pressed = [pool.submit(press) for _ in range(crowd)]
        # Without waiting for a turn that nobody gives back.
        refused = list(islice(as_completed(pressed, timeout=20), 5))
        waiting = [each for each in pressed if not each.done()]

    assert all(isinstance(each.exception(), PagesFailed) for each in refused)
    assert len(waiting) == 4
