"""Seals secrets that have to be read again, with a key that is not in the database.

AES-256-GCM, the key derived from `SECRET_KEY`. What is sealed for one person opens for no
other, so rows cannot be exchanged.
"""

import hashlib
import hmac
import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12


class SealBroken(Exception):
    """What was sealed is another person's, was changed, or `SECRET_KEY` is another one."""


def seal(secret: bytes, *, of: UUID) -> bytes:
    """Seal a secret of a person."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(derive_key("sealing")).encrypt(nonce, secret, of.bytes)


def unseal(sealed: bytes, *, of: UUID) -> bytes:
    """Open what was sealed for this person.

    Raises:
        SealBroken: it was not, or not with this key.
    """
    try:
        return AESGCM(derive_key("sealing")).decrypt(sealed[:_NONCE], sealed[_NONCE:], of.bytes)
    except (InvalidTag, ValueError):
        raise SealBroken from None


def derive_key(purpose: str) -> bytes:
    """Return the key of a purpose (32 bytes), which tells nothing of `SECRET_KEY`."""
    secret = settings.SECRET_KEY.encode()
    return hmac.digest(secret, f"identity.{purpose}".encode(), hashlib.sha256)
