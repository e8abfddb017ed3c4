"""Check digits against published examples, and against a changed digit."""

import pytest

from qr.checksum import (
    compute_crc,
    compute_mod_10_recursive,
    has_luhn,
    has_mod_97,
    is_creditor_reference,
    is_iban,
)


@pytest.mark.parametrize(("data", "crc"), [(b"", "FFFF"), (b"123456789", "29B1")])
def test_the_crc_is_ccitt_false(data, crc):
    assert compute_crc(data) == crc


def test_the_crc_keeps_its_leading_zeros():
    assert compute_crc(b"315") == "003B"


@pytest.mark.parametrize("digits", ["79927398713", "4000123456789017", "0"])
def test_luhn_holds(digits):
    assert has_luhn(digits)


@pytest.mark.parametrize("digits", ["79927398710", "97927398713", "", "7992739871٣", "7992-"])
def test_luhn_notices(digits):
    assert not has_luhn(digits)


@pytest.mark.parametrize(
    "iban",
    [
        "DE89370400440532013000",
        "CH9300762011623852957",
        "XK051212012345678906",
        "VA59001123000012345678",
        "GI75NWBK000000007099453",
        "MD24AG000225100013104168",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
        "SC18SSCB11010000000000001497USD",
    ],
)
def test_an_iban_is_sound(iban):
    assert is_iban(iban)


@pytest.mark.parametrize(
    "iban",
    [
        "DE88370400440532013000",
        "DE8937040044053201300",
        "de89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "D",
        "",
    ],
)
def test_an_iban_is_not_sound(iban):
    assert not is_iban(iban)


def test_a_country_fixes_the_length_of_its_ibans():
    assert has_mod_97("DE5137040044053201300")
    assert not is_iban("DE5137040044053201300"), "Germany's have 22 characters"


def test_a_country_without_such_accounts_has_none():
    assert has_mod_97("ZZ93111111111111111111")
    assert not is_iban("ZZ93111111111111111111")


def test_creditor_references_are_checked():
    assert is_creditor_reference("RF18539007547034")
    assert not is_creditor_reference("RF19539007547034")
    assert not is_creditor_reference("18539007547034")


def test_the_last_digit_of_a_swiss_reference_follows_from_the_others():
    assert compute_mod_10_recursive("21000000000313947143000901") == "7"
    assert compute_mod_10_recursive("12345678901234567890123456") == "7"
