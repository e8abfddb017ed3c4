"""Settlement files in a real spreadsheet, where LibreOffice is installed (else skipped)."""

import shutil
import subprocess
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from merchants.layouts import COMMA, POINT, SEMICOLON
from merchants.onboarding import open_store
from merchants.reports.csv_file import write_settlement_csv
from pos.charges import create_charge
from pos.makers import find_makers
from pos.statement_lines import write_lines
from pos.terminals import add_terminal
from tests import factories

OFFICE = shutil.which("soffice") or ""
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not OFFICE, reason="there is no soffice (libreoffice-calc)"),
]
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# Windows' numbers of languages, as the filter for CSV wants them.
EN_US, DE_DE, DE_CH = 1033, 1031, 2055


@pytest.fixture
def settlement(shop, customer):
    """Sales with names and references that spreadsheets like to spoil."""
    store = open_store(shop.merchant, name="Müller & Søn", currency="EUR")
    place = factories.Shop(
        shop.merchant, store, add_terminal(store, name="Kasse 1"), token="", key=""
    )
    sums = {"00123": 1000, "1E5": 123456, "3/4": 5}
    sold = [sell(place, reference, amount_minor) for reference, amount_minor in sums.items()]
    factories.refund(place, sold[-1], amount_minor=2)
    return factories.settle(shop)


def sell(shop, reference, amount_minor):
    payer = factories.open_customer(balance_minor=amount_minor)
    new = factories.plan_charge(shop, amount_minor=amount_minor, reference=reference)
    return factories.confirm(
        payer, factories.claim(payer, create_charge(shop.till, new))
    ).charge


def convert(settlement, layout, language, folder):
    """Open the file as a spreadsheet of this language; return its rows of (type, value)."""
    path = folder / "settlement.csv"
    text = "".join(
        write_settlement_csv(
            settlement, layout, find_makers=find_makers, write_lines=write_lines
        )
    )
    path.write_bytes(text.encode())
    # Separator, quotes, UTF-8, from the first row on, each column as it comes, language,
    # quoted fields are no texts of their own, and special numbers are looked for.
    reading = f"CSV:{ord(layout.separator)},34,76,1,,{language},false,true"
    subprocess.run(
        [
            *(OFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless"),
            *(f"--infilter={reading}", "--convert-to", "fods", "--outdir", folder, path),
        ],
        check=True,
        capture_output=True,
        timeout=150,
    )
    table = ET.parse(folder / "settlement.fods").iter(f"{_TABLE}table-row")  # noqa: S314
    return [list(_read_cells(row)) for row in table]


def _read_cells(row):
    for cell in row.iter(f"{_TABLE}table-cell"):
        kind = cell.get(f"{_OFFICE}value-type", "")
        names = {"float": "value", "date": "date-value", "time": "time-value"}
        value = cell.get(f"{_OFFICE}{names.get(kind, '')}") or "".join(
            part.text or "" for part in cell.iter(f"{_TEXT}p")
        )
        times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        yield from [(kind, value)] * min(times, 20)


@pytest.mark.parametrize(
    ("layout", "language"),
    [(POINT, EN_US), (COMMA, DE_DE), (SEMICOLON, DE_CH)],
    ids=["en-US", "de-DE", "de-CH"],
)
def test_amounts_are_numbers_and_texts_are_texts(settlement, layout, language, tmp_path):
    rows = convert(settlement, layout, language, tmp_path)

    title = next(place for place, row in enumerate(rows) if row[:1] == [("string", "Line")])
    names = [value for _, value in rows[title][:16]]
    lines = [dict(zip(names, row, strict=False)) for row in rows[title + 1 : title + 5]]
    assert [line["Amount"] for line in lines] == [
        ("float", "10"),
        ("float", "1234.56"),
        ("float", "0.05"),
        ("float", "-0.02"),
    ]
    assert {line[name][0] for line in lines for name in ("Fee", "Net")} == {"float"}
    assert [line["Shop reference"] for line in lines[:3]] == [
        ("string", "'00123"),
        ("string", "'1E5"),
        ("string", "'3/4"),
    ]
    assert {line["Store"] for line in lines} == {("string", "Müller & Søn")}
    assert {line["Date"][0] for line in lines} == {"date"}
    assert {line["Time"][0] for line in lines} == {"time"}
    assert {line["Code"][0] for line in lines} == {"string"}
    columns = [dict(zip(names, row, strict=False)) for row in rows]
    net = [row["Net"] for row in columns if row.get("Net", ("", ""))[0] == "float"]
    earned = settlement.sales_minor - settlement.refunds_minor - settlement.fees_minor
    assert sum(Decimal(value) for _, value in net) == Decimal(earned) / 100
