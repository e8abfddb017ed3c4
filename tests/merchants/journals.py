"""Books of a shop, vouchers, and every format's files read back as programs read them."""

import csv
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from identity.models import User
from merchants.journals.books import NewBook, change_book
from merchants.journals.files import make_file
from merchants.journals.formats import FORMATS
from merchants.journals.moves import Move, Voucher
from merchants.models import Purpose

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
_FACTS: dict[str, dict[str, Any]] = {
    "datev": {"adviser": "29098", "client": "55003", "account_length": 4, "year_begins": 1},
    "fec": {"siren": "732829320", "journal_code": "TES", "year_begins": 1},
    "sage": {"tax_word": "T9"},
    "xero": {"tax_word": "Tax Exempt"},
    "quickbooks": {},
    "iif": {},
}
_ORDER = list(Purpose)
_DIGITS = ["1460", "8400", "8401", "4970", "2300", "1361", "1200"]
_NUMBERS = {
    "datev": _DIGITS,
    "fec": ["467000", "707000", "707900", "627000", "758000", "580000", "512000"],
    "sage": _DIGITS,
    "xero": ["610", "200", "201", "404", "860", "611", "090"],
    "quickbooks": [f"Shop:{purpose.title()}" for purpose in _ORDER],
    "iif": [f"Shop:{purpose.title()}" for purpose in _ORDER],
}


def keep_book(merchant, key, *, currency="EUR", without=(), **facts):
    """Set a shop's books up in a program, with an account for each purpose but some."""
    accounts = {
        purpose: ("", "") if purpose in without else (number, f"Compte {purpose}")
        for purpose, number in zip(_ORDER, _NUMBERS[key], strict=True)
    }
    new = NewBook(currency=currency, facts=_FACTS[key] | facts, accounts=accounts)
    return change_book(merchant, FORMATS[key], new, by=User.objects.create(name="Owner"))


def write(book, vouchers, *, days=(FIRST, LAST)):
    """Return the file of these vouchers, in a month of which they are."""
    return make_file(book, vouchers, currency=book.currency, days=days)


def sale(amount_minor, *, text="Sales, Quay", number="ST-0007-1", on=date(2026, 11, 30)):
    """Return a voucher of one sale."""
    move = Move(Purpose.CLEARING, Purpose.SALES, amount_minor, text)
    return Voucher(number, number[:7], on, date(2026, 12, 1), [move])


def read_legs(key, content):
    """Read a file as a program does: (voucher, account, amount), what is debited above zero."""
    return {
        "datev": _read_datev,
        "fec": _read_fec,
        "sage": _read_sage,
        "xero": _read_xero,
        "quickbooks": _read_quickbooks,
        "iif": _read_iif,
    }[key](content)


def add_up(legs, place):
    """Add the amounts up by voucher (0) or by account (1)."""
    sums: defaultdict[Any, Decimal] = defaultdict(Decimal)
    for leg in legs:
        sums[leg[place]] += leg[2]
    return dict(sums)


def _number(text):
    return Decimal(text.replace(",", ".") or "0")


def _rows(content, encoding, separator=",", **options):
    text = content.decode(encoding)
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, **options))


def _read_datev(content):
    head, titles, *rows = _rows(content, "cp1252", ";")
    assert (len(head), len(titles), {len(row) for row in rows}) == (31, 125, {125})
    assert [head[at] for at in (0, 1, 2, 3, 4)] == ["EXTF", "700", "21", "Buchungsstapel", "13"]
    legs = []
    for number, row in enumerate(rows):
        by_title = dict(zip(titles, row, strict=True))
        amount = _number(by_title["Umsatz (ohne Soll/Haben-Kz)"])
        assert amount > 0
        assert by_title["Soll/Haben-Kennzeichen"] == "S"
        assert len(by_title["Buchungstext"]) <= 60
        assert len(by_title["Belegfeld 1"]) <= 36
        legs += [
            (number, by_title["Konto"], amount),
            (number, by_title["Gegenkonto (ohne BU-Schlüssel)"], -amount),
        ]
    return legs


def _read_fec(content):
    titles, *rows = _rows(content, "utf-8", "\t", quoting=csv.QUOTE_NONE)
    assert {len(row) for row in (titles, *rows)} == {18}
    named = [dict(zip(titles, row, strict=True)) for row in rows]
    numbers = [int(row["EcritureNum"]) for row in named]
    assert sorted(set(numbers)) == list(range(1, max(numbers) + 1))
    assert [row["ValidDate"] for row in named] == sorted(row["ValidDate"] for row in named)
    return [
        (row["EcritureNum"], row["CompteNum"], _number(row["Debit"]) - _number(row["Credit"]))
        for row in named
    ]


def _read_sage(content):
    titles, *rows = _rows(content, "cp1252")
    named = [dict(zip(titles, row, strict=True)) for row in rows]
    assert all(len(row["Reference"]) <= 30 and len(row["Details"]) <= 60 for row in named)
    sides = {"JD": 1, "JC": -1}
    return [
        (
            (row["Reference"], row["Date"]),
            row["Nominal A/C Ref"],
            sides[row["Type"]] * _number(row["Net Amount"]),
        )
        for row in named
    ]


def _read_xero(content):
    titles, *rows = _rows(content, "utf-8")
    named = [dict(zip(titles, row, strict=True)) for row in rows]
    return [
        ((row["*Narration"], row["*Date"]), row["*AccountCode"], _number(row["*Amount"]))
        for row in named
    ]


def _read_quickbooks(content):
    titles, *rows = _rows(content, "utf-8")
    named = [dict(zip(titles, row, strict=True)) for row in rows]
    assert all((row["Debits"] == "") != (row["Credits"] == "") for row in named)
    return [
        (row["JournalNo"], row["AccountName"], _number(row["Debits"]) - _number(row["Credits"]))
        for row in named
    ]


def _read_iif(content):
    rows = _rows(content, "cp1252", "\t", quoting=csv.QUOTE_NONE)
    assert [row[0] for row in rows[:3]] == ["!TRNS", "!SPL", "!ENDTRNS"]
    legs: list[tuple[int, str, Decimal]] = []
    block = 0
    for kind, *fields in rows[3:]:
        if kind == "ENDTRNS":
            block += 1
            continue
        assert kind == ("SPL" if any(leg[0] == block for leg in legs) else "TRNS")
        legs.append((block, fields[2], _number(fields[3])))
    return legs
