"""Every form of a settlement carries the same lines, total and checksum."""

import csv
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from merchants.layouts import COMMA, LAYOUTS, POINT, PROGRAM
from merchants.models import Role
from merchants.reports import workbook
from merchants.reports.csv_file import write_settlement_csv
from merchants.reports.json_file import write_settlement_json
from merchants.reports.workbook import write_settlement_workbook
from pos.makers import find_makers
from pos.principals import act_at_till
from pos.statement_lines import write_lines
from pos.subtotals import read_subtotals
from tests import factories

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).parents[2] / "docs/recompute_statement.py"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def write_csv(settlement, layout=PROGRAM):
    return "".join(
        write_settlement_csv(
            settlement, layout, find_makers=find_makers, write_lines=write_lines
        )
    )


def write_json(settlement):
    return "".join(
        write_settlement_json(
            settlement, find_makers=find_makers, write_lines=write_lines, sum_up=read_subtotals
        )
    )


def read_workbook(settlement):
    """Read a workbook as what it is, a folder of XML: rows of (kind, value) by sheet."""
    with (
        write_settlement_workbook(
            settlement, find_makers=find_makers, write_lines=write_lines, sum_up=read_subtotals
        ) as file,
        zipfile.ZipFile(file) as book,
    ):
        names = sorted(name for name in book.namelist() if "worksheets/sheet" in name)
        return [_read_sheet(book.read(name)) for name in names]


def _read_sheet(data):
    return [
        [_read_cell(cell) for cell in row]
        for row in ET.fromstring(data).iter(f"{_SHEET}row")  # noqa: S314  our own
    ]


def _read_cell(cell):
    kind, value = cell.get("t", "n"), cell.find(f"{_SHEET}v")
    text = "".join(part.text or "" for part in cell.iter(f"{_SHEET}t"))
    return (kind, text if value is None else value.text)


def recompute(text, *options):
    """Run the script that is given to accountants, by itself."""
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, "-", *options],
        input=text.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode()


@pytest.fixture
def settlement(shop, customer):
    """Two sales, one with a reference like a formula, and a refund by Nora."""
    sale = factories.sell(shop, customer, amount_minor=1000)
    factories.sell(shop, customer, amount_minor=250)
    shop.store.name = "=Müller"
    shop.store.save(update_fields=["name"])
    nora = factories.hire_person(shop, role=Role.CASHIER, may_refund=True)
    factories.refund(shop, sale, amount_minor=300, principal=act_at_till(shop.terminal, nora))
    return factories.settle(shop)


@pytest.fixture
def checksum(settlement):
    """The SHA-256 of the file for programs, before the row that says it."""
    text = write_csv(settlement)
    return hashlib.sha256(text[: text.index("end,")].encode()).hexdigest()


def test_json_has_the_names_of_the_file_for_programs(settlement, checksum):
    found = json.loads(write_json(settlement))

    rows = list(csv.DictReader(write_csv(settlement).splitlines()))
    lines = [row for row in rows if row["record"] == "line"]
    assert found["total"] == {"lines": 3, "net": "9.42"}
    assert found["sha256"] == checksum == rows[-1]["value"]
    for line, row in zip(found["lines"], lines, strict=True):
        texts = {name: str(line[name]) for name in ("line", "fee_rule")}
        assert {**line, **texts, "store": "'=Müller"} == {name: row[name] for name in line}
    heads = {row["name"]: row["value"] for row in rows if row["record"] == "head"}
    assert {name: str(value) for name, value in found["settlement"].items()} == heads


@pytest.mark.parametrize("layout", [one for one in LAYOUTS.values() if one.is_for_people])
def test_files_for_people_carry_the_checksum(settlement, checksum, layout):
    text = write_csv(settlement, layout)

    assert f"Checksum{layout.separator}{checksum}" in text


def test_a_workbook_has_numbers_days_and_texts(settlement, checksum):
    front, _, lines = read_workbook(settlement)

    facts = {row[0][1]: row[1] for row in front if len(row) == 2}
    assert facts["Settlement"] == ("inlineStr", "ST-0001")
    assert facts["Sales"] == ("n", "12.50")
    assert facts["Payout"] == ("n", "-9.42")
    assert facts["Total net"] == ("n", "9.42")
    assert facts["Checksum"] == ("inlineStr", checksum)
    assert facts["First day"][0] == "n"
    titles, *rows = lines
    named = [dict(zip((title for _, title in titles), row, strict=False)) for row in rows]
    assert [row["Amount"] for row in named] == [("n", "10.00"), ("n", "2.50"), ("n", "-3.00")]
    assert {row["Store"] for row in named} == {("inlineStr", "=Müller")}
    assert {row[name][0] for row in named for name in ("Date", "Time", "Fee", "Net")} == {"n"}
    assert named[2]["Cashier"] == ("inlineStr", "Nora Byrne")


def test_a_workbook_has_the_sub_totals_as_tables(settlement):
    _, rows, _ = read_workbook(settlement)

    texts = [[value for _, value in row] for row in rows]
    assert [row[0] for row in texts if row[2:] == texts[0][2:]] == [
        "Date",
        "Store",
        "Till",
        "Cashier",
        "Payment method",
    ]
    nora = next(row for row in rows if row[0] == ("inlineStr", "Nora Byrne"))
    assert nora[-4:] == [("n", "0.00"), ("n", "-3.00"), ("n", "0.00"), ("n", "-3.00")]
    totals = [row[-1] for row in rows if row[0] == ("inlineStr", "Total")]
    assert totals == [("n", "9.42")] * 5


def test_json_has_the_sub_totals_by_name(settlement):
    found = json.loads(write_json(settlement))["subtotals"]

    assert list(found) == ["day", "store", "till", "cashier", "method"]
    assert found["till"] == [
        {
            "store": "=Müller",
            "till": "Till 1",
            "sales_count": 2,
            "refunds_count": 1,
            "sales": "12.50",
            "refunds": "-3.00",
            "fees": "-0.08",
            "net": "9.42",
        }
    ]
    assert [row["cashier"] for row in found["cashier"]] == ["Nora Byrne", ""]


def test_a_workbook_goes_on_on_another_sheet(settlement, monkeypatch):
    monkeypatch.setattr(workbook, "ROWS_A_SHEET", 3)

    _, _, first, second = read_workbook(settlement)

    assert [len(first), len(second)] == [3, 2]
    assert first[0] == second[0]
    assert [row[0] for row in (*first[1:], *second[1:])] == [("n", "1"), ("n", "2"), ("n", "3")]


@pytest.mark.parametrize("write", [write_csv, write_json])
@pytest.mark.parametrize("form", [1, 2])
def test_a_file_of_either_form_is_recomputed(settlement, write, form, tmp_path):
    settlement.form = form
    path = tmp_path / "again.csv"

    assert recompute(write(settlement), "--write", path)[0] == 0

    assert path.read_bytes() == write_csv(settlement).encode()
    named = "currency,method,fee_rule,fee_rule_from,name,value"
    assert (named in write_csv(settlement)) == (form == 2)


def test_every_line_says_how_it_was_paid_and_by_which_rule(settlement):
    day = settlement.balance.merchant.created_at.date()
    _, _, (titles, *lines) = read_workbook(settlement)

    assert [title for _, title in titles[-3:]] == [
        "Payment method",
        "Fee rule",
        "Fee rule from",
    ]
    assert lines[0][-2] == ("n", "1")
    assert f'"Code of the till, scanned by the customer",1,{day}' in write_csv(
        settlement, POINT
    )
    assert [
        (line["method"], line["fee_rule"])
        for line in json.loads(write_json(settlement))["lines"]
    ] == [("till_code", 1), ("till_code", 1), ("till_code", "")]


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_a_statement_is_recomputed_byte_by_byte(settlement, checksum, write, tmp_path):
    path = tmp_path / "again.csv"

    code, said = recompute(write(settlement), "--checksum", checksum, "--write", path)

    assert (code, said.splitlines()[0]) == (
        0,
        f"RIGHT: {settlement.public_id}, number 1 of {settlement.balance.merchant.name}",
    )
    assert path.read_bytes() == write_csv(settlement).encode()


@pytest.fixture
def older(shop, customer):
    """A settlement of one refund: of a sale that is in the settlement before."""
    sale = factories.sell(shop, customer, amount_minor=1000)
    first = factories.settle(shop)
    factories.sell(shop, customer, amount_minor=500)
    factories.refund(shop, sale, amount_minor=300)
    return first, factories.settle(shop)


def test_every_form_says_of_which_older_sale_a_refund_is(older, tmp_path):
    first, settlement = older
    day = f"{first.closed_at.astimezone(ZoneInfo(first.balance.merchant.time_zone)):%F}"
    program, found = write_csv(settlement), json.loads(write_json(settlement))

    facts = {"sale_day": day, "sale_settlement": first.public_id, "sale_fee": "kept"}
    rows = list(csv.DictReader(program.splitlines()))
    said = [
        (row["line"], row["name"], row["value"]) for row in rows if row["record"] == "older"
    ]
    assert said == [("2", *fact) for fact in facts.items()]
    assert [facts.items() <= line.items() for line in found["lines"]] == [False, True]
    _, _, (titles, *lines) = read_workbook(settlement)
    assert [title for _, title in titles[-6:-3]] == [
        *("Day of the sale", "Settlement of the sale", "Fee of the sale"),
    ]
    assert [cell for cell in lines[1] if cell[0] == "inlineStr"][-3:-1] == [
        ("inlineStr", "ST-0001"),
        ("inlineStr", "not returned"),
    ]
    assert f"EUR,{day},ST-0001,not returned" in write_csv(settlement, POINT)
    path = tmp_path / "again.csv"
    for text in (program, write_json(settlement)):
        assert recompute(text, "--write", path)[0] == 0
        assert path.read_bytes() == program.encode()
    assert recompute(program.replace(",kept", ",none"))[0] == 1
    assert recompute(write_json(settlement).replace('"kept"', '"none"'))[0] == 1
    assert recompute(program.replace("older,2", "older,1"))[0] == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"amount": "2.50"', '"amount": "2.51"', "line 2: 2.51 and the fee -0.02 are not 2.48"),
        ('"opening": "0.00"', '"opening": "1.00"', "closing is 0.00"),
        ('"sales_count": 2', '"sales_count": 3', "sales_count is 3"),
        ('"sales": "12.50"', '"sales": "12.51"', "sales is 12.51"),
        ('"line": 2', '"line": 4', "line 2 is missing"),
        ("Till 1", "Till 2", "the file says its SHA-256 is"),
        ('"lines"', '"rows"', "the file has no 'lines'"),
        (
            '"refunds": "-3.00", "fees": "-0.08", "net"',
            '"refunds": "-2.00", "fees": "-0.08", "net"',
            "the sub-total by day of",
        ),
        (
            '"refunds_count": 1, "sales": "12.50"',
            '"sales": "12.50"',
            "the sub-totals by day have no",
        ),
        ('"cashier": [', '"waiter": [', "the file has sub-totals by 'waiter'"),
        ('"form": 2', '"form": 3', "the file is of form '3', which this program does not know"),
        ('"method": "till_code", "fee', '"method": "link", "fee', "the sub-total by method of"),
        ('"closing"', '"closed"', "the file has no 'closing'"),
        ('"9.94"', '"nine"', "line 1: 'nine' is no amount"),
        (
            '"currency": "EUR", "method"',
            '"currency": "USD", "method"',
            "line 1 has another kind or currency",
        ),
        ("}\n", "", "the file is cut or is no JSON"),
    ],
)
def test_what_was_changed_is_named(settlement, old, new, said):
    text = write_json(settlement)
    assert old in text

    code, answer = recompute(text.replace(old, new))

    assert code == 1
    assert answer.startswith(f"WRONG: {said}")


def test_other_files_are_refused_by_name(settlement):
    whole = write_csv(settlement)

    assert "choose Programs" in recompute(write_csv(settlement, COMMA))[1]
    assert "the file is cut" in recompute(whole[: whole.index("end,")])[1]
    assert recompute(whole, "--checksum", "0" * 64)[0] == 1


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_every_currency_is_recomputed(currency):
    shop = factories.open_shop(currency=currency)
    factories.sell(shop, factories.open_customer(currency=currency), amount_minor=1480)

    assert recompute(write_json(factories.settle(shop)))[0] == 0
