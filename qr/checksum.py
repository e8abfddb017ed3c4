"""Check digits: CRC-16/CCITT-FALSE, Luhn, modulo 97 and modulo 10 recursive."""

import re
from binascii import crc_hqx

_CARRIES = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_CREDITOR_REFERENCE = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}")
# ISO 13616: what each country of SWIFT's registry fixed, so that a digit too few is noticed,
# and a country that has no such accounts.
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "BI": 27, "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27,
    "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27,
    "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28,
    "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28,
    "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22,
    "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24,
    "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28,
    "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip


def compute_crc(data: bytes) -> str:
    """Give the four upper-case digits of ISO/IEC 13239 as EMVCo uses it (start FFFF)."""
    return f"{crc_hqx(data, 0xFFFF):04X}"


def has_luhn(digits: str) -> bool:
    """Tell whether the last digit is the Luhn check digit of the others (ISO/IEC 7812)."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    doubled = [int(digit) * (2 - (place % 2 == 0)) for place, digit in enumerate(digits[::-1])]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def has_mod_97(text: str) -> bool:
    """Tell whether the first four characters, moved to the end, leave 1 (ISO 7064)."""
    remainder = 0
    for character in text[4:] + text[:4]:
        value = int(character, 36)
        remainder = (remainder * (100 if value > 9 else 10) + value) % 97
    return remainder == 1


def is_iban(text: str) -> bool:
    """Tell whether an account number of ISO 13616, written without blanks, is sound."""
    return (
        _IBAN.fullmatch(text) is not None
        and len(text) == _IBAN_LENGTHS.get(text[:2])
        and has_mod_97(text)
    )


def has_iban(text: str) -> bool:
    """Tell whether an account number is sound once its blanks are gone."""
    return is_iban(text.replace(" ", ""))


def is_creditor_reference(text: str) -> bool:
    """Tell whether a reference of ISO 11649 (`RF18…`), written without blanks, is sound."""
    return _CREDITOR_REFERENCE.fullmatch(text) is not None and has_mod_97(text)


def is_structured_reference(text: str) -> bool:
    """Tell whether a reference is of another kind than ISO 11649, or sound."""
    return not text.startswith("RF") or is_creditor_reference(text)


def compute_mod_10_recursive(digits: str) -> str:
    """Give the check digit of a Swiss QR reference for the digits before it."""
    carry = 0
    for digit in digits:
        carry = _CARRIES[(carry + int(digit)) % 10]
    return str((10 - carry) % 10)
