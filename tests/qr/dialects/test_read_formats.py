"""Formats that are only read: what real codes of them ask for, and what breaks them."""

import lzma
from zlib import crc32

import pytest

from qr.dialects.pay_by_square import DIALECT as SQUARE
from qr.dialects.payto import DIALECT as PAYTO
from qr.dialects.spayd import DIALECT as SPAYD
from qr.dialects.st00012 import DIALECT as RUSSIAN
from qr.errors import PayloadInvalid
from qr.payment import Mutability
from qr.recognition import Nature, recognize
from tests.qr.payloads import demand, refuse, understand

BASE32 = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
FILTERS = [{"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": 1 << 17}]
# The standard's own example, and what generators make of it.
CZECH = "SPD*1.0*ACC:CZ5855000000001265098001*AM:480.50*CC:CZK*MSG:Payment for the goods"
ORDER = (
    "ST00012|Name=Завод «Пример»|PersonalAcc=40702810138250123017|BankName=БАНК|BIC=044525225"
    "|CorrespAcc=30101810400000000225|Sum=14212|Purpose=Оплата счёта"
)
# RFC 8905, section 8.
IBAN_LINK = "payto://iban/DE75512108001245126199?amount=EUR:200.0&message=hello"
# Written by the npm package bysquare 4.0.1: in version 1.2, without amount, and in 1.0.
SLOVAK = (
    "080500006EP0DOKG9C97P9SGANB7JJR0A6M639GKTMRMBEOUMOJGM12CI4I5UOKUKUHTO3HTDLNPE81B301LBTCN2LK"
    "L1NSE9CH6SRJA71KVGRB7NL4MMVOEO649VVVR8AC00"
)
SLOVAK_OPEN = (
    "0804O0005CHSLH1092SUF71IMUI9PEVTJGVVNP61I5M9HN2SAAC4K07OTN6UFFTELJTORM15P1K9CC40CO3K7TL3558"
    "GJO2LKAHSDVP7KLP7NOQJHNVR3KVVV07D000"
)
SLOVAK_OLD = "0005" + SLOVAK[4:]

ASKED = {
    CZECH: ("spayd", "", 48_050, "CZK", "Payment for the goods"),
    CZECH.replace("*MSG", "*RN:PAN%20N%C4%8CO*MSG"): (
        "spayd", "PAN NČO", 48_050, "CZK", "Payment for the goods",
    ),
    "SPD*1.0*ACC:CZ5855000000001265098001+RZBCCZPP*X-VS:124091701*AM:39": (
        "spayd", "", 3_900, "CZK", "",
    ),
    "SPD*1.0*AM:100.00*CC:EUR*ACC:CZ5855000000001265098001*": ("spayd", "", 10_000, "EUR", ""),
    ORDER: ("st00012", "Завод «Пример»", 14_212, "RUB", "Оплата счёта"),
    ORDER.replace("|", "~").replace("00012", "00011"): (
        "st00012", "Завод «Пример»", 14_212, "RUB", "Оплата счёта",
    ),
    IBAN_LINK: ("payto", "", 20_000, "EUR", "hello"),
    "PAYTO://iban/SOGEDEFFXXX/DE75512108001245126199?amount=CHF:1&receiver-name=M%C3%BCller": (
        "payto", "Müller", 100, "CHF", "",
    ),
    SLOVAK: ("pay_by_square", "John Doe", 2_530, "EUR", "hello world"),
    SLOVAK_OLD: ("pay_by_square", "John Doe", 2_530, "EUR", "hello world"),
}  # fmt: skip
OPEN = {
    "SPD*1.0*ACC:CZ5855000000001265098001": "CZK",
    ORDER.replace("|Sum=14212", ""): "RUB",
    "payto://ach/122000661/1234": "",
    SLOVAK_OPEN: "EUR",
}
REFUSALS = [
    (SPAYD, CZECH.replace("CZ58", "CZ59"), "ACC", "checksum"),
    (SPAYD, CZECH.replace("480.50", "480,50"), "AM", "value"),
    (SPAYD, CZECH + "*AM:1.00", "AM", "duplicate"),
    (SPAYD, CZECH + "*NOTE", "NOTE", "structure"),
    (SPAYD, CZECH + "*CRC32:00000000", "CRC32", "checksum"),
    (SPAYD, "SPD*1.0", "", "structure"),
    (RUSSIAN, ORDER.replace("14212", "142.12"), "Sum", "value"),
    (RUSSIAN, ORDER + "|Sum=1", "Sum", "duplicate"),
    (RUSSIAN, ORDER.replace("|BIC=044525225", ""), "BIC", "missing"),
    (RUSSIAN, ORDER + "|KPP", "KPP", "structure"),
    (RUSSIAN, "ST00014|Name=x", "", "structure"),
    (PAYTO, IBAN_LINK.replace("DE75", "DE76"), "account", "checksum"),
    (PAYTO, IBAN_LINK.replace("EUR:200.0", "200.0"), "amount", "value"),
    (PAYTO, IBAN_LINK + "&amount=EUR:1", "amount", "duplicate"),
    (PAYTO, IBAN_LINK + "#a", "", "unexpected"),
    (PAYTO, "payto:iban", "", "structure"),
    (SQUARE, SLOVAK[:-20], "", "checksum"),
    (SQUARE, SLOVAK[:40] + "VVVVVVVV" + SLOVAK[48:], "", "structure"),
    (SQUARE, SLOVAK[:4] + "VVVV" + SLOVAK[8:], "", "structure"),
    (SQUARE, "hello", "", "structure"),
]


@pytest.mark.parametrize("text", ASKED)
def test_a_code_is_named_with_payee_and_amount(text):
    found = recognize(text)

    assert found.nature is Nature.PAYMENT
    assert found.title
    reading = understand(text)
    request = demand(reading)
    assert (
        found.format, request.payee_name, request.amount_minor, request.currency,
        request.message,
    ) == ASKED[text]  # fmt: skip
    assert request.mutability is Mutability.FIXED
    assert reading.is_payable


@pytest.mark.parametrize("text", OPEN)
def test_without_an_amount_the_payer_types_it(text):
    request = demand(understand(text))

    assert (request.amount_minor, request.currency) == (None, OPEN[text])
    assert request.mutability is Mutability.OPEN


@pytest.mark.parametrize("text", [*ASKED, *OPEN])
def test_a_code_is_kept_as_it_was(text):
    reading = understand(text)

    dialect = next(each for each in (SPAYD, RUSSIAN, PAYTO, SQUARE) if each.recognize(text))
    assert dialect.write(reading) == text
    with pytest.raises(PayloadInvalid, match="only read"):
        dialect.encode(demand(reading))


@pytest.mark.parametrize(("dialect", "text", "object_id", "kind"), REFUSALS)
def test_each_rule_names_its_part(dialect, text, object_id, kind):
    assert refuse(dialect.decode, text) == (object_id, kind)


def test_a_check_sum_is_of_the_fields_as_they_stand_or_sorted():
    bare = "SPD*1.0*CC:CZK*AM:10*ACC:CZ5855000000001265098001"

    assert SPAYD.decode(f"{bare}*CRC32:B15AAA80").is_payable
    assert SPAYD.decode(f"{bare}*CRC32:4C22D1D4").is_payable


def pack(*accounts, standing="0"):
    """Write a packed payment as the standard says, of version 1.0."""
    payment = ["", "1", "1", "25.30", "EUR", "", "", "", "", "", "hello"]
    payee = [standing, "0", "John Doe", "", ""]
    count = [str(len(accounts) // 2)] if accounts else ["none"]
    values = "\t".join([*payment, *count, *accounts, *payee]).encode()
    table = crc32(values).to_bytes(4, "little") + values
    packer = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=FILTERS)
    packed = packer.compress(table) + packer.flush()
    written = bytes(2) + len(table).to_bytes(2, "little") + packed
    bits = "".join(f"{byte:08b}" for byte in written)
    bits += "0" * (-len(bits) % 5)
    return "".join(BASE32[int(bits[at : at + 5], 2)] for at in range(0, len(bits), 5))


def test_a_packed_payment_is_to_an_account():
    iban, bic = "SK9611000000002918599669", ""

    request = demand(understand(pack(iban, bic)))

    assert (request.payee_name, request.amount_minor) == ("John Doe", 2_530)
    assert [(each.kind, each.value) for each in request.accounts] == [("iban", iban)]
    with pytest.raises(PayloadInvalid, match="names an account"):
        SQUARE.decode(pack())


def test_a_standing_order_in_a_packed_payment_tells_no_payee():
    """What stands between the accounts and the payee then is not read."""
    request = demand(understand(pack("SK9611000000002918599669", "", standing="1")))

    assert (request.payee_name, request.amount_minor) == ("", 2_530)


def test_numbers_and_words_in_base32_are_no_packed_payment():
    for text in ("0" * 60, "0004" + "0" * 60, "0804ABC", "PAYBYSQUARE" * 6):
        assert recognize(text).format != "pay_by_square"
