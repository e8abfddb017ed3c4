"""Signed codes for print: a phone without connection can verify the payee.

The text is the last part of an address, `HTTPS://HOST/S/…`, in Crockford's base32, which QR
codes store densely. Its bytes: version, key id (5), merchant (16), what the code hangs at
(S a store, T a till, then 16), the code itself (16), the length of the verified name and
the name, and 64 bytes of Ed25519 (RFC 8032) over all of that and the host. Keys are published
as JSON Web Keys (RFC 7517, RFC 8037); a key's id is the beginning of its thumbprint
(RFC 7638), and the signature's kind is fixed: a code cannot choose how it is checked.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from qr.crockford import ALPHABET, decode_number, encode_number
from qr.errors import Deviation, Kind, PayloadInvalid
from qr.links import TOKEN_LENGTH, decode_token

NAME_BYTES_MAX = 60
_VERSION = 1
_CONTEXT = b"Tessera static code\0"
_KEY_ID_BYTES = 5
_SIGNATURE_BYTES = 64
_HEAD_BYTES = 1 + _KEY_ID_BYTES + 16 + 1 + 16 + 16 + 1
_LENGTH_MAX = (_HEAD_BYTES + NAME_BYTES_MAX + _SIGNATURE_BYTES) * 8 // 5 + 1
_LETTERS = frozenset(ALPHABET)
_LINK = re.compile(
    r"https?://(?P<host>[^/\s]+)/s/(?P<payload>[0-9a-z]{26,400})/?", re.IGNORECASE
)
PublicKeys = Mapping[str, Ed25519PublicKey]


class Place(StrEnum):
    """The kinds of places of a printed code."""

    STORE = "S"
    TERMINAL = "T"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCode:
    """The content of a printed code; `name` is the payee's verified name."""

    code_id: UUID
    merchant_id: UUID
    place: Place
    place_id: UUID
    name: str


def sign_code(code: SignedCode, *, key: Ed25519PrivateKey, host: str) -> str:
    """Write a code's signed text. A name that is too long is cut, at a whole character."""
    body = bytes([_VERSION]) + _find_key_id(key.public_key()) + _pack(code)
    return _write_text(body + key.sign(_frame(body, host)))


def verify_code(text: str, *, keys: PublicKeys, host: str) -> SignedCode:
    """Read a signed text and check it; needs the published keys and nothing else.

    Raises:
        PayloadInvalid: not such a text, by a key that is not among these, or altered.
    """
    data = _read_text(text)
    body, signature = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
    key = keys.get(_name_bytes(body[1 : 1 + _KEY_ID_BYTES]))
    if key is None:
        raise _refuse("key", Kind.VALUE, "the key is one of those published")
    try:
        key.verify(signature, _frame(body, host))
    except InvalidSignature:
        rule = "the signature is over every byte before it, and over the host"
        raise _refuse("signature", Kind.CHECKSUM, rule) from None
    return _unpack(body)


def read_key_id(text: str) -> str:
    """Return the id of the key that a text names as its signer; not verified yet.

    Raises:
        PayloadInvalid: not a signed text.
    """
    return _name_bytes(_read_text(text)[1 : 1 + _KEY_ID_BYTES])


def encode_counter_link(base_url: str, payload: str) -> str:
    """Return the upper-case address of a printed code below `base_url`."""
    return f"{base_url.rstrip('/').upper()}/S/{payload}"


def decode_counter_link(text: str) -> tuple[str, str]:
    """Return the lower-case host (with port) and the upper-case payload of such an address.

    The payload is a signed text, or the 26 characters of a code's identifier alone.

    Raises:
        PayloadInvalid: the text is no such address.
    """
    match = _LINK.fullmatch(text.strip())
    if match is None:
        raise PayloadInvalid("This is not the address of a printed code.")
    return match["host"].lower(), match["payload"].upper()


def decode_code_id(payload: str) -> UUID | None:
    """Return the identifier that a payload consists of; None if it is a signed text.

    Raises:
        PayloadInvalid: 26 characters that are no identifier.
    """
    return decode_token(payload) if len(payload) == TOKEN_LENGTH else None


def make_key() -> str:
    """Draw a private key, as text for the settings."""
    return _encode_base64(Ed25519PrivateKey.generate().private_bytes_raw())


def load_key(text: str) -> Ed25519PrivateKey:
    """Read a private key that `make_key` has written.

    Raises:
        PayloadInvalid: not 32 bytes of base64url.
    """
    return Ed25519PrivateKey.from_private_bytes(_decode_base64(text))


def load_public_key(text: str) -> Ed25519PublicKey:
    """Read a public key, the `x` of its JSON Web Key.

    Raises:
        PayloadInvalid: not 32 bytes of base64url.
    """
    return Ed25519PublicKey.from_public_bytes(_decode_base64(text))


def name_key(key: Ed25519PublicKey) -> str:
    """Return the key's id: 8 characters, made of the key itself."""
    return _name_bytes(_find_key_id(key))


def write_jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """Describe a public key as a JSON Web Key (RFC 8037)."""
    return {**_list_members(key), "kid": name_key(key), "use": "sig", "alg": "EdDSA"}


def read_jwks(document: Mapping[str, Any]) -> PublicKeys:
    """Read a published set of keys; those of another kind are left out.

    Raises:
        PayloadInvalid: an Ed25519 key does not match its id.
    """
    keys = {}
    for jwk in document.get("keys", []):
        if (jwk.get("kty"), jwk.get("crv")) == ("OKP", "Ed25519"):
            key = load_public_key(jwk["x"])
            if name_key(key) != jwk.get("kid"):
                raise _refuse("kid", Kind.CHECKSUM, "a key's id is made of the key itself")
            keys[name_key(key)] = key
    return keys


def _pack(code: SignedCode) -> bytes:
    name = code.name.encode()[:NAME_BYTES_MAX].decode(errors="ignore").encode()
    place = code.place.encode() + code.place_id.bytes
    return code.merchant_id.bytes + place + code.code_id.bytes + bytes([len(name)]) + name


def _unpack(body: bytes) -> SignedCode:
    ids = body[1 + _KEY_ID_BYTES :]
    # What was signed here was packed here, so that none of this can fail.
    return SignedCode(
        merchant_id=UUID(bytes=ids[:16]),
        place=Place(ids[16:17].decode()),
        place_id=UUID(bytes=ids[17:33]),
        code_id=UUID(bytes=ids[33:49]),
        name=ids[50:].decode(),
    )


def _frame(body: bytes, host: str) -> bytes:
    # The host is in the address already; signed too, a code is of no use on another's site.
    return _CONTEXT + host.lower().encode() + b"\0" + body


def _write_text(data: bytes) -> str:
    spare = -len(data) * 8 % 5
    return encode_number(int.from_bytes(data) << spare, length=(len(data) * 8 + spare) // 5)


def _read_text(text: str) -> bytes:
    if len(text) > _LENGTH_MAX or not _LETTERS.issuperset(text):
        # Letters that people mistake for others are no such letters here: one text, one code.
        raise _refuse("", Kind.CHARACTERS, "a signed code is written in Crockford's letters")
    size = len(text) * 5 // 8
    spare = len(text) * 5 - size * 8
    number = decode_number(text)
    data = (number >> spare).to_bytes(size)
    if _write_text(data) != text or not _fits(data):
        raise _refuse("", Kind.STRUCTURE, "a signed code has the outline of version 1")
    return data


def _fits(data: bytes) -> bool:
    if len(data) < _HEAD_BYTES + _SIGNATURE_BYTES or data[0] != _VERSION:
        return False
    return len(data) == _HEAD_BYTES + data[_HEAD_BYTES - 1] + _SIGNATURE_BYTES


def _refuse(place: str, kind: Kind, rule: str) -> PayloadInvalid:
    return PayloadInvalid.from_deviation(Deviation(place, kind, rule))


def _list_members(key: Ed25519PublicKey) -> dict[str, str]:
    return {"crv": "Ed25519", "kty": "OKP", "x": _encode_base64(key.public_bytes_raw())}


def _find_key_id(key: Ed25519PublicKey) -> bytes:
    # RFC 7638: the members in their order, without blanks.
    members = json.dumps(_list_members(key), separators=(",", ":"), sort_keys=True)
    return sha256(members.encode()).digest()[:_KEY_ID_BYTES]


def _name_bytes(key_id: bytes) -> str:
    return encode_number(int.from_bytes(key_id), length=8)


def _encode_base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _decode_base64(text: str) -> bytes:
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        data = b""
    if len(data) != 32:
        raise _refuse("x", Kind.VALUE, "an Ed25519 key is 32 bytes of base64url")
    return data
