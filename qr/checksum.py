"""Check digits: CRC-16/CCITT-FALSE, Luhn, modulo 97 and modulo 10 recursive."""

import re
from binascii import crc_hqx

_CARRIES = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_CREDITOR_REFERENCE = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}")
# ISO 13616: each country's format in SWIFT's registry, so that a missing digit, or a country
# without such accounts, is noticed.
_IBANS = """
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22
    DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28
    HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25
    MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29
    RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29
    VA22 VG24 XK20 YE30
"""
_IBAN_LENGTHS = {each[:2]: int(each[2:]) for each in _IBANS.split()}


def compute_crc(data: bytes) -> str:
    """Return the four upper-case digits of ISO/IEC 13239 as EMVCo uses it (start FFFF)."""
    return f"{crc_hqx(data, 0xFFFF):04X}"


def has_luhn(digits: str) -> bool:
    """Return whether the last digit is the Luhn check digit of the others (ISO/IEC 7812)."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    doubled = [int(digit) * (2 - (place % 2 == 0)) for place, digit in enumerate(digits[::-1])]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def has_mod_97(text: str) -> bool:
    """Return whether the first four characters, moved to the end, leave 1 (ISO 7064)."""
    remainder = 0
    for character in text[4:] + text[:4]:
        value = int(character, 36)
        remainder = (remainder * (100 if value > 9 else 10) + value) % 97
    return remainder == 1


def is_iban(text: str) -> bool:
    """Return whether an account number of ISO 13616, written without blanks, is sound."""
    return (
        _IBAN.fullmatch(text) is not None
        and len(text) == _IBAN_LENGTHS.get(text[:2])
        and has_mod_97(text)
    )


def has_iban(text: str) -> bool:
    """Return whether an account number is sound once its blanks are gone."""
    return is_iban(text.replace(" ", ""))


def is_creditor_reference(text: str) -> bool:
    """Return whether a reference of ISO 11649 (`RF18…`), written without blanks, is sound."""
    return _CREDITOR_REFERENCE.fullmatch(text) is not None and has_mod_97(text)


def is_structured_reference(text: str) -> bool:
    """Return whether a reference is of another kind than ISO 11649, or sound."""
    return not text.startswith("RF") or is_creditor_reference(text)


def compute_mod_10_recursive(digits: str) -> str:
    """Return the check digit of a Swiss QR reference for the digits before it."""
    carry = 0
    for digit in digits:
        carry = _CARRIES[(carry + int(digit)) % 10]
    return str((10 - carry) % 10)
