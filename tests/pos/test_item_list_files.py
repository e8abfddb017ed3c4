"""Lists of items: read as spreadsheets save them, and read again as they were written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.fields import is_plain
from merchants.layouts import COMMA, LAYOUTS
from merchants.models import Store
from pos.item_columns import COLUMNS, CellRefused, choose_layout, protect_text, unprotect_text
from pos.item_list_files import read_item_list, write_item_list
from pos.item_plans import plan_import
from pos.item_refusals import ListUnreadable
from pos.models import Category, Item, ItemColor

STORE = Store(name="Pier", currency="EUR")
TEA = {"name": "Tea", "price": "2,50"}


def read(content):
    return [row.texts for row in read_item_list(content)]


@pytest.mark.parametrize(
    "content",
    [
        b'name,price\nTea,"2,50"\n',
        b"name;price\r\nTea;2,50\r\n",
        b"name\tprice\rTea\t2,50\r",
        b"\xef\xbb\xbfname;price\nTea;2,50",
        b'sep=;\r\n"Name";"PRICE "\r\n"Tea";"2,50"\r\n',
        "name;price\nTea;2,50\n".encode("utf-16"),
        b"name;price;\nTea;2,50;\n;;\n\n",
    ],
    ids=["comma", "semicolon", "tab", "mark", "sep", "utf-16", "empty cells"],
)
def test_every_spreadsheet_s_way_is_read(content):
    assert read(content) == [TEA]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_letters_beyond_ascii_are_read(encoding):
    content = "name;price\nCrème brûlée, groß;2 €\n".encode(encoding)

    assert read(content) == [{"name": "Crème brûlée, groß", "price": "2 €"}]


def test_a_row_knows_in_which_line_it_begins():
    content = b'sep=;\nname;price\n"Tea\nwith milk";2\n\nBun;1\n'

    assert [row.line for row in read_item_list(content)] == [3, 6]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "has no titles by which items can be found"),
        (b"price\n1\n", "at least name or number"),
        (b"name;price\n", "no rows below its titles"),
        (b"name;preis\nTea;1\n", "no column “preis”"),
        (b"name;name\nTea;1\n", "“name” is there twice"),
        (b'name;price\n"Tea;1\n', "begins in line 2 cannot be read"),
        (b"\x00\x01\x02", "no list that can be read"),
        (b"name\n\x81\n", "no list that can be read"),
        (b"\xef\xbb\xbfname\n\xff\n", "no list that can be read"),
        (b"name\n" + b"a\n" * 20_001, "more than 20000 rows"),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(content, words):
    with pytest.raises(ListUnreadable, match=words):
        read_item_list(content)


@pytest.mark.parametrize(
    ("column", "text", "wanted"),
    [
        ("number", " A-17 ", "A-17"),
        ("number", "'007", "007"),
        ("name", "'t  Koffiehuis", "'t Koffiehuis"),
        ("name", "'=SUM", "=SUM"),
        ("price", "1.234,50", 123450),
        ("price", "4.8", 480),
        ("color", " Green", ItemColor.JADE),
        ("barcode", "'04006381333931", "04006381333931"),
        ("vat", "13,5 %", 1350),
        ("vat", "", None),
        ("min_age", "18", 18),
        ("min_age", "", 0),
        ("sold_out", "YES", True),
        ("hidden", "x", False),
        ("hidden", "", True),
        ("stock", "12", 12),
        ("stock", "", None),
    ],
)
def test_a_cell_is_read(column, text, wanted):
    assert COLUMNS[column].read(text, "EUR") == wanted


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("name", "", "Write the item's name."),
        ("name", "a\x07b", "signs that cannot be seen"),
        ("name", "Caf\ufffd", "A letter was lost"),
        ("name", "x" * 81, "at most 80 letters"),
        ("price", "1,234", "can be read in two ways"),
        ("price", "0", "Type more than zero."),
        ("color", "pink", "Write one of green, yellow, red, blue, or nothing."),
        ("barcode", "4,00638E+12", "A spreadsheet has shortened this number."),
        ("barcode", "4006381333930", "No bar code has these digits"),
        ("vat", "101", "Type a rate from 0 to 100"),
        ("min_age", "100", "Write an age from 0 to 99."),
        ("sold_out", "perhaps", "Write yes or no."),
        ("stock", "1.5", "Write a whole number such as 12"),
        ("stock", "1000001", "Write a whole number such as 12"),
    ],
)
def test_a_cell_that_cannot_be_read_says_what_to_write(column, text, words):
    with pytest.raises(CellRefused, match=re.escape(words)):
        COLUMNS[column].read(text, "EUR")


def plan(content, *items):
    return plan_import(STORE, list(items), read_item_list(content))


def make(**facts):
    return Item(store=STORE, **{"name": "Tea", "price_minor": 250} | facts)


def test_items_are_found_by_number_else_by_name():
    tea, bun = make(number="1"), make(name="Bun")
    content = b"number;name;price\n1;Green tea;2.50\n2;Bun;2.50\n;Cake;4\n"

    found = plan(content, tea, bun)

    assert found.problems == []
    assert found.changed == [(tea, {"name": "Green tea"}), (bun, {"number": "2"})]
    assert [facts["name"] for facts in found.new] == ["Cake"]


def test_what_the_list_does_not_say_stays():
    tea = make(vat_bps=900, stock=3, category=Category(name="Drinks"))

    found = plan(b"name;stock\nTea;99\n", tea)

    assert (found.changed, found.same_count, found.new) == ([], 1, [])


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (b"name\nCake\n", [(2, "price", "A new item needs this column.")]),
        (b"number;price\n9;1\n", [(2, "name", "A new item needs this column.")]),
        (b"name;price\nBun;1;2\n", [(2, "", "The row has more cells than there are titles.")]),
        (b"name;price\nTea;1\nTea;2\n", [(3, "", "This item stands in line 2 already.")]),
        (b"name;price\nBun;1\nBun;2\n", [(3, "name", "Line 2 says this already.")]),
        (b"number;name;price\n2;Tea;1\n", [(2, "name", "The item “Tea” has this already.")]),
        (
            b"name;price;vat\n;x;200\n",
            [
                (2, "name", "Write the item's name."),
                (2, "price", "Type an amount such as 12.50."),
                (2, "vat", "Type a rate from 0 to 100"),
            ],
        ),
    ],
)
def test_a_bad_row_is_told_by_line_and_column(content, problems):
    found = plan(content, make(number="1"))

    assert [(each.line, each.column) for each in found.problems] == [
        (line, column) for line, column, _ in problems
    ]
    for each, (_, _, words) in zip(found.problems, problems, strict=True):
        assert each.words.startswith(words)


def test_with_three_decimals_a_list_has_points():
    assert choose_layout(COMMA, "EUR") is COMMA
    assert choose_layout(COMMA, "KWD").decimal == "."


texts = st.text(max_size=40).map(lambda text: " ".join(text.split())).filter(is_plain)
marked = st.text(alphabet="'=+-@ 0a", max_size=8).map(lambda text: " ".join(text.split()))
layouts = st.sampled_from(list(LAYOUTS.values()))


@given(texts | marked, layouts)
def test_a_text_is_read_as_it_was(text, layout):
    assert unprotect_text(protect_text(text, layout)) == text


@given(
    st.lists(
        st.builds(
            Item,
            store=st.sampled_from([STORE, Store(currency="KWD"), Store(currency="JPY")]),
            name=(texts | marked).filter(bool),
            number=texts | marked,
            price_minor=st.integers(1, 999_999_999_999),
            category=st.none() | st.builds(Category, name=texts.filter(bool)),
            color=st.sampled_from(ItemColor.values),
            barcode=st.sampled_from(["", "04006381333931", "00000096385074"]),
            vat_bps=st.none() | st.integers(0, 10_000),
            min_age=st.integers(0, 99),
            is_sold_out=st.booleans(),
            is_active=st.booleans(),
            stock=st.none() | st.integers(0, 1_000_000),
        ),
        min_size=1,
        max_size=5,
        unique_by=(lambda item: item.name, lambda item: item.number or item.name),
    ),
    layouts,
)
def test_a_list_that_was_written_changes_nothing(items, layout):
    store = items[0].store
    for item in items:
        item.store = store
        item.barcode = item.barcode if item is items[0] else ""
    content = "".join(write_item_list(items, choose_layout(layout, store.currency))).encode()

    found = plan_import(store, items, read_item_list(content))

    assert (found.problems, found.new, found.changed) == ([], [], [])
    assert found.same_count == len(items)
