"""CSV by a saved mapping: columns by their heads, decimals and dates as the mapping says."""

import io
from datetime import date

import pytest

from banking.errors import StatementUnreadable
from banking.models import CsvMapping
from banking.reading.csv_files import read_csv
from banking.reading.lines import Line

GERMAN = {
    "booked_on": "Buchungstag",
    "amount": "Betrag",
    "currency": "Währung",
    "party_name": "Name",
    "party_iban": "IBAN",
    "remittance": "Zweck",
}
HEADS = "Buchungstag;Zweck;Name;IBAN;Betrag;Währung"


def read(text, *, encoding="utf-8", **facts):
    mapping = CsvMapping(**GERMAN | facts)
    content = io.BytesIO(text.encode(encoding))
    return list(read_csv(content, mapping, account="DE1", currency="EUR"))[1:]


def test_a_row_is_a_line():
    [line] = read(f"Konto;1\n\n{HEADS}\n27.11.26;Mittag;Ana;IE29 AIBK 9311;1.234,50;EUR\n")

    assert (line.amount_minor, line.booked_on) == (123450, date(2026, 11, 27))
    [detail] = line.details
    assert (detail.party_name, detail.party_iban) == ("Ana", "IE29AIBK9311")


AMOUNTS = {
    "-5,00": -500,
    "5,00-": -500,
    "\u22125,00": -500,
    "+5,00": 500,
    "1'000,5": 100050,
    "1.234.567,89": 123456789,
    "12 34 567,8": 123456780,
    "1234,5": 123450,
    "7": 700,
    "5,00 EUR": 500,
    "EUR 5,00-": -500,
    "\u20ac 5,00": 500,
    "(5,00)": -500,
}


@pytest.mark.parametrize(("text", "minor"), AMOUNTS.items())
def test_amounts_have_their_signs_and_marks(text, minor):
    [line] = read(f"{HEADS}\n27.11.2026;x;y;z;{text};EUR\n")

    assert line.amount_minor == minor


@pytest.mark.parametrize("text", ["12.50", "1.2345", "1.23,5", "1.234.5", "1 23", "1,234,567"])
def test_a_decimal_mark_of_another_kind_makes_no_amount_larger(text):
    with pytest.raises(StatementUnreadable, match=r"amount|decimals"):
        read(f"{HEADS}\n27.11.2026;x;y;z;{text};EUR\n")


def test_money_in_with_a_minus_is_refused():
    facts = {"amount": "", "money_in": "In", "money_out": "Out", "currency": ""}

    with pytest.raises(StatementUnreadable, match="minus"):
        read("Buchungstag;Zweck;Name;IBAN;In;Out\n27.11.2026;x;y;z;-5,00;\n", **facts)


def test_money_in_and_out_may_stand_in_columns_of_their_own():
    facts = {"amount": "", "money_in": "In", "money_out": "Out", "currency": ""}
    text = (
        "Buchungstag;Zweck;Name;IBAN;In;Out\n27.11.2026;x;y;z;5,00;\n27.11.2026;x;y;z;;2,00\n"
    )

    assert [line.amount_minor for line in read(text, **facts)] == [500, -200]


ORDERS = [
    *(("dmy", "27/11/2026"), ("mdy", "11/27/2026"), ("ymd", "2026-11-27 10:00")),
    *(("dmy", "27112026"), ("mdy", "11272026"), ("ymd", "20261127")),
    *(("dmy", "27.11.26"), ("dmy", "27-11-2026")),
]


@pytest.mark.parametrize(("order", "text"), ORDERS)
def test_dates_are_read_in_their_order(order, text):
    [line] = read(f"{HEADS}\n{text};x;y;z;1,00;EUR\n", date_order=order)

    assert line.booked_on == date(2026, 11, 27)


REFUSED = {
    "a column is missing": ("Buchungstag;Betrag\n", "all the columns", 1),
    "a short line": (f"{HEADS}\n27.11.2026;1,00\n", "has 2 fields", 2),
    "another currency": (f"{HEADS}\n27.11.2026;x;y;z;1,00;USD\n", "in USD", 2),
    "no amount": (f"{HEADS}\n27.11.2026;x;y;z;;EUR\n", "no amount", 2),
    "an amount that is none": (f"{HEADS}\n27.11.2026;x;y;z;abc;EUR\n", "not an amount", 2),
    "a day that is none": (f"{HEADS}\n31.02.2026;x;y;z;1,00;EUR\n", "not a date", 2),
    "a mark that does not end": (f'{HEADS}\n27.11.2026;"x;y;z;1,00;EUR\n', "no CSV", 2),
}


@pytest.mark.parametrize(("text", "words", "line"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_names_the_line(text, words, line):
    with pytest.raises(StatementUnreadable, match=words) as refusal:
        read(text)

    assert refusal.value.line == line


def test_letters_of_another_encoding_are_refused():
    with pytest.raises(StatementUnreadable, match="no CSV in utf-8"):
        read(f"{HEADS}\n27.11.2026;Käse;y;z;1,00;EUR\n", encoding="latin-1")


SHAPES = {
    "UTF-8 with its mark": ("\ufeffDate;Amount;Text\n27.11.2026;12,50;Kaffee é\n", "utf-8", {}),
    "UTF-16 with tabs": (
        "Date\tAmount\tText\r\n27.11.2026\t12,50\tKaffee é\r\n",
        "utf-16",
        {"delimiter": "\t", "encoding": "utf-16"},
    ),
    "Windows-1252": (
        "Date;Amount;Text\r\n27.11.2026;12,50;Kaffee é\r\n",
        "cp1252",
        {"encoding": "cp1252"},
    ),
    "commas and quotation marks": (
        'Account,1\n"A, of",\n"Date","Amount","Text"\n"11/27/2026","12.50","Kaffee é"',
        "utf-8",
        {"delimiter": ",", "decimal_mark": ".", "date_order": "mdy"},
    ),
    "a line for spreadsheets": (
        "sep=;\nDate;Amount;Text\n27.11.2026;12,50;Kaffee é\n",
        "utf-8",
        {},
    ),
    "a delimiter behind each line": (
        "Date;Amount;Text;\n27.11.2026;12,50;Kaffee é;\n",
        "utf-8",
        {},
    ),
    "a delimiter behind some lines": (
        "Date;Amount;Text\n27.11.2026;12,50;Kaffee é;;\n",
        "utf-8",
        {},
    ),
    "other columns around": (
        "No;Date;Kind;Amount;Balance;Text\n1;27.11.2026;x;12,50;99,00;Kaffee é\n",
        "utf-8",
        {},
    ),
    "ends of lines of an old Mac": (
        "Date;Amount;Text\r27.11.2026;12,50;Kaffee é\r",
        "utf-8",
        {},
    ),
}


@pytest.mark.parametrize(("text", "encoding", "facts"), SHAPES.values(), ids=SHAPES)
def test_files_come_in_many_shapes(text, encoding, facts):
    names = {"booked_on": "Date", "amount": "Amount", "remittance": "Text"}
    mapping = CsvMapping(**names | {"encoding": "utf-8-sig"} | facts)
    content = io.BytesIO(text.encode(encoding))

    [line] = list(read_csv(content, mapping, account="DE1", currency="EUR"))[1:]

    assert isinstance(line, Line)
    assert (line.amount_minor, line.booked_on) == (1250, date(2026, 11, 27))
    assert line.details[0].remittance == "Kaffee é"


def test_a_zero_in_the_other_column_is_nothing():
    facts = {"amount": "", "money_in": "In", "money_out": "Out", "currency": ""}
    heads = "Buchungstag;Zweck;Name;IBAN;In;Out"
    rows = "27.11.2026;x;y;z;5,00;0,00\n27.11.2026;x;y;z;0,00;2,00\n"

    assert [line.amount_minor for line in read(f"{heads}\n{rows}", **facts)] == [500, -200]


def test_a_sum_below_the_rows_is_refused():
    with pytest.raises(StatementUnreadable, match="not a date"):
        read(f"{HEADS}\n27.11.2026;x;y;z;5,00;EUR\nSumme;;;;5,00;EUR\n")
