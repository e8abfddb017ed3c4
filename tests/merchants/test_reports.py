"""The settlement as a file: it equals the page, and shows when it was cut or changed."""

import csv
import hashlib
import re
from decimal import Decimal

import pytest

from merchants.layouts import COMMA, LAYOUTS, POINT, PROGRAM, SEMICOLON, suggest_layout
from merchants.models import Role
from merchants.reports.csv_file import write_settlement_csv
from pos import statement_lines
from pos.makers import find_makers
from pos.principals import act_at_till
from pos.statement_lines import write_lines
from tests import factories

pytestmark = pytest.mark.django_db
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
WIDE = "\N{FULLWIDTH EQUALS SIGN}"
PROGRAM_HEAD = (
    "record,line,kind,time,store,till,cashier,charge,code,refund,reference,"
    "amount,fee,net,currency,method,fee_rule,fee_rule_from,name,value"
)


def write(settlement, layout=PROGRAM):
    return "".join(
        write_settlement_csv(
            settlement, layout, find_makers=find_makers, write_lines=write_lines
        )
    )


def read(settlement, layout=PROGRAM):
    """Read a file for programs as programs do: by the names of its first row."""
    return list(csv.DictReader(write(settlement, layout).splitlines()))


def read_sheet(settlement, layout):
    """Read a file for people: what stands on top, the table's rows by name, the total."""
    text = write(settlement, layout)
    assert text.startswith(MARK)
    rows = list(csv.reader(text[1:].splitlines(), delimiter=layout.separator))
    blank = next(place for place, row in enumerate(rows) if not any(row))
    title, end = rows[blank + 1], next(n for n, row in enumerate(rows) if row[0] == "Lines") - 1
    table = [dict(zip(title, row, strict=True)) for row in rows[blank + 2 : end]]
    top, total = rows[:blank], rows[end + 1 :]
    return {row[0]: row[1] for row in top}, table, {row[0]: row[1] for row in total}


@pytest.fixture
def refunder(shop):
    return factories.hire_person(shop, role=Role.CASHIER, may_refund=True)


@pytest.fixture
def refund(shop, customer, refunder):
    """A refund by Nora of 3.00 from a sale of 10.00."""
    sale = factories.sell(shop, customer, amount_minor=1000)
    factories.sell(shop, customer, amount_minor=250)
    principal = act_at_till(shop.terminal, refunder)
    return factories.refund(shop, sale, amount_minor=300, principal=principal)


@pytest.fixture
def settlement(shop, refund):
    return factories.settle(shop)


def test_every_line_is_there_for_programs(settlement, shop, refund):
    lines = [row for row in read(settlement) if row["record"] == "line"]

    assert write(settlement).splitlines()[0] == PROGRAM_HEAD
    assert [row["line"] for row in lines] == ["1", "2", "3"]
    assert [row["kind"] for row in lines] == ["sale", "sale", "refund"]
    assert [[row[name] for name in ("amount", "fee", "net", "currency")] for row in lines] == [
        ["10.00", "-0.06", "9.94", "EUR"],
        ["2.50", "-0.02", "2.48", "EUR"],
        ["-3.00", "0.00", "-3.00", "EUR"],
    ]
    assert {row["store"] for row in lines} == {shop.store.name}
    assert [row["refund"] for row in lines] == ["", "", refund.public_id]
    assert [row["cashier"] for row in lines] == ["", "", "Nora Byrne"]
    assert {row["till"] for row in lines} == {"Till 1"}
    assert {row["charge"] for row in lines if row["kind"] == "refund"} == {
        refund.charge.public_id
    }


def test_the_figures_are_there_for_programs(settlement):
    rows = read(settlement)

    head = {row["name"]: row["value"] for row in rows if row["record"] == "head"}
    assert head["settlement"] == settlement.public_id
    assert [head[name] for name in ("opening", "sales", "refunds", "fees")] == [
        "0.00",
        "12.50",
        "-3.00",
        "-0.08",
    ]
    assert (head["payout"], head["closing"]) == ("-9.42", "0.00")
    assert (head["sales_count"], head["refunds_count"]) == ("2", "1")
    total = {row["name"]: row["value"] for row in rows if row["record"] == "total"}
    assert total == {"lines": "3", "net": "9.42"}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_row_has_as_many_fields_and_a_sum_counts_once(settlement, layout):
    text = write(settlement, layout).removeprefix(MARK)
    rows = list(csv.reader(text.splitlines(), delimiter=layout.separator))

    assert len({len(row) for row in rows}) == 1
    title = next(row for row in rows if "Fee" in row or "fee" in row)
    place = next(place for place, name in enumerate(title) if name in {"net", "Net"})
    numbers = [row[place].replace(",", ".") for row in rows]
    assert sum(Decimal(number) for number in numbers if number[-1:].isdigit()) == Decimal(
        "9.42"
    )
    assert "\N{MINUS SIGN}" not in text


@pytest.mark.parametrize(
    ("layout", "amount", "fee"),
    [(POINT, "10.00", "-0.06"), (COMMA, "10,00", "-0,06"), (SEMICOLON, "10.00", "-0.06")],
)
def test_a_sheet_counts_as_its_reader_does(settlement, layout, amount, fee, refund):
    top, table, total = read_sheet(settlement, layout)

    assert (table[0]["Amount"], table[0]["Fee"]) == (amount, fee)
    assert [row["Kind"] for row in table] == ["Sale", "Sale", "Refund"]
    assert table[2]["Cashier"] == "Nora Byrne"
    assert table[2]["Refund"] == refund.public_id
    assert top["Settlement"] == "ST-0001"
    assert top["Payout"].replace(",", ".") == "-9.42"
    assert total["Lines"] == "3"
    assert total["Total net"].replace(",", ".") == "9.42"


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_hash_is_of_everything_before_it(settlement, layout):
    text = write(settlement, layout)

    lines = text.splitlines(keepends=True)
    # A reference may have these three letters too.
    place = next(n for n, line in enumerate(lines) if re.search("sha-?256", line.lower()))
    before = "".join(lines[:place])
    assert hashlib.sha256(before.encode()).hexdigest() in lines[place]
    assert lines[place + 1 :] in ([], ["END" + layout.separator * 21 + "\r\n"])


def test_a_file_is_read_and_written_in_pieces(settlement, monkeypatch):
    whole = write(settlement)
    monkeypatch.setattr(statement_lines, "_AT_ONCE", 1)

    pieces = list(
        write_settlement_csv(
            settlement, PROGRAM, find_makers=find_makers, write_lines=write_lines
        )
    )

    assert len(pieces) == 6
    assert "".join(pieces) == whole


def test_times_are_the_shop_s(customer):
    shop = factories.open_shop(time_zone="Asia/Tokyo")
    factories.sell(shop, customer)
    settlement = factories.settle(shop)

    (line,) = [row for row in read(settlement) if row["record"] == "line"]
    top, (row,), _ = read_sheet(settlement, POINT)
    assert line["time"].endswith("+09:00")
    assert row["Zone"] == "UTC+0900"
    assert f"{row['Date']}T{row['Time']}+09:00" == line["time"]
    assert top["First day"] == top["Last day"] == row["Date"]


def test_yen_have_no_decimals_and_dinars_three():
    found = {}
    for currency in ("JPY", "KWD"):
        shop = factories.open_shop(currency=currency)
        factories.sell(shop, factories.open_customer(currency=currency), amount_minor=1480)
        _, (row,), _ = read_sheet(factories.settle(shop), COMMA)
        found[currency] = [row["Amount"], row["Fee"], row["Net"]]

    assert found == {"JPY": ["1480", "-9", "1471"], "KWD": ["1,480", "-0,009", "1,471"]}


@pytest.mark.parametrize(
    ("typed", "in_sheet", "for_programs"),
    [
        ('=cmd|"x"!A1', "'" + '=cmd|"x"!A1', "'" + '=cmd|"x"!A1'),
        (f"{WIDE}1+1", f"'{WIDE}1+1", f"'{WIDE}1+1"),
        ("00123", "'00123", "00123"),
        ("1E5", "'1E5", "1E5"),
        ("3/4", "'3/4", "3/4"),
        ("12.11.", "'12.11.", "12.11."),
        ("Table 7", "Table 7", "Table 7"),
        ("A;B,C", "A;B,C", "A;B,C"),
    ],
)
def test_a_reference_stays_the_text_it_is(
    till, phone, shop, customer, typed, in_sheet, for_programs
):
    body = {"amount": {"amount_minor": 480, "currency": "EUR"}, "reference": typed}
    created = till.post("charges", body, key="1").json()
    claim = phone.post("wallet/claims", {"payload": created["link"]}).json()
    phone.post("wallet/payments", {"claim": claim["id"]}, key="1")
    settlement = factories.settle(shop)

    (line,) = [row for row in read(settlement) if row["record"] == "line"]
    assert (line["charge"], line["reference"]) == (created["id"], for_programs)
    assert line["code"].replace("-", "") == created["short_code"]
    for layout in (POINT, COMMA, SEMICOLON):
        _, (row,), _ = read_sheet(settlement, layout)
        assert row["Shop reference"] == in_sheet


@pytest.mark.parametrize(
    ("languages", "layout"),
    [
        ("", PROGRAM),
        ("en-IE,en;q=0.9", POINT),
        ("de-DE,de;q=0.9,en;q=0.8", COMMA),
        ("de", COMMA),
        ("de-CH", SEMICOLON),
        ("fr-FR", COMMA),
        ("en-ZA", COMMA),
        ("ar-EG", POINT),
        ("ja", POINT),
        ("xx-nothing,pt-BR;q=0.5", COMMA),
        ("*", POINT),
        ("\x00;;;", POINT),
    ],
)
def test_the_layout_follows_the_browser_s_language(languages, layout):
    assert suggest_layout(languages) == layout
