"""The payload itself says in which letters its bytes are; nothing is guessed that is paid."""

import io

import pytest
import segno

from qr.charsets import read_text
from qr.errors import Weight
from qr.scanning import read_picture
from tests.qr.payloads import demand, understand

NAMES = {
    "1": ("utf-8", "Łódź Müller"),
    "2": ("iso8859-1", "Müller Söhne"),
    "3": ("iso8859-2", "Łódź Żółw"),
    "4": ("iso8859-4", "Ķekava Šņore"),
    "5": ("iso8859-5", "Иван Петров"),
    "6": ("iso8859-7", "Γιώργος"),
    "7": ("iso8859-10", "Þórður Ģ"),
    "8": ("iso8859-15", "Müller €"),
}


def write_epc(charset, name, *, end="\n"):
    iban, amount = "DE89370400440532013000", "EUR12.30"
    return end.join(["BCD", "002", charset, "SCT", "", name, iban, amount, "", "", "Test"])


def write_order(charset, name):
    return (
        f"ST0001{charset}|Name={name}|PersonalAcc=40702810138250123017|BankName=Банк"
        "|BIC=044525225|CorrespAcc=0|Sum=100"
    )


def photograph(content):
    file = io.BytesIO()
    segno.make_qr(content, mode="byte").save(file, kind="png", scale=5, border=4)
    (text,) = read_picture(file.getvalue()).texts
    return understand(text)


@pytest.mark.parametrize("charset", NAMES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_girocode_is_read_in_the_set_of_its_third_line(charset, end):
    encoding, name = NAMES[charset]

    found = photograph(write_epc(charset, name, end=end).encode(encoding))

    assert demand(found).payee_name == name
    assert found.is_payable
    assert found.deviations == ()


@pytest.mark.parametrize(
    ("charset", "encoding"), [("1", "cp1251"), ("2", "utf-8"), ("3", "koi8-r")]
)
def test_a_russian_order_is_read_in_the_set_of_its_mark(charset, encoding):
    found = photograph(write_order(charset, "Завод Пример").encode(encoding))

    assert demand(found).payee_name == "Завод Пример"
    assert found.is_payable


# 0xD2 is no letter of ISO 8859-7, and no letter of UTF-8 where an ASCII letter follows.
@pytest.mark.parametrize("charset", ["1", "6"])
def test_bytes_of_another_set_are_never_payable(charset):
    found = photograph(write_epc(charset, "Pa?i").encode().replace(b"?", b"\xd2"))

    assert "\ufffd" in demand(found).payee_name
    assert not found.is_payable
    assert ("characters", Weight.FATAL) in [
        (each.kind, each.weight) for each in found.deviations
    ]


def test_a_byte_order_mark_says_utf_8():
    found = photograph(b"\xef\xbb\xbf" + write_epc("1", "Müller").encode())

    assert demand(found).payee_name == "Müller"
    (deviation,) = found.deviations
    assert (deviation.rule, deviation.weight) == (
        "no byte order mark stands before the text",
        Weight.TOLERABLE,
    )


def test_what_names_no_set_stays_as_it_was_read():
    assert read_text(b"\xe4", guess="ä") == "ä"
