"""Links and short codes of Tessera: the payload of the till's code, written and read.

A link is upper case and uses only the 45 characters of QR's alphanumeric mode, so that
a whole address with a 128-bit token stays within 33 modules at level M.
"""

import re
from uuid import UUID

from qr.crockford import compute_check, decode_number, encode_number, has_check
from qr.errors import Deviation, Kind, PayloadInvalid

TOKEN_LENGTH = 26
SHORT_CODE_LENGTH = 8
_LINK = re.compile(r"^https?://(?P<host>[^/\s]+)/p/(?P<token>[0-9a-z]{26})/?$", re.IGNORECASE)
SHORT_CODES = 32 ** (SHORT_CODE_LENGTH - 1)
_SHORT_CODE = re.compile(r"^[0-9a-z]{8}$", re.IGNORECASE)
_MISTYPED = Deviation(
    "", Kind.CHECKSUM, "One character of the short code is wrong, or two are swapped."
)


def encode_token(token: UUID) -> str:
    """Write a 128-bit token as 26 upper-case characters."""
    return encode_number(token.int, length=TOKEN_LENGTH)


def decode_token(text: str) -> UUID:
    """Read a token back.

    Raises:
        PayloadInvalid: not 26 Crockford characters, or more than 128 bits.
    """
    if len(text) != TOKEN_LENGTH:
        raise PayloadInvalid("A token has 26 characters.")
    number = decode_number(text)
    if number >> 128:
        raise PayloadInvalid("The token is longer than 128 bits.")
    return UUID(int=number)


def encode_link(base_url: str, token: UUID) -> str:
    """Return the upper-case link of a token below `base_url` (`https://pay.example`)."""
    return f"{base_url.rstrip('/').upper()}/P/{encode_token(token)}"


def decode_link(text: str) -> tuple[str, UUID]:
    """Return the lower-case host (with port) and the token of a link.

    Raises:
        PayloadInvalid: the text is not such a link.
    """
    match = _LINK.match(text.strip())
    if match is None:
        raise PayloadInvalid("This is not a payment link.")
    return match["host"].lower(), decode_token(match["token"])


def encode_short_code(number: int) -> str:
    """Write a number below `SHORT_CODES` as seven characters and their check character.

    Raises:
        OverflowError: the number is negative or too large.
    """
    body = encode_number(number, length=SHORT_CODE_LENGTH - 1)
    return body + compute_check(body)


def normalize_short_code(text: str) -> str:
    """Bring a typed short code (`7k4m-92qy`) into its stored form.

    Raises:
        PayloadInvalid: not eight characters of the alphabet once spaces and hyphens are gone;
            or, of the kind `CHECKSUM`, eight of which the last does not fit the others.
    """
    compact = re.sub(r"[\s-]", "", text)
    if not _SHORT_CODE.match(compact):
        raise PayloadInvalid("A short code has 8 letters and digits.")
    code = encode_number(decode_number(compact), length=SHORT_CODE_LENGTH)
    if not has_check(code):
        raise PayloadInvalid.from_deviation(_MISTYPED)
    return code
