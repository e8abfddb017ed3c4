"""Public references: a two-letter prefix and a UUID in 26 Crockford characters (`ch_01K…`)."""

from functools import lru_cache
from uuid import UUID

from qr.crockford import decode_number, encode_number
from qr.errors import PayloadInvalid

_LENGTH = 26


# Shops and tills are named in each answer about one of their charges.
@lru_cache(maxsize=1024)
def encode_reference(prefix: str, identifier: UUID) -> str:
    """Write `ch_` and the like in front of the identifier, for people and clients."""
    return f"{prefix}_{encode_number(identifier.int, length=_LENGTH).lower()}"


def decode_reference(prefix: str, text: str) -> UUID:
    """Read the identifier back out of a public reference.

    Raises:
        PayloadInvalid: another prefix, another length, or not base32.
    """
    head, _, tail = text.partition("_")
    if head != prefix or len(tail) != _LENGTH:
        raise PayloadInvalid(f"A reference that starts with {prefix}_ was expected.")
    number = decode_number(tail)
    if number >> 128:
        raise PayloadInvalid("The reference is longer than any identifier.")
    return UUID(int=number)
