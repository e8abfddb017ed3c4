"""Bearer secrets: made once, shown once, kept only as a digest.

A secret has 160 random bits, so a plain SHA-256 is enough: it cannot be guessed, and a look-up
costs one unique index instead of a password hash.
"""

import hashlib
import secrets

from django.utils.crypto import get_random_string

_PAIRING_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def make_secret(prefix: str) -> str:
    """Make a new secret such as `sk_…`; the prefix shows people what it is."""
    return f"{prefix}_{secrets.token_urlsafe(20)}"


def digest_secret(secret: str) -> bytes:
    """Return the SHA-256 digest (32 bytes) under which a secret is stored."""
    return hashlib.sha256(secret.encode()).digest()


def make_pairing_code() -> str:
    """Make a code of 6 characters that are hard to confuse when read aloud."""
    return get_random_string(6, _PAIRING_ALPHABET)
