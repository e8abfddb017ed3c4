"""Crockford base32: the alphabet people can read aloud and QR codes store densely.

Source: https://www.crockford.com/base32.html. Its own check symbol is modulo 37 and needs five
more symbols; ours stays within the 32: a sum over the field of 32 elements.
"""

from qr.errors import PayloadInvalid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_VALUES |= {character.lower(): value for character, value in _VALUES.items()}
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_VALUES |= {"O": 0, "o": 0, "I": 1, "i": 1, "L": 1, "l": 1}
# x^5 + x^2 + 1 is primitive: the first 31 powers of x differ from each other.
_POLYNOMIAL = 0b100101


def encode_number(number: int, *, length: int) -> str:
    """Write a number as exactly `length` upper-case characters, most significant first.

    Raises:
        OverflowError: the number is negative or needs more characters.
    """
    if number < 0 or number >> (5 * length):
        raise OverflowError(f"{length} characters cannot hold this number")
    # Two at a time: a sale's answers write two dozen numbers.
    pairs = range(10 * ((length + 1) // 2 - 1), -1, -10)
    return "".join([_PAIRS[number >> shift & 1023] for shift in pairs])[-length:]


def decode_number(text: str) -> int:
    """Read a number back; case does not matter, O reads as 0, I and L as 1.

    Raises:
        PayloadInvalid: a character is outside the alphabet, or there is none.
    """
    if not text:
        raise PayloadInvalid("There is nothing to read.")
    number = 0
    for character in text:
        if character not in _VALUES:
            raise PayloadInvalid(f"{character!r} is not a Crockford base32 character.")
        number = number << 5 | _VALUES[character]
    return number


def compute_check(text: str) -> str:
    """Return the character that, appended to the text, makes `has_check` true.

    In texts of up to 31 characters including it, it detects every single error, every swap of
    two characters, adjacent or not, and every twin error.

    Raises:
        PayloadInvalid: a character is outside the alphabet, or there is none.
    """
    return ALPHABET[_double(_sum_up(text))]


def has_check(text: str) -> bool:
    """Return whether the last character is what `compute_check` gives for the others.

    Raises:
        PayloadInvalid: a character is outside the alphabet, or there is none.
    """
    return _sum_up(text) == 0


def _sum_up(text: str) -> int:
    # Each character is multiplied by another power of x, so that no two have the same weight.
    number, total = decode_number(text), 0
    for place in range(len(text) - 1, -1, -1):
        total = _double(total) ^ number >> 5 * place & 31
    return total


def _double(element: int) -> int:
    doubled = element << 1
    return doubled ^ _POLYNOMIAL if doubled & 32 else doubled
