"""Links and short codes: what the till's code carries comes back, and nothing else does."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr.crockford import ALPHABET, decode_number
from qr.errors import Kind, PayloadInvalid
from qr.links import (
    SHORT_CODES,
    decode_link,
    decode_token,
    encode_link,
    encode_short_code,
    encode_token,
    normalize_short_code,
)

TOKEN = UUID("0190f3c2-5b1a-7c3d-9e4f-0123456789ab")
TEXT = encode_token(TOKEN)


@given(st.uuids(), st.sampled_from(["https://pay.example", "http://127.0.0.1:9000/"]))
def test_every_token_comes_back_from_its_link(token, base_url):
    link = encode_link(base_url, token)

    assert re.fullmatch(r"[0-9A-Z $%*+\-./:]+", link), "QR's alphanumeric characters only"
    assert decode_link(link) == (base_url.partition("//")[2].rstrip("/"), token)
    assert decode_link(link.lower()) == decode_link(link)


@given(st.text())
def test_any_text_is_read_or_refused(text):
    for decode in (decode_link, decode_token, normalize_short_code):
        try:
            decode(text)
        except PayloadInvalid:
            continue


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT,
        f"ftp://pay.test/p/{TEXT}",
        f"https:///p/{TEXT}",
        f"https://pay.test/q/{TEXT}",
        f"https://pay.test/p/{TEXT[:-1]}",
        f"https://pay.test/p/{TEXT}0",
        f"https://pay.test/p/{TEXT}?x=1",
        f"https://pay.test/p/{TEXT}/pay",
        f"https://pay.test/x/p/{TEXT}",
        f"https://pay.test/p/{TEXT[:-1]}U",
        f"https://pay.test/p/Z{TEXT[1:]}",
        f"javascript:https://pay.test/p/{TEXT}",
        f"https://pay.test /p/{TEXT}",
    ],
)
def test_other_texts_are_no_links(text):
    with pytest.raises(PayloadInvalid):
        decode_link(text)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        (f"  https://pay.test/p/{TEXT}\n", "pay.test"),
        (f"HTTPS://PAY.TEST:8443/P/{TEXT}/", "pay.test:8443"),
        (f"https://pay.test@evil.example/p/{TEXT}", "pay.test@evil.example"),
        (f"https://evil.example#pay.test/p/{TEXT}", "evil.example#pay.test"),
    ],
)
def test_the_whole_authority_is_the_host(text, host):
    assert decode_link(text) == (host, TOKEN)


@pytest.mark.parametrize("text", ["", "0" * 25, "0" * 27, "Z" * 26, "U" * 26, "8" + "0" * 25])
def test_other_texts_are_no_tokens(text):
    with pytest.raises(PayloadInvalid):
        decode_token(text)


def test_the_longest_token_has_128_bits():
    assert decode_token("7" + "Z" * 25) == UUID(int=2**128 - 1)


@given(st.integers(min_value=0, max_value=SHORT_CODES - 1))
def test_a_short_code_is_itself_however_it_is_typed(number):
    code = encode_short_code(number)

    assert normalize_short_code(code) == code
    assert normalize_short_code(f" {code[:4].lower()}-{code[4:]} ") == code


def test_letters_that_look_like_digits_are_typed_as_digits():
    assert normalize_short_code("oOiI-lL1v") == "0011111V"


@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_of_eight_characters_one_in_32_fits(code):
    fitting = encode_short_code(decode_number(code[:7]))
    if code == fitting:
        assert normalize_short_code(code) == code
        return

    with pytest.raises(PayloadInvalid) as refusal:
        normalize_short_code(code)

    assert refusal.value.kind is Kind.CHECKSUM
    assert str(refusal.value).startswith("One character of the short code is wrong")


def test_there_are_32_short_codes_for_each_possible_check():
    assert SHORT_CODES == 34_359_738_368
    with pytest.raises(OverflowError):
        encode_short_code(SHORT_CODES)


@pytest.mark.parametrize(
    "text", ["", "7K4M92Q", "7K4M92QYY", "7K4M92QU", "7K4M_2QY", "\uff17K4M92QY"]
)
def test_other_texts_are_no_short_codes(text):
    with pytest.raises(PayloadInvalid) as refusal:
        normalize_short_code(text)

    assert refusal.value.kind is Kind.STRUCTURE
