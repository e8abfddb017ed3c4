"""Bearer secrets and sessions: shown once, kept as digests."""

import hashlib

import pytest
from django.db import connection

from identity.bearer import digest_secret, make_pairing_code, make_secret
from identity.models import Session, User
from identity.sign_in import end_session, find_user, normalize_phone, start_session
from merchants.onboarding import find_merchant_by_key
from tests import factories

TABLES = ["identity_session", "merchants_apikey", "pos_terminaltoken"]


def test_a_secret_tells_its_kind_and_is_long():
    secrets = {make_secret("sk") for _ in range(100)}

    assert len(secrets) == 100
    assert all(secret.startswith("sk_") and len(secret) == 30 for secret in secrets)


def test_a_digest_is_sha_256():
    assert digest_secret("sk_x") == hashlib.sha256(b"sk_x").digest()


def test_a_pairing_code_is_read_aloud_without_doubt():
    codes = {make_pairing_code() for _ in range(200)}

    assert len(codes) > 190
    assert all(len(code) == 6 and not set(code) & set("01OILU") for code in codes)


@pytest.mark.django_db
def test_no_secret_is_kept_in_clear(shop, customer):
    rows = ""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")  # noqa: S608
            rows += cursor.fetchone()[0]

    for secret in (shop.token, shop.key, customer.token):
        assert secret not in rows
        assert digest_secret(secret).hex() in rows


@pytest.mark.django_db
def test_a_session_ends_once(customer):
    end_session(customer.token)
    first = Session.objects.get().ended_at
    end_session(customer.token)
    end_session("ws_unknown")

    session = Session.objects.get()
    assert session.ended_at == first
    assert str(session) == f"{customer.wallet.user_id} on test phone"


@pytest.mark.django_db
def test_a_device_s_name_is_cut_to_what_is_kept(customer):
    start_session(customer.wallet.user, device_name="x" * 500)

    assert Session.objects.latest("id").device_name == "x" * 120


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+353 87 123 4567", "+353871234567"),
        ("087 123 4567", "+353871234567"),
        ("+81 90-1234-5678", "+819012345678"),
        ("", ""),
        ("li@mail.test", ""),
        ("+353871234567@mail.test", ""),
        ("+353871234567/x@mail.test", ""),
        ("+", ""),
    ],
)
def test_phone_numbers_are_written_one_way(text, number):
    assert normalize_phone(text) == number


@pytest.mark.django_db
def test_a_person_is_found_by_mail_or_phone_while_active():
    user = User.objects.create(name="Li Wei", email="li@mail.test", phone="+353871234567")
    assert str(user) == "Li Wei"

    assert find_user(" LI@mail.test ") == user
    assert find_user("087 123 4567") == user
    assert find_user("") is None
    assert find_user("li@mail.test\x00") is None
    assert find_user("+353871234567/x@mail.test") is None
    user.is_active = False
    user.save()
    assert find_user("li@mail.test") is None


@pytest.mark.django_db
def test_somebody_without_phone_is_not_found_by_none():
    User.objects.create(name="Nobody", phone=None, email=None)

    assert find_user("") is None


@pytest.mark.django_db
def test_an_api_key_opens_nothing_of_another_merchant():
    first, second = factories.open_shop(), factories.open_shop()

    assert find_merchant_by_key(first.key) == first.merchant
    assert find_merchant_by_key(second.key) == second.merchant
