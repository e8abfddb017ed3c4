"""camt.053 and camt.054 in the shapes that banks send, and what is refused of them."""

import io
import re
from datetime import date

import pytest

from banking.errors import StatementUnreadable
from banking.reading.camt import read_camt
from banking.reading.lines import Head
from banking.references import complete_reference, find_reference
from tests.banking.samples import Camt, Ntry, Tx, balance

RF = complete_reference("123456789012")
PARTY = {"name": "Ana Silva", "iban": "IE29AIBK93115212345678"}


def read(content):
    """Return the heads and the lines of a file."""
    read = list(read_camt(io.BytesIO(content)))
    heads = [each for each in read if isinstance(each, Head)]
    return heads, [each for each in read if not isinstance(each, Head)]


def read_one(entry, **facts):
    [line] = read(Camt(entries=(str(entry),), **facts).write())[1]
    return line


VERSIONS = [f"{number:02}" for number in range(2, 15)]


@pytest.mark.parametrize("kind", ["053", "054"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_says_the_same(kind, version):
    tx = Tx(amount="10.00", end_to_end="E2E-1", reference=RF, text="Hello", **PARTY)
    entry = Ntry(txs=(tx,))
    is_old = int(version) < 7
    text = entry.old() if is_old else str(entry)

    [head], [line] = read(
        Camt(kind=kind, version=version, closing="1010.00", entries=(text,)).write()
    )

    assert head.format == f"camt.{kind}.001.{version}"
    assert head.is_statement == (kind == "053")
    assert (line.amount_minor, line.booked_on, line.is_booked) == (
        1000,
        date(2026, 11, 27),
        True,
    )
    [detail] = line.details
    assert detail.end_to_end_id == "E2E-1"
    assert detail.match_reference == RF
    assert (detail.party_name, detail.party_iban) == ("Ana Silva", PARTY["iban"])
    assert detail.remittance == "Hello"


SIGNS = {
    "money in": ("CRDT", "", 1000),
    "money out": ("DBIT", "", -1000),
    "a reversal of money in goes out": ("DBIT", "true", -1000),
    "a reversal of money out comes in": ("CRDT", "true", 1000),
}


@pytest.mark.parametrize(("sign", "reversal", "minor"), SIGNS.values(), ids=SIGNS)
def test_only_one_indicator_decides_about_the_sign(sign, reversal, minor):
    line = read_one(Ntry(sign=sign, reversal=reversal))

    assert line.amount_minor == minor
    assert line.is_reversal == bool(reversal)


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR"])
def test_what_is_not_booked_is_told_apart(status):
    assert not read_one(Ntry(status=status)).is_booked


def test_a_batch_is_read_by_its_parts():
    parts = (Tx(amount="7.00", end_to_end="A"), Tx(amount="3.00", end_to_end="B"))
    line = read_one(Ntry(txs=parts, batch="2"))

    assert [(each.amount_minor, each.end_to_end_id) for each in line.details] == [
        (700, "A"),
        (300, "B"),
    ]
    assert not line.is_lump


LUMPS = {
    "parts that do not make the sum": (Ntry(txs=(Tx(amount="7.00"), Tx(amount="2.00")))),
    "parts in another currency": (
        Ntry(txs=(Tx(amount="7.00", currency="USD"), Tx(amount="3.00", currency="USD")))
    ),
    "parts without amounts": (Ntry(txs=(Tx(end_to_end="A"), Tx(end_to_end="B")))),
    "one part of several": (Ntry(txs=(Tx(amount="10.00", end_to_end="A"),), batch="5")),
    "no parts": (Ntry(batch="5")),
}


@pytest.mark.parametrize("entry", LUMPS.values(), ids=LUMPS)
def test_a_batch_whose_parts_do_not_add_up_is_one_sum_of_nobody(entry):
    line = read_one(entry)

    assert line.is_lump
    assert [(each.amount_minor, each.end_to_end_id) for each in line.details] == [(1000, "")]


@pytest.mark.parametrize(
    ("first", "second", "is_lump"), [("5", "", True), ("2", "", True), ("1", "1", False)]
)
def test_batches_of_one_entry_are_counted_together(first, second, is_lump):
    amount = "5.00" if second else "10.00"
    entries = [
        str(Ntry(batch=batch, txs=(Tx(amount=amount, end_to_end="A"),) if batch else ()))
        for batch in (first, second)
    ]
    details = [re.search("<NtryDtls>.*</NtryDtls>", each) for each in entries]
    both = [found[0] if found else "<NtryDtls></NtryDtls>" for found in details]
    entry = entries[0].replace(both[0], "".join(both))

    line = read_one(entry)

    assert line.is_lump == is_lump
    assert [each.amount_minor for each in line.details] == [500, 500] if second else [1000]


def test_parts_of_both_signs_make_the_sum():
    parts = (Tx(amount="12.00"), Tx(amount="2.00", sign="DBIT"))

    line = read_one(Ntry(txs=parts))

    assert [each.amount_minor for each in line.details] == [1200, -200]


def test_the_party_of_what_comes_back_is_whom_it_was_paid_to():
    parties = Tx(amount="10.00", role="Cdtr", reason="AC04", end_to_end="PO1", **PARTY)

    [detail] = read_one(Ntry(txs=(parties,))).details

    assert detail.reason_code == "AC04"
    assert (detail.party_name, detail.party_iban) == ("Ana Silva", PARTY["iban"])


REFERENCES = {
    "as printed": f"{RF[:4]} {RF[4:8]} {RF[8:12]} {RF[12:]}",
    "among words": f"for lunch {RF} thanks",
    "with words at once behind": f"{RF}THANKS",
    "broken by a line": f"{RF[:7]}\n{RF[7:]}",
    "in small letters": RF.lower(),
    "with hyphens": "-".join((RF[:4], RF[4:10], RF[10:])),
    "behind one that only looks so": f"RF99{'1' * 12} {RF}",
}


@pytest.mark.parametrize("text", REFERENCES.values(), ids=REFERENCES)
def test_a_reference_is_found_whatever_stands_around_it(text):
    [detail] = read_one(Ntry(txs=(Tx(amount="10.00", text=text),))).details

    assert detail.match_reference == RF


def test_a_reference_with_a_wrong_digit_is_not_ours():
    wrong = RF[:-1] + str((int(RF[-1]) + 1) % 10)

    assert find_reference(wrong) == ""


BALANCES = {
    "the day before's": (("PRCD", "CLBD"), (100000, 100000)),
    "both and an available one": (("OPBD", "CLBD", "CLAV"), (100000, 100000)),
    "a first page": (("OPBD", "ITBD"), (100000, 100000)),
    "a last page": (("ITBD", "CLBD"), (100000, 100000)),
    "a page between": (("ITBD", "ITBD"), (100000, 100000)),
    "only a closing one": (("CLBD",), (None, 100000)),
}


@pytest.mark.parametrize(("codes", "read_as"), BALANCES.values(), ids=BALANCES)
def test_balances_open_and_close_a_page(codes, read_as):
    balances = tuple(balance(code, "1000.00") for code in codes)

    [head], _ = read(Camt(balances=balances).write())

    assert (head.opening_minor, head.closing_minor) == read_as


def test_an_overdrawn_balance_is_below_zero():
    [head], _ = read(Camt(opening="-5.00", closing="-5.00").write())

    assert head.closing_minor == -500


def test_amounts_have_the_currency_s_own_decimals():
    [head], [line] = read(
        Camt(
            currency="JPY",
            opening="0",
            closing="1500",
            entries=(str(Ntry(amount="1500", currency="JPY")),),
        ).write()
    )

    assert (head.closing_minor, line.amount_minor) == (1500, 1500)


REFUSED = {
    "half a file": (Camt(entries=(str(Ntry()),)).write()[:-60], "ends too early", None),
    "another message": (
        Camt().write().replace(b"camt.053.001.08", b"pain.001.001.09"),
        "neither camt.053 nor camt.054",
        None,
    ),
    "a report of the day": (Camt(kind="052").write(), "camt.052", None),
    "an unknown version": (Camt(version="77").write(), "version 77", None),
    "a page of the web": (b"<html><p>Bank", "neither camt.053 nor camt.054", None),
    "no XML": (b"<<", "not XML", None),
    "a document type": (
        Camt(prolog='<!DOCTYPE Document [<!ENTITY a "b">]>').write(),
        "document type",
        None,
    ),
    "an external one": (
        Camt(prolog='<!DOCTYPE Document SYSTEM "file:///etc/passwd">').write(),
        "document type",
        None,
    ),
    "another currency": (
        Camt(entries=(str(Ntry(currency="USD")),)).write(),
        "in USD, but the account in EUR",
        "Ntry/Amt",
    ),
    "too fine an amount": (
        Camt(entries=(str(Ntry(amount="10.005")),)).write(),
        "more decimals",
        "Ntry/Amt",
    ),
    "an amount below zero": (
        Camt(entries=(str(Ntry(amount="-10.00")),)).write(),
        "not an amount",
        "Ntry/Amt",
    ),
    "an amount with a comma": (
        Camt(entries=(str(Ntry(amount="10,00")),)).write(),
        "not an amount",
        "Ntry/Amt",
    ),
    "no sign": (
        Camt(entries=(str(Ntry(sign="")),)).write(),
        "neither CRDT nor DBIT",
        "Ntry/CdtDbtInd",
    ),
    "an unknown state": (
        Camt(entries=(str(Ntry(status="MAYB")),)).write(),
        "no state",
        "Ntry/Sts",
    ),
    "no day": (
        Camt(entries=(str(Ntry(day="")),)).write(),
        "neither a booking date",
        "Ntry/BookgDt",
    ),
    "a day that is none": (
        Camt(entries=(str(Ntry(day="2026-13-01")),)).write(),
        "not a date",
        "Ntry/BookgDt",
    ),
    "no account": (
        Camt(iban="").write(),
        "of which account",
        "Acct/Id/IBAN",
    ),
}


@pytest.mark.parametrize(("content", "words", "field"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_names_line_and_field(content, words, field):
    with pytest.raises(StatementUnreadable, match=words) as refusal:
        read(content)

    assert refusal.value.line
    assert refusal.value.field == (field or "")


def test_the_line_is_the_entry_s_own():
    content = Camt(entries=(str(Ntry()), str(Ntry(amount="x")))).write()
    with pytest.raises(StatementUnreadable) as refusal:
        read(content)

    assert refusal.value.line is not None
    line = content.decode().splitlines()[refusal.value.line - 1]
    assert line.startswith('<Amt Ccy="EUR">x') or line == "<Ntry>"


def test_a_file_may_hold_several_statements():
    other = Camt(day="2026-11-28").write().decode()
    second = other[other.index("<Stmt>") : other.index("</Stmt>") + 7]

    heads, _ = read(Camt(extra=second).write())

    assert [head.statement_id for head in heads] == ["ST-2026-11-27", "ST-2026-11-28"]
