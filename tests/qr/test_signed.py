"""Signed codes: whole they are read anywhere, and one changed bit of them nowhere."""

import json
import random
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.crockford import ALPHABET
from qr.errors import PayloadInvalid
from qr.signed import (
    NAME_BYTES_MAX,
    Place,
    SignedCode,
    decode_code_id,
    decode_counter_link,
    encode_counter_link,
    load_key,
    load_public_key,
    make_key,
    name_key,
    read_jwks,
    read_key_id,
    sign_code,
    verify_code,
    write_jwk,
)
from tests.qr.payloads import refuse

HOST = "pay.example"
# RFC 8037, appendix A: a key that everybody knows.
SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
KEY = load_key(SEED)
KEYS = {name_key(KEY.public_key()): KEY.public_key()}
CODE = SignedCode(
    code_id=UUID("0190f3c2-5b1a-7c3d-9e4f-0123456789ab"),
    merchant_id=UUID("0190f3c2-5b1a-7c3d-9e4f-0123456789ac"),
    place=Place.TERMINAL,
    place_id=UUID("0190f3c2-5b1a-7c3d-9e4f-0123456789ad"),
    name="Harbour Corner",
)
TEXT = sign_code(CODE, key=KEY, host=HOST)
FLIPS = 10_000


def verify(text, keys=KEYS, host=HOST):
    return verify_code(text, keys=keys, host=host)


def test_a_signed_code_is_read_with_the_published_keys_alone():
    published = json.loads(json.dumps({"keys": [write_jwk(KEY.public_key())]}))

    assert verify(TEXT, keys=read_jwks(published), host="PAY.example") == CODE


def test_a_signed_code_is_short_and_dense():
    link = encode_counter_link("https://pay.example", TEXT)

    assert set(link) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert len(TEXT) == 215
    # Version 9 at level M holds 262 characters of this alphabet.
    assert len(link) == 237


def test_the_key_of_rfc_8037_is_described_as_there():
    jwk = write_jwk(KEY.public_key())

    assert jwk == {
        "crv": "Ed25519",
        "kty": "OKP",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        # 40 bits of the thumbprint there, kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k.
        "kid": "J3XCNZN9",
        "use": "sig",
        "alg": "EdDSA",
    }
    assert read_key_id(TEXT) == "J3XCNZN9"


@given(st.uuids(), st.uuids(), st.uuids(), st.sampled_from(Place), st.text(max_size=80))
def test_whatever_is_signed_comes_back(code_id, merchant_id, place_id, place, name):
    name = "".join(each for each in name if not "\ud800" <= each <= "\udfff")
    code = SignedCode(
        code_id=code_id, merchant_id=merchant_id, place=place, place_id=place_id, name=name
    )

    read = verify(sign_code(code, key=KEY, host=HOST))

    assert read == replace(code, name=name.encode()[:NAME_BYTES_MAX].decode(errors="ignore"))


def test_a_long_name_is_cut_between_two_characters():
    code = replace(CODE, name="港" * 21)

    read = verify(sign_code(code, key=KEY, host=HOST))

    assert read.name == "港" * (NAME_BYTES_MAX // 3)


@pytest.mark.slow
def test_of_ten_thousand_changed_texts_none_is_accepted():
    chance, accepted = random.Random(2026), 0  # noqa: S311  every run is the same

    for _ in range(FLIPS):
        place = chance.randrange(len(TEXT))
        other = chance.choice([each for each in ALPHABET if each != TEXT[place]])
        changed = TEXT[:place] + other + TEXT[place + 1 :]
        accepted += refuse(verify, changed) is None

    assert accepted == 0


def test_each_single_changed_bit_is_found():
    refused = {
        refuse(verify, TEXT[:place] + ALPHABET[ALPHABET.index(TEXT[place]) ^ bit] + rest)
        for place, rest in ((place, TEXT[place + 1 :]) for place in range(len(TEXT)))
        for bit in (1, 2, 4, 8, 16)
    }

    assert None not in refused
    assert refused == {("", "structure"), ("key", "value"), ("signature", "checksum")}


@given(st.text(max_size=400) | st.text(ALPHABET, max_size=400))
def test_any_text_is_refused(text):
    for read in (verify, read_key_id, decode_counter_link):
        assert refuse(read, text) is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", ("", "structure")),
        (TEXT.lower(), ("", "characters")),
        (TEXT.replace("0", "O"), ("", "characters")),
        (TEXT[:-1], ("", "structure")),
        (TEXT + "0", ("", "structure")),
        (TEXT + "00000000", ("", "structure")),
        ("2" + TEXT[1:], ("", "structure")),
        (TEXT * 2, ("", "characters")),
    ],
)
def test_other_texts_are_refused_for_a_reason(text, reason):
    assert refuse(verify, text) == reason


def test_a_code_of_another_host_is_refused():
    with pytest.raises(PayloadInvalid, match="over the host"):
        verify(TEXT, host="evil.example")


def test_a_key_that_is_not_published_is_named():
    other = load_key(make_key())

    with pytest.raises(PayloadInvalid, match="one of those published"):
        verify(sign_code(CODE, key=other, host=HOST))


def test_a_key_under_another_s_name_opens_nothing():
    other = load_key(make_key()).public_key()

    with pytest.raises(PayloadInvalid, match="signature"):
        verify(TEXT, keys={read_key_id(TEXT): other})


def test_a_set_of_keys_cannot_give_a_key_another_s_name():
    jwk = write_jwk(KEY.public_key()) | {"kid": "00000000"}

    with pytest.raises(PayloadInvalid, match="made of the key itself"):
        read_jwks({"keys": [jwk]})


def test_keys_of_another_kind_are_left_out():
    assert read_jwks({"keys": [{"kty": "RSA", "n": "x", "e": "AQAB"}]}) == {}
    assert read_jwks({}) == {}


@pytest.mark.parametrize("text", ["", "x", "A" * 42, "A" * 44, "Ü" * 43])
def test_other_texts_are_no_keys(text):
    for load in (load_key, load_public_key):
        with pytest.raises(PayloadInvalid, match="32 bytes"):
            load(text)


def test_a_drawn_key_signs():
    key = load_key(make_key())

    text = sign_code(CODE, key=key, host=HOST)

    assert verify(text, keys={name_key(key.public_key()): key.public_key()}) == CODE


@pytest.mark.parametrize("form", ["{}", "  {}\n", "{}/"])
def test_the_address_of_a_code_is_taken_apart(form):
    link = encode_counter_link("https://pay.example:8443/", TEXT)

    assert decode_counter_link(form.format(link)) == ("pay.example:8443", TEXT)
    assert decode_counter_link(form.format(link.lower())) == ("pay.example:8443", TEXT)


@pytest.mark.parametrize(
    "text",
    [
        "https://pay.example/s/",
        f"https://pay.example/p/{TEXT}",
        f"https://pay.example/s/{TEXT}?x=1",
        f"ftp://pay.example/s/{TEXT}",
        f"https://pay.example/x/s/{TEXT}",
        "https://pay.example/s/" + "0" * 401,
    ],
)
def test_other_addresses_are_none_of_a_code(text):
    with pytest.raises(PayloadInvalid):
        decode_counter_link(text)


def test_an_identifier_stands_for_a_code_without_signature():
    assert decode_code_id("0" * 25 + "1") == UUID(int=1)
    assert decode_code_id(TEXT) is None
    with pytest.raises(PayloadInvalid):
        decode_code_id("U" * 26)
