"""The keys of counter codes: one signs, earlier ones stay trusted until they are withdrawn."""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from pos.errors import SigningKeyWithdrawn
from qr.signed import (
    PublicKeys,
    SignedCode,
    load_key,
    load_public_key,
    name_key,
    read_key_id,
    sign_code,
    verify_code,
)


def list_public_keys() -> PublicKeys:
    """Return the trusted keys by their id, the signing one first."""
    return _load_public_keys(
        settings.SIGNING_KEY,
        tuple(settings.RETIRED_SIGNING_KEYS),
        frozenset(settings.WITHDRAWN_SIGNING_KEYS),
    )


def sign_counter_code(code: SignedCode) -> str | None:
    """Return a counter code's signed text; None without a signing key or if it is withdrawn."""
    key = _load_key(settings.SIGNING_KEY) if settings.SIGNING_KEY else None
    if key is None or name_key(key.public_key()) in settings.WITHDRAWN_SIGNING_KEYS:
        return None
    return sign_code(code, key=key, host=settings.PUBLIC_HOST)


def verify_counter_code(text: str) -> SignedCode:
    """Check a counter code's signed text.

    Raises:
        SigningKeyWithdrawn: the key it names is not trusted any more.
        PayloadInvalid: altered, or signed with an unknown key.
    """
    if read_key_id(text) in settings.WITHDRAWN_SIGNING_KEYS:
        raise SigningKeyWithdrawn
    return verify_code(text, keys=list_public_keys(), host=settings.PUBLIC_HOST)


@lru_cache(maxsize=8)
def _load_key(text: str) -> Ed25519PrivateKey:
    return load_key(text)


@lru_cache(maxsize=8)
def _load_public_keys(
    signing: str, retired: tuple[str, ...], withdrawn: frozenset[str]
) -> PublicKeys:
    own = [_load_key(signing).public_key()] if signing else []
    keys = {name_key(key): key for key in [*own, *map(load_public_key, retired)]}
    return {name: key for name, key in keys.items() if name not in withdrawn}
