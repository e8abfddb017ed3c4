"""Crockford base32: the alphabet people can read aloud and QR codes store densely.

Source: https://www.crockford.com/base32.html
"""

from qr.errors import PayloadInvalid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_VALUES |= {character.lower(): value for character, value in _VALUES.items()}
_VALUES |= {"O": 0, "o": 0, "I": 1, "i": 1, "L": 1, "l": 1}


def encode_number(number: int, *, length: int) -> str:
    """Write a number as exactly `length` upper-case characters, most significant first.

    Raises:
        OverflowError: the number is negative or needs more characters.
    """
    if number < 0 or number >> (5 * length):
        raise OverflowError(f"{length} characters cannot hold this number")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (length - 1), -1, -5))


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
