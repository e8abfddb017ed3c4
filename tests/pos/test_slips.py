"""Slips for receipt printers: laid out, spelled in code pages, and read back off the paper."""

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pos.print.code_pages import MODELS, find_model
from pos.print.slips import (
    COLUMNS,
    Code,
    Cut,
    Feed,
    Kick,
    Line,
    Row,
    Rule,
    Side,
    Slip,
    Table,
    Text,
    Total,
    is_picture,
    lay_out,
    measure,
    wrap,
)
from pos.print.written_slips import draft_slip, write_slip
from tests.pos.paper import read_escpos

EPSON, OLDER, OTHER, STAR = (find_model(key) for key in ("epson", "older", "other", "star"))
MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"
QUOTE, DASH = "\N{RIGHT SINGLE QUOTATION MARK}", "\N{EN DASH}"
WORD = f"„Haus“ {DASH} “inn”…"
LINK = "https://pay.example/r/7znnxen5bn93fv1vawwyx50nj3/"
# A text, how it is spelled, and the pages of an Epson printer that it takes.
SPELLED = {
    "French amount": ("1\u202f234,50\u00a0€", "1 234,50 €", [19]),
    "Swiss amount": (f"CHF {MINUS}1{QUOTE}234.50", "CHF -1'234.50", [19]),
    "times": (f"2 {TIMES} Café", f"2 {TIMES} Café", [19]),
    "Greek": ("Γαλλικός καφές", "Γαλλικός καφές", [47]),
    "Russian, then euro": ("Кофе 4,80 €", "Кофе 4,80 €", [46]),
    "Polish": ("Żółta łódź", "Żółta łódź", [45]),
    "Turkish": ("Şişli ığ", "Şişli ığ", [48]),
    "letters of two pages": ("Žluťoučký Ğ", "Žluťoučký Ğ", [16, 45, 48]),
    "marks of Word": (WORD, WORD, [16]),
    "decomposed": ("Cafe\u0301", "Café", [19]),
    "commands in a name": ("Tea\x1bp\x00\x32\xfa\x1d\x56\x00", "Teap2ú V", [19]),
    "bidi controls": ("\u2067Tea\u2069\u200f", "Tea", [19]),
}


def sent(*parts, model=EPSON, columns=48, **facts):
    return write_slip(Slip(parts, **facts), columns=columns, model=model)


def lines_of(*parts, model=EPSON, columns=48, **facts):
    bands = lay_out(Slip(parts, **facts), columns=columns, model=model)
    return [band.text for band in bands if isinstance(band, Line)]


@pytest.mark.parametrize("case", SPELLED)
def test_letters_are_printed_by_the_page_that_has_them(case):
    text, spelled, pages = SPELLED[case]

    paper = read_escpos(sent(Text(text)))

    assert paper.lines == [spelled]
    assert paper.pages == pages
    assert paper.done == []


def test_a_mark_that_no_page_has_is_printed_as_what_it_means():
    paper = read_escpos(sent(Text(f"2 {TIMES} {WORD}"), model=OTHER))

    assert paper.lines == ['2 x "Haus" - "inn"...']


def test_a_receipt_is_laid_out_for_both_papers():
    parts = (
        Text("Harbour Café", Side.CENTRE, bold=True),
        Rule(),
        Table(
            (
                Row(f"2 {TIMES} Coffee of the highlands, much milk", ("€7.60",), ("€3.80",)),
                Row("Refund", ("-€1,234.50",)),
            )
        ),
        Total("Paid", "€11.40"),
        Table((Row("VAT rate", ("Price", "VAT")), Row("13.5 %", ("€7.60", "€0.90")))),
    )

    assert lines_of(*parts) == [
        "                  Harbour Café",
        "-" * 48,
        f"2 {TIMES} Coffee of the highlands, much          €7.60",
        "milk",
        "  €3.80",
        "Refund                                -€1,234.50",
        "Paid              €11.40",
        "VAT rate                             Price   VAT",
        "13.5 %                               €7.60 €0.90",
    ]
    assert lines_of(*parts, columns=32) == [
        "          Harbour Café",
        "-" * 32,
        f"2 {TIMES} Coffee of the          €7.60",
        "highlands, much milk",
        "  €3.80",
        "Refund                -€1,234.50",
        "Paid      €11.40",
        "VAT rate             Price   VAT",
        "13.5 %               €7.60 €0.90",
    ]


def test_an_amount_too_wide_for_its_label_stands_below_it():
    rows = Table((Row("Paid", ("1,000,000,000.00", "190,000,000.00")),))

    assert lines_of(rows, columns=32) == ["Paid", " 1,000,000,000.00 190,000,000.00"]


def test_scripts_from_the_right_have_their_amounts_at_the_left():
    assert lines_of(Table((Row("Tea", ("€3.80",)),)), columns=20, from_right=True) == [
        "€3.80            Tea"
    ]


def test_the_end_feeds_to_the_blade_and_opens_the_drawer_once():
    paper = read_escpos(sent(Text("Tea"), Feed(2), Cut(), Kick()))

    assert paper.lines == ["Tea", "", ""]
    assert paper.done == [("cut", b"B\x00"), ("kick", b"\x00\x32\xfa")]
    # Nothing cuts there perhaps: five lines more, to tear it.
    assert read_escpos(sent(Text("Tea"), Cut(), model=OTHER)).lines == ["Tea", *[""] * 5]


@pytest.mark.parametrize("model", [EPSON, OTHER])
def test_the_code_is_the_link_to_the_byte(model):
    paper = read_escpos(sent(Code(LINK), model=model))

    if model.draws_codes:
        assert paper.codes == [LINK.encode()]
        return
    (rows,) = paper.pictures
    picture = Image.new("L", (len(rows[0]), len(rows)), 255)
    picture.putdata([0 if dot == "1" else 255 for row in rows for dot in row])
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == LINK


def test_lines_without_letters_are_drawn_and_the_others_are_not():
    slip = Slip((Text("港湾小店 Harbour"), Text("مقهى"), Text("Tea"), Total("总计", "€3.80")))

    paper = read_escpos(write_slip(slip, columns=32, model=EPSON))

    assert paper.lines == ["[picture]", "[picture]", "Tea", "[picture]"]
    assert [(len(rows[0]), len(rows)) for rows in paper.pictures] == [
        (384, 30),
        (384, 30),
        (384, 60),
    ]
    for rows in paper.pictures:
        assert sum(row.count("1") for row in rows) > 200
    latin_from_left, arabic_from_left = (rows[15].find("1") for rows in paper.pictures[:2])
    assert -1 < latin_from_left < 24
    assert arabic_from_left < 24


def test_what_is_drawn_and_what_is_lost_is_known_before():
    slip = Slip((Text("Tea 茶 \ue000 €"),))

    assert draft_slip(slip, columns=48, model=EPSON).drawn == ["茶"]
    assert draft_slip(slip, columns=48, model=EPSON).lost == ["\ue000"]
    assert draft_slip(slip, columns=48, model=OTHER).drawn == ["茶", "€"]


def test_star_has_commands_of_its_own():
    parts = (Text("Żółw", bold=True), Total("A", "€1"), Code("A1"), Feed(2), Cut(), Kick())

    assert sent(*parts, model=STAR, columns=12) == b"".join(
        [
            b"\x1b@",
            *(b"\x1bE", b"\x1b\x1dt\x21", "Żółw".encode("cp1250"), b"\n", b"\x1bF"),
            *(b"\x1bE", b"\x1bi\x01\x01", b"A   \x801\n", b"\x1bi\x00\x00", b"\x1bF"),
            *(b"\x1b\x1da\x01", b"\x1b\x1dyS0\x02", b"\x1b\x1dyS1\x01", b"\x1b\x1dyS2\x06"),
            *(b"\x1b\x1dyD1\x00\x02\x00A1", b"\x1b\x1dyP", b"\n", b"\x1b\x1da\x00"),
            *(b"\x1ba\x02", b"\x1bd\x03", b"\x1b\x07\x14\x14\x07"),
        ]
    )


def test_star_draws_lines_too():
    written = sent(Text("茶"), model=STAR)

    assert written.startswith(b"\x1b@\x1b\x1dS\x01\x48\x00\x1e\x00\x00")
    assert len(written) == 2 + 9 + 72 * 30


@given(
    st.text(max_size=120),
    st.lists(st.text(max_size=20), min_size=1, max_size=2),
    st.sampled_from(COLUMNS),
    st.sampled_from(MODELS),
)
def test_no_line_is_wider_than_the_paper_and_no_letter_is_a_command(
    label, amounts, columns, model
):
    row = Row(label, tuple(each[: columns // 3] for each in amounts), below=(label,))
    bands = lay_out(Slip((Text(label), Table((row,)))), columns=columns, model=model)

    for line in bands:
        assert isinstance(line, Line)
        assert measure(line.text) <= columns
        if not is_picture(line, model):
            letters = b"".join(letter for _, letter in model.encode(line.text, None))
            assert len(letters) == len(line.text)
            assert min(letters, default=32) >= 32


@given(st.text(max_size=200), st.integers(min_value=2, max_value=48))
def test_breaking_a_text_loses_nothing(text, width):
    lines = wrap(text, width)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(measure(line) <= width for line in lines)
