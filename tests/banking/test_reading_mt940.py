"""MT940 in the ways of several countries; field 61 decides, and 86 explains."""

import io
from datetime import date

import mt940 as library
import pytest

from banking.errors import StatementUnreadable
from banking.reading.lines import Head
from banking.reading.mt940 import is_mt940, read_mt940
from banking.references import complete_reference
from tests.banking.samples import mt940

RF = complete_reference("123456789012")


def read(content):
    found = list(read_mt940(io.BytesIO(content)))
    heads = [each for each in found if isinstance(each, Head)]
    return heads, [each for each in found if not isinstance(each, Head)]


def read_one(*moves):
    [line] = read(mt940(*moves))[1]
    return line


MARKS = {
    "C": (1000, True, False),
    "D": (-1000, True, False),
    # What the library 5.1.1 reads as money in.
    "RC": (-1000, True, True),
    "RD": (1000, True, True),
    "EC": (1000, False, False),
    "ED": (-1000, False, False),
}


@pytest.mark.parametrize(("mark", "expected"), MARKS.items())
def test_the_mark_decides_about_sign_and_state(mark, expected):
    line = read_one(f":61:2611271127{mark}10,00NTRFNONREF//B1")

    assert (line.amount_minor, line.is_booked, line.is_reversal) == expected


def test_a_move_has_both_references_and_both_days():
    line = read_one(":61:2611261127CR10,00NTRFMY-REF-1//BANKREF9")

    assert line.amount_minor == 1000
    assert (line.valued_on, line.booked_on) == (date(2026, 11, 26), date(2026, 11, 27))
    assert line.bank_reference == "BANKREF9"
    assert line.details[0].end_to_end_id == "MY-REF-1"


def test_the_booking_day_may_be_in_the_next_year():
    line = read_one(":61:2612310102C1,NTRFNONREF")

    assert (line.valued_on, line.booked_on) == (date(2026, 12, 31), date(2027, 1, 2))
    assert line.amount_minor == 100


GERMAN = (
    ":61:2611271127C10,00NTRFNONREF//B1",
    ":86:166?00GUTSCHRIFT?109310?20EREF+E2E-7?21SVWZ+" + RF[:9] + "?22" + RF[9:] + " Mittag",
    "?30AIBKIE2D?31IE29AIBK93115212345678?32ANA SIL?33VA?34000",
)
DUTCH = (
    ":61:2611271127C10,00NTRFNONREF//B1",
    ":86:/TRTP/SEPA OVERBOEKING/IBAN/IE29AIBK93115212345678/BIC/AIBKIE2D/NAME/ANA SILVA",
    f"/REMI/Mittag {RF}/EREF/E2E-7",
)
ING = (
    ":61:2611271127C10,00NTRFNONREF//B1",
    f":86:/EREF/E2E-7//CNTP/IE29AIBK93115212345678/AIBKIE2D/ANA SILVA///REMI/USTD//{RF}/",
)
STRUCTURED = (
    ":61:2611271127C10,00NTRFE2E-7//B1",
    f":86:/REMI/STRD/CUR/{RF}/NAME/ANA SILVA/IBAN/IE29AIBK93115212345678",
)
COLONS = (
    ":61:2611271127C10,00NTRFNONREF//B1",
    f":86:166?00GUTSCHR. UEBERW.?20EREF: E2E-7?21SVWZ: {RF}?32ANA SILVA",
    "?38IE29AIBK93115212345678",
)
NO_CODE = (
    ":61:2611271127C10,00NTRFNONREF//B1",
    f":86:?00SEPA-GUTSCHRIFT?20EREF+E2E-7?21KREF+NONREF?22SVWZ+{RF}?32ANA SILVA",
    "?31IE29AIBK93115212345678",
)
LONG = (
    ":61:2611271127C10,00NTRFNONREF//B1",
    ":86:166?00GUTSCHRIFT?20EREF+E2E-7?21SVWZ+One of the many payments that s?22ay much, and",
    f" more?29 of it?60{RF[:5]}?61{RF[5:]}?32ANA SILVA?31IE29AIBK93115212345678",
)
TILDE = (
    ":61:2611271127CN10,00N944E2E-7//B1",
    f":86:944~00VE02~20Doladowanie ~21{RF[:10]}",
    f"~22{RF[10:]}~30AIBK~31IE29AIBK93115212345678~32ANA SIL~33VA~34000",
)
CARET = (
    ":61:2611271127CN10,00N225E2E-7//B1",
    f":86:225^00PRZELEW^10123^20Zasilenie ^21{RF}^30AIBK^32ANA SILVA",
    "^38IE29AIBK93115212345678",
)
LESS = (
    ":61:2611271127CN10,00N020E2E-7//B1",
    f":86:020<00PRZELEW<10123<20{RF}<27ANA SIL<28VA<30AIBK<38IE29AIBK93115212345678",
)
IDEAL = (
    ":61:261127C000000000010,00NTRFNONREF//B1",
    ":86:/TRTP/iDEAL/IBAN/IE29AIBK93115212345678/BIC/AIBKIE2D/NAME/ANA SILVA",
    f"/REMI/TOP UP {RF}/EREF/E2E-7/ORDP//ID/123",
)
POINT = (
    ":61:2611271127C10.00NTRFE2E-7//B1",
    f":86:166?20SVWZ+{RF}?31IE29AIBK93115212345678?32ANA SILVA",
)
WAYS = {
    "German": GERMAN,
    "Dutch": DUTCH,
    "ING": ING,
    "structured": STRUCTURED,
    "German, with colons": COLONS,
    "German, without a code": NO_CODE,
    "German, in more lines than ten": LONG,
    "Polish, with tildes": TILDE,
    "Polish, with carets": CARET,
    "Polish, with the name behind the purpose": LESS,
    "Dutch, with zeros before the amount": IDEAL,
    "an amount with a point": POINT,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_field_86_is_read_in_the_ways_of_several_countries(way):
    [detail] = read_one(*way).details

    assert detail.match_reference == RF
    assert detail.end_to_end_id == "E2E-7"
    assert (detail.party_name, detail.party_iban) == ("ANA SILVA", "IE29AIBK93115212345678")


def test_free_text_is_searched_for_a_reference():
    [detail] = read_one(
        ":61:2611271127C10,00NMSCNONREF", ":86:TRANSFER FROM ANA SILVA", f"REF {RF} LUNCH"
    ).details

    assert detail.match_reference == RF


def test_a_return_keeps_its_code():
    [detail] = read_one(
        ":61:2611271127C10,00NRTINONREF//B1",
        ":86:159?00RETOURE?20EREF+PO01?21SVWZ+RETURN AC04 ACCOUNT CLOSED",
    ).details

    assert (detail.end_to_end_id, detail.reason_code) == ("PO01", "AC04")
    [stroked] = read_one(
        ":61:2611271127C10,00NRTINONREF//B1", ":86:/RTRN/AC01/EREF/PO01/REMI/gone"
    ).details
    assert stroked.reason_code == "AC01"


def test_bank_charges_are_told_apart():
    assert read_one(":61:2611271127D1,50NCHGNONREF//B1").is_charge


def test_balances_and_account_are_the_statement_s():
    [head], _ = read(mt940(opening="D261126EUR5,00", closing="C261127EUR7,50"))

    assert (head.opening_minor, head.closing_minor) == (-500, 750)
    assert (head.account, head.currency) == ("37040044/0532013000", "EUR")
    assert head.closed_on == date(2026, 11, 27)


FRAMES = {
    "none": ("", "-\r\n"),
    "blocks of SWIFT": ("{1:F01BANKDEFFAXXX0000000000}{2:I940}{4:\r\n", "-}"),
    "a mark of the byte order": ("\ufeff", "-\r\n"),
}


@pytest.mark.parametrize(("before", "after"), FRAMES.values(), ids=FRAMES)
def test_frames_are_stripped(before, after):
    content = mt940(":61:2611271127C10,00NTRFNONREF//B1", before=before, after=after)

    assert is_mt940(content)
    assert len(read(content)[1]) == 1


def test_several_statements_are_read_one_after_the_other():
    heads, lines = read(mt940(":61:2611271127C1,00NTRFX") + mt940(":61:2611281128C2,00NTRFX"))

    assert (len(heads), [line.amount_minor for line in lines]) == (2, [100, 200])


def test_old_letters_are_read_too():
    text = ":86:166?20SVWZ+Käse?32Jürgen Weiß"
    content = mt940(":61:2611271127C1,00NTRFX", text).decode().encode("cp1252")

    [detail] = read(content)[1][0].details

    assert (detail.remittance, detail.party_name) == ("Käse", "Jürgen Weiß")


REFUSED = {
    "half a file": (mt940().partition(b":62F:")[0], "half a file", ":62F:"),
    "no opening": (mt940().replace(b":60F:", b":99F:"), "half a file", ":60F:"),
    "a balance that is none": (mt940(opening="X1"), "no balance", ":60F:"),
    "an amount without comma": (mt940(":61:2611271127C10NTRFX"), "no entry", ":61:"),
    "no mark": (mt940(":61:261127112710,00NTRFX"), "no entry", ":61:"),
    "a day that is none": (mt940(":61:2613271127C10,00NTRFX"), "not a date", ":61:"),
    "too fine an amount": (mt940(":61:2611271127C10,005NTRFX"), "more decimals", ":61:"),
    "two currencies": (mt940(closing="C261127USD1,00"), "closes in USD", ":62F:"),
    "other words": (b"hello\r\n" + mt940(), "not MT940", ""),
    "a text without end": (mt940(*["x" * 60] * 99), "more lines", ":60F:"),
}


@pytest.mark.parametrize(("content", "words", "field"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_names_line_and_field(content, words, field):
    with pytest.raises(StatementUnreadable, match=words) as refusal:
        read(content)

    assert (refusal.value.field, bool(refusal.value.line)) == (field, True)


def test_a_library_agrees_where_it_reads_rightly():
    content = mt940(*GERMAN, ":61:2611271127D3,50NTRFABC//B2", ":86:/REMI/x")

    theirs = library.parse(content.decode())
    [head], ours = read(content)

    assert [int(each.data["amount"].amount * 100) for each in theirs] == [
        line.amount_minor for line in ours
    ]
    assert theirs.data["final_opening_balance"].amount.amount * 100 == head.opening_minor


FREE = {
    "Swiss": (
        "ZAHLUNGSEINGANG ANA SILVA",
        f"MITTEILUNG {RF[:4]} {RF[4:8]} {RF[8:12]} {RF[12:]}",
    ),
    "French": (
        "VIR SEPA RECU /DE ANA SILVA",
        f"/MOTIF TOP UP {RF[:6]}",
        f"{RF[6:]} /REF E2E-7",
    ),
    "Belgian": ("EUROPEAN CREDIT TRANSFER FROM", f"IE29AIBK93115212345678 ANA SILVA {RF}"),
    "Nordic": (f"/OCMT/EUR10,00//REMI/{RF}/BENM/NAME/X",),
}


@pytest.mark.parametrize("lines", FREE.values(), ids=FREE)
def test_a_reference_is_found_in_texts_of_no_known_form(lines):
    move = ":61:2611271127C10,00NTRFNONREF//B1"
    [detail] = read_one(move, f":86:{lines[0]}", *lines[1:]).details

    assert detail.match_reference == RF


ORDER = "PO01HZY8X7Q9ABCDEFGHJKMNPQRS"
ORDERS = {
    "French": (f"VIR SEPA EMIS /MOTIF PAYOUT /REF {ORDER[:20]}", ORDER[20:]),
    "Polish": (f"944~00~20Wyplata~21{ORDER[:20]}", f"~22{ORDER[20:]}~32PIER FOODS"),
    "free": (f"PAYMENT TO PIER FOODS {ORDER}",),
}


@pytest.mark.parametrize("lines", ORDERS.values(), ids=ORDERS)
def test_an_order_that_went_out_is_known_wherever_its_id_stands(lines):
    move = ":61:2611271127D10,00NTRFNONREF//B1"
    [detail] = read_one(move, f":86:{lines[0]}", *lines[1:]).details

    assert detail.end_to_end_id == ORDER


def test_who_sends_money_cannot_name_an_order_in_the_text():
    [detail] = read_one(":61:2611271127C10,00NTRFNONREF//B1", f":86:HELLO {ORDER}").details

    assert detail.end_to_end_id == ""
