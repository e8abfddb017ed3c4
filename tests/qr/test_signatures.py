"""Signed UPI links: only the issuer's key and only the very text pass."""

from base64 import b64encode
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from qr.errors import PayloadInvalid
from qr.signatures import verify_signature
from tests.qr.payloads import VECTORS

LINK = "upi://pay?pa=shop@okaxis&pn=A%20Shop&am=10.50&mode=05"
ECDSA = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()


def sign(key, text=LINK):
    data = text.encode()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(data, ec.ECDSA(SHA256()))
    elif isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(data, padding.PKCS1v15(), SHA256())
    else:
        signature = key.sign(data)
    return f"{text}&sign={b64encode(signature).decode()}"


def give(key, encoding=Encoding.PEM):
    return key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("key", [ECDSA, RSA, ED25519], ids=["ecdsa", "rsa", "ed25519"])
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_the_issuers_key_passes(key, encoding):
    verify_signature(sign(key), give(key, encoding))


@pytest.mark.parametrize("key", [ECDSA, RSA, ED25519], ids=["ecdsa", "rsa", "ed25519"])
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("10.50", "10.51"),
        lambda text: text.replace("%20", "+"),
        lambda text: text.replace("upi", "UPI"),
        lambda text: text + "&am=999",
        lambda text: text[:-8] + "AAAAAA==",
        lambda text: text.partition("&sign=")[0],
        lambda text: text.partition("&sign=")[0] + "&sign=",
        lambda text: text.replace("&sign=", "&sign=é"),
        lambda text: text.replace("A%20", "\ud800"),
    ],
)
def test_a_changed_link_is_refused(key, change):
    with pytest.raises(PayloadInvalid) as refusal:
        verify_signature(change(sign(key)), give(key))

    assert (refusal.value.object_id, refusal.value.kind) == ("sign", "checksum")


def test_another_issuers_key_is_refused():
    with pytest.raises(PayloadInvalid):
        verify_signature(sign(ECDSA), give(ec.generate_private_key(ec.SECP256R1())))


def test_an_escaped_signature_is_the_same():
    head, _, signature = sign(ECDSA).partition("&sign=")

    verify_signature(f"{head}&sign={quote(signature, safe='')}", give(ECDSA))


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 1024),  # noqa: S505  it is the one to refuse
        ec.generate_private_key(ec.SECP384R1()),
        ed448.Ed448PrivateKey.generate(),
    ],
    ids=["short rsa", "another curve", "another kind"],
)
def test_other_keys_are_refused(key):
    with pytest.raises(PayloadInvalid, match="The key is not RSA"):
        verify_signature(sign(ECDSA), give(key))


@pytest.mark.parametrize("key", [b"", b"-----BEGIN PUBLIC KEY-----", b"\x30\x00"])
def test_what_is_no_key_is_refused(key):
    with pytest.raises(PayloadInvalid, match="no public key"):
        verify_signature(sign(ECDSA), key)


@pytest.mark.parametrize(
    "vector",
    [each for each in VECTORS if "sign" in (each["fields"] or {})],
    ids=lambda each: each["why"],
)
def test_real_links_are_not_signed_by_us(vector):
    with pytest.raises(PayloadInvalid, match="issuer"):
        verify_signature(vector["payload"], give(ECDSA))
