"""The keys of counter codes: published, changed without new print, and withdrawn."""

from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.test import Client

from pos.errors import SigningKeyWithdrawn
from pos.signing import list_public_keys, sign_counter_code, verify_counter_code
from qr.errors import PayloadInvalid
from qr.signed import (
    Place,
    SignedCode,
    load_key,
    make_key,
    name_key,
    read_jwks,
    verify_code,
    write_jwk,
)

CODE = SignedCode(
    code_id=UUID(int=1),
    merchant_id=UUID(int=2),
    place=Place.STORE,
    place_id=UUID(int=3),
    name="Harbour Corner",
)
PUBLIC = load_key("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").public_key()


def sign():
    text = sign_counter_code(CODE)
    assert text
    return text


def fetch_keys():
    answer = Client(SERVER_NAME="pay.test").get("/.well-known/jwks.json")
    assert answer.status_code == 200
    return answer


@pytest.mark.django_db
def test_anybody_checks_a_code_with_the_published_keys():
    text = sign()

    answer = fetch_keys()

    assert answer["Content-Type"] == "application/jwk-set+json"
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.json() == {"keys": [write_jwk(PUBLIC)]}
    assert verify_code(text, keys=read_jwks(answer.json()), host="pay.test") == CODE


@pytest.mark.django_db
def test_a_new_key_signs_and_the_old_prints_go_on(settings):
    old = sign()
    settings.RETIRED_SIGNING_KEYS = [write_jwk(PUBLIC)["x"]]
    settings.SIGNING_KEY = make_key()

    new = sign()

    keys = read_jwks(fetch_keys().json())
    assert new != old
    assert [verify_counter_code(text) for text in (old, new)] == [CODE, CODE]
    assert [verify_code(text, keys=keys, host="pay.test") for text in (old, new)] == [CODE] * 2


@pytest.mark.django_db
def test_a_withdrawn_key_is_believed_no_more_and_signs_nothing(settings):
    text = sign()
    settings.WITHDRAWN_SIGNING_KEYS = [name_key(PUBLIC)]

    with pytest.raises(SigningKeyWithdrawn, match="not trusted any more"):
        verify_counter_code(text)
    assert sign_counter_code(CODE) is None
    assert fetch_keys().json() == {"keys": []}


def test_an_installation_without_a_key_signs_nothing(settings):
    settings.SIGNING_KEY = ""

    assert sign_counter_code(CODE) is None
    assert list_public_keys() == {}


def test_a_key_that_never_was_ours_is_refused(settings):
    text = sign()
    settings.SIGNING_KEY = make_key()

    with pytest.raises(PayloadInvalid, match="one of those published"):
        verify_counter_code(text)


def test_a_drawn_key_comes_with_what_to_write_where(settings):
    printed = StringIO()

    call_command("make_signing_key", stdout=printed)

    lines = dict(
        line.rsplit(" ", 1)[-1].split("=", 1) for line in printed.getvalue().splitlines()
    )
    settings.SIGNING_KEY = lines["SIGNING_KEY"]
    ((name, key),) = list_public_keys().items()
    assert lines["WITHDRAWN_SIGNING_KEYS"] == name
    assert lines["RETIRED_SIGNING_KEYS"] == write_jwk(key)["x"]
