"""Journals for accounting programs: the exact bytes, and what each format refuses by name."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.money import to_decimal
from merchants.errors import JournalRefused
from merchants.journals.files import make_file
from merchants.journals.formats import FORMATS
from merchants.journals.journal import find_year
from merchants.journals.moves import Move, Voucher
from merchants.models import Purpose
from tests import factories
from tests.merchants.journals import add_up, keep_book, read_legs, sale, write

pytestmark = pytest.mark.django_db
PAYOUT = Voucher(
    "ST-0007-1",
    "ST-0007",
    date(2026, 11, 30),
    date(2026, 12, 1),
    [
        Move(Purpose.CLEARING, Purpose.SALES, 123456, "Sales, Café"),
        Move(Purpose.FEES, Purpose.CLEARING, 741, "Fees, Café"),
    ],
)
# The rest of a DATEV line: a text, 99 empty fields, "not locked", eleven empty ones.
_AFTER = ";" * 100 + "0" + ";" * 11
FILES = {
    "datev": (
        "EXTF_Buchungsstapel_20261101_20261130.csv",
        (
            f'1234,56;"S";;;;;1460;8400;;3011;"ST-0007";;;"Sales, Café"{_AFTER}\r\n'
            f'7,41;"S";;;;;4970;1460;;3011;"ST-0007";;;"Fees, Café"{_AFTER}\r\n'
        ),
    ),
    "fec": (
        "732829320FEC20261231.txt",
        (
            "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\t"
            "CompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\t"
            "ValidDate\tMontantdevise\tIdevise\r\n"
            "TES\tTessera\t1\t20261130\t467000\tCompte clearing\t\t\tST-0007\t20261130\t"
            "Sales, Café\t1234,56\t0,00\t\t\t20261201\t\t\r\n"
            "TES\tTessera\t1\t20261130\t707000\tCompte sales\t\t\tST-0007\t20261130\t"
            "Sales, Café\t0,00\t1234,56\t\t\t20261201\t\t\r\n"
            "TES\tTessera\t1\t20261130\t627000\tCompte fees\t\t\tST-0007\t20261130\t"
            "Fees, Café\t7,41\t0,00\t\t\t20261201\t\t\r\n"
            "TES\tTessera\t1\t20261130\t467000\tCompte clearing\t\t\tST-0007\t20261130\t"
            "Fees, Café\t0,00\t7,41\t\t\t20261201\t\t\r\n"
        ),
    ),
    "sage": (
        "sage-20261101-20261130.csv",
        (
            "Type,Account Reference,Nominal A/C Ref,Department Code,Date,Reference,Details,"
            "Net Amount,Tax Code,Tax Amount\r\n"
            'JD,,1460,0,30/11/2026,ST-0007-1,"Sales, Café",1234.56,T9,0.00\r\n'
            'JC,,8400,0,30/11/2026,ST-0007-1,"Sales, Café",1234.56,T9,0.00\r\n'
            'JD,,4970,0,30/11/2026,ST-0007-1,"Fees, Café",7.41,T9,0.00\r\n'
            'JC,,1460,0,30/11/2026,ST-0007-1,"Fees, Café",7.41,T9,0.00\r\n'
        ),
    ),
    "xero": (
        "xero-20261101-20261130.csv",
        (
            "*Narration,*Date,Description,*AccountCode,*TaxRate,*Amount,TrackingName1,"
            "TrackingOption1,TrackingName2,TrackingOption2\r\n"
            'Tessera ST-0007-1,30/11/2026,"Sales, Café",610,Tax Exempt,1234.56,,,,\r\n'
            'Tessera ST-0007-1,30/11/2026,"Sales, Café",200,Tax Exempt,-1234.56,,,,\r\n'
            'Tessera ST-0007-1,30/11/2026,"Fees, Café",404,Tax Exempt,7.41,,,,\r\n'
            'Tessera ST-0007-1,30/11/2026,"Fees, Café",610,Tax Exempt,-7.41,,,,\r\n'
        ),
    ),
    "quickbooks": (
        "quickbooks-20261101-20261130.csv",
        (
            "JournalNo,JournalDate,AccountName,Debits,Credits,Description\r\n"
            'ST-0007-1,11/30/2026,Shop:Clearing,1234.56,,"Sales, Café"\r\n'
            'ST-0007-1,11/30/2026,Shop:Sales,,1234.56,"Sales, Café"\r\n'
            'ST-0007-1,11/30/2026,Shop:Fees,7.41,,"Fees, Café"\r\n'
            'ST-0007-1,11/30/2026,Shop:Clearing,,7.41,"Fees, Café"\r\n'
        ),
    ),
    "iif": (
        "quickbooks-20261101-20261130.iif",
        (
            "!TRNS\tTRNSTYPE\tDATE\tACCNT\tAMOUNT\tDOCNUM\tMEMO\r\n"
            "!SPL\tTRNSTYPE\tDATE\tACCNT\tAMOUNT\tDOCNUM\tMEMO\r\n"
            "!ENDTRNS\r\n"
            "TRNS\tGENERAL JOURNAL\t11/30/2026\tShop:Clearing\t1234.56\tST-0007-1\t"
            "Sales, Café\r\n"
            "SPL\tGENERAL JOURNAL\t11/30/2026\tShop:Sales\t-1234.56\tST-0007-1\tSales, Café\r\n"
            "SPL\tGENERAL JOURNAL\t11/30/2026\tShop:Fees\t7.41\tST-0007-1\tFees, Café\r\n"
            "SPL\tGENERAL JOURNAL\t11/30/2026\tShop:Clearing\t-7.41\tST-0007-1\tFees, Café\r\n"
            "ENDTRNS\r\n"
        ),
    ),
}
_TITLES = (
    "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Kurs;Basis-Umsatz;"
    "WKZ Basis-Umsatz;Konto;Gegenkonto (ohne BU-Schlüssel);BU-Schlüssel;Belegdatum;"
    "Belegfeld 1;Belegfeld 2;Skonto;Buchungstext;Postensperre;"
)


@pytest.mark.parametrize("key", FORMATS)
def test_the_bytes_are_as_the_format_wants_them(shop, key):
    name, expected = FILES[key]

    file = write(keep_book(shop.merchant, key), [PAYOUT])

    content = file.content
    if key == "datev":
        # The head is below: it says when it was made.
        content = content.split(b"\r\n", 2)[2]
    assert content == expected.encode(FORMATS[key].encoding)
    assert (file.name, file.total_minor, file.changed) == (name, 123456 + 741, {})
    assert file.lines_count == (2 if key == "datev" else 4)


def test_datev_has_a_head_and_its_125_titles(shop):
    book = keep_book(shop.merchant, "datev", year_begins=7, account_length=5)

    head, titles, _ = write(book, [sale(480)]).content.decode("cp1252").split("\r\n", 2)

    fields = head.split(";")
    made_at = fields.pop(5)
    assert (len(made_at), made_at.isdigit()) == (17, True)
    assert ";".join(fields) == (
        '"EXTF";700;21;"Buchungsstapel";13;;"TS";"Tessera";"";29098;55003;20260701;5;20261101;'
        '20261130;"Tessera";"";1;0;0;"EUR";;"";;;"";;;"";""'
    )
    assert titles.startswith(_TITLES)
    assert titles.endswith(";EU-Steuersatz (Ursprung);Abw. Skontokonto")
    assert titles.split(";")[113] == "Festschreibung"


@pytest.mark.parametrize(
    ("key", "text", "instead"),
    [
        ("datev", "Sales, 北京 Café", "Sales, ?? Café"),
        ("datev", "Sales, " + "a" * 60, "Sales, " + "a" * 52 + "…"),
        ("sage", "Sales, Łódź", "Sales, ?ód?"),
        ("iif", "Sales, a\tb\nc", "Sales, a b c"),
        ("fec", "Sales, a\u2028b\x85c\x0bd\tf", "Sales, a b c d f"),
        ("xero", "Sales, cafe\u0301", "Sales, café"),
    ],
)
def test_what_a_format_cannot_take_is_changed_visibly_and_said(shop, key, text, instead):
    file = write(keep_book(shop.merchant, key), [sale(480, text=text)])

    assert instead in file.content.decode(FORMATS[key].encoding)
    assert file.changed == {text: instead}


def test_quotes_stay_quotes(shop):
    text = 'Sales, "Quay"; Deli'
    written = write(keep_book(shop.merchant, "datev"), [sale(480, text=text)])
    assert b'"Sales, ""Quay""; Deli"' in written.content

    desktop = write(keep_book(shop.merchant, "iif"), [sale(480, text=text)])
    assert b"Sales, 'Quay'; Deli" in desktop.content
    assert desktop.changed == {text: "Sales, 'Quay'; Deli"}


@pytest.mark.parametrize("key", FORMATS)
def test_an_account_that_is_not_set_is_refused_by_name(shop, key):
    book = keep_book(shop.merchant, key, without=[Purpose.SALES, Purpose.FEES, Purpose.REFUNDS])

    with pytest.raises(JournalRefused, match=r"for: Sales and Fees\. Set them"):
        write(book, [PAYOUT])


def test_without_a_bank_account_the_program_books_arrivals_itself(shop):
    arrival = Voucher("ST-0007-B1", "ST-0007", date(2026, 11, 30), date(2026, 11, 30))
    arrival.add(Purpose.BANK, Purpose.TRANSIT, amount_minor=480, text="arrived")
    book = keep_book(shop.merchant, "sage", without=[Purpose.BANK])

    assert write(book, [sale(480), arrival]).lines_count == 2
    with pytest.raises(JournalRefused, match="Nothing is to be booked"):
        write(book, [arrival])
    assert write(keep_book(shop.merchant, "sage"), [sale(480), arrival]).lines_count == 4


def test_money_stays_in_an_account_that_has_two_purposes(shop):
    book = keep_book(shop.merchant, "datev")
    book.accounts.filter(purpose=Purpose.TRANSIT).update(number="1460")
    paid = Voucher("ST-0007-1", "ST-0007", date(2026, 11, 30), date(2026, 12, 1))
    paid.add(Purpose.CLEARING, Purpose.SALES, amount_minor=480, text="Sales")
    paid.add(Purpose.TRANSIT, Purpose.CLEARING, amount_minor=480, text="Payout")

    assert write(book, [paid]).lines_count == 1


@pytest.mark.parametrize("key", ["datev", "fec"])
def test_a_file_is_of_one_financial_year(shop, key):
    book = keep_book(shop.merchant, key, year_begins=11)

    with pytest.raises(JournalRefused, match="another one begins on 2026-11-01"):
        write(book, [sale(480)], days=(date(2026, 10, 31), date(2026, 11, 30)))
    late = sale(480, number="ST-0006-1", on=date(2026, 10, 31))
    with pytest.raises(JournalRefused, match="another one begins on 2026-11-01"):
        write(book, [sale(480), late], days=None)
    assert "20261031" in write(book, [late], days=None).name


def test_a_year_begins_where_the_shop_says():
    assert find_year(date(2026, 6, 30), begins=7) == (date(2025, 7, 1), date(2026, 7, 1))
    assert find_year(date(2026, 7, 1), begins=7) == (date(2026, 7, 1), date(2027, 7, 1))
    assert find_year(date(2024, 2, 29), begins=1) == (date(2024, 1, 1), date(2025, 1, 1))


def test_too_many_lines_are_refused_with_both_numbers(shop):
    many = [sale(480, number=f"ST-{number:04}-1") for number in range(151)]

    with pytest.raises(
        JournalRefused, match="Xero takes 300 lines a file, and these days have"
    ):
        write(keep_book(shop.merchant, "xero"), many)

    assert write(keep_book(shop.merchant, "xero"), many[:150]).lines_count == 300


def test_an_amount_with_too_many_digits_is_refused(shop):
    book = keep_book(shop.merchant, "sage")
    assert b"99999999.99" in write(book, [sale(9_999_999_999)]).content

    with pytest.raises(JournalRefused, match="8 digits before the decimals, and ST-0007-1 has"):
        write(book, [sale(10_000_000_000)])


@pytest.mark.parametrize("key", ["xero", "iif", "sage", "quickbooks"])
def test_other_money_than_the_books_is_refused(shop, key):
    with pytest.raises(JournalRefused, match="kept in SEK, and this money is in EUR"):
        make_file(keep_book(shop.merchant, key, currency="SEK"), [sale(480)], currency="EUR")
    with pytest.raises(JournalRefused, match="KWD has three decimals"):
        write(keep_book(shop.merchant, key, currency="KWD"), [sale(480)])


_TEXTS = st.text(max_size=90)
_MOVES = st.lists(
    st.tuples(
        st.sampled_from(list(Purpose)),
        st.sampled_from(list(Purpose)),
        st.integers(min_value=-9_999_999_999, max_value=9_999_999_999),
        _TEXTS,
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize(
    ("key", "currency"),
    [(key, "EUR") for key in FORMATS]
    + [(key, "JPY") for key, each in FORMATS.items() if not each.only_currency],
)
def test_every_voucher_of_every_file_balances(key, currency):
    book = keep_book(factories.open_shop().merchant, key, currency=currency)
    digits = FORMATS[key].digits_max

    @settings(max_examples=25, deadline=None)
    @given(st.lists(_MOVES, min_size=1, max_size=4))
    def check(days):
        vouchers = [
            draw(number, moves, most_minor=10**digits)
            for number, moves in enumerate(days, start=1)
        ]
        vouchers = [each for each in vouchers if each.moves]
        if vouchers:
            legs = read_legs(key, write(book, vouchers).content)
            assert set(add_up(legs, 0).values()) == {0}
            assert add_up(legs, 1) == expect(vouchers, book)

    check()


def draw(number, moves, *, most_minor):
    on = date(2026, 11, number)
    voucher = Voucher(f"ST-{number:04}-1", f"ST-{number:04}", on, on)
    for debit, credit, amount_minor, text in moves:
        if debit != credit and abs(amount_minor) < most_minor:
            voucher.add(debit, credit, amount_minor=amount_minor, text=text)
    return voucher


def expect(vouchers, book):
    numbers = dict(book.accounts.values_list("purpose", "number"))
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for move in (move for voucher in vouchers for move in voucher.moves):
        whole = to_decimal(move.amount_minor, book.currency)
        sums[numbers[move.debit]] += whole
        sums[numbers[move.credit]] -= whole
    return dict(sums)
