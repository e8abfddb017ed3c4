"""Verifies that a signed UPI link is as its issuer wrote it.

Source: NPCI, UPI Linking Specifications 1.6, section 1.3: the signature is over everything
before `&sign=`. It says SHA-256 with RSA; links in the field are signed with ECDSA.
"""

from base64 import b64decode
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote_to_bytes

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_der_public_key,
    load_pem_public_key,
)

from qr.errors import Deviation, Kind, PayloadInvalid

RSA_BITS_MIN = 2048
_MARK = "&sign="


def verify_signature(text: str, key: bytes) -> None:
    """Check a link against its issuer's public key (SubjectPublicKeyInfo, PEM or DER).

    The key determines the kind of signature, never the link: RSA (PKCS 1 v1.5) or ECDSA on
    P-256, both with SHA-256, or Ed25519.

    Raises:
        PayloadInvalid: it is not signed, not by this key, or is not what was signed.
    """
    verify = _load_key(key)
    signed, _, encoded = text.rpartition(_MARK)
    try:
        verify(b64decode(unquote_to_bytes(encoded), validate=True), signed.encode())
    except (InvalidSignature, ValueError):
        rule = "the signature is the issuer's, over everything before it"
        raise PayloadInvalid.from_deviation(Deviation("sign", Kind.CHECKSUM, rule)) from None


def _load_key(data: bytes) -> Callable[[bytes, bytes], None]:
    load = load_pem_public_key if data.lstrip().startswith(b"-----") else load_der_public_key
    try:
        key = load(data)
    except (ValueError, UnsupportedAlgorithm):
        raise PayloadInvalid("The key is no public key in PEM or DER.") from None
    match key:
        case ed25519.Ed25519PublicKey():
            return key.verify
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return partial(key.verify, signature_algorithm=ec.ECDSA(SHA256()))
        case rsa.RSAPublicKey() if key.key_size >= RSA_BITS_MIN:
            return partial(key.verify, padding=padding.PKCS1v15(), algorithm=SHA256())
        case _:
            raise PayloadInvalid("The key is not RSA of 2048 bits, ECDSA on P-256 or Ed25519.")
