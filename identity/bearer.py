"""Bearer secrets: made once, shown once, kept only as a digest.

A secret has 160 random bits, so a plain SHA-256 is enough: there is nothing to guess
from, and a look-up costs one unique index instead of a password hash.
"""

import hashlib
import secrets

from django.utils.crypto import get_random_string

_PAIRING_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def make_secret(prefix: str) -> str:
    """Make a new secret such as `sk_…`; the prefix tells people what they are holding."""
    return f"{prefix}_{secrets.token_urlsafe(20)}"


def digest_secret(secret: str) -> bytes:
    """Return the 32 bytes under which a secret is kept."""
    return hashlib.sha256(secret.encode()).digest()


def make_pairing_code() -> str:
    """Make a code of 6 characters that nobody confuses when reading aloud."""
    return get_random_string(6, _PAIRING_ALPHABET)
