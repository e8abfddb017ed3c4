"""CSV by a saved mapping: columns by their heads, decimals and dates as the mapping says."""

import io
from datetime import date

import pytest

from banking.errors import StatementUnreadable
from banking.models import CsvMapping
from banking.reading.csv_files import read_csv

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


ORDERS = {"dmy": "27/11/2026", "mdy": "11/27/2026", "ymd": "2026-11-27 10:00"}


@pytest.mark.parametrize(("order", "text"), ORDERS.items())
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
