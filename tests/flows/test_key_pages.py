"""API keys in the dashboard: made, shown once, used, revoked."""

import pytest

from merchants.forms_people import NewKeyForm
from merchants.models import ApiKey, Role
from tests import factories
from tests.conftest import Api
from tests.flows.routes import shop_stays_as_it_is
from tests.flows.steps import open_dashboard, sign_id

pytestmark = pytest.mark.django_db
KEYS = "/dashboard/keys/"
TYPED = {"label": "Web  shop", "made_id": sign_id(NewKeyForm, 6)}


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


def test_a_key_is_shown_once_and_works(owner, shop):
    page = owner.post(KEYS, TYPED)

    secret = page.context["secret"]
    assert secret.startswith("sk_")
    assert secret in page.content.decode()
    assert page["Cache-Control"].count("no-store") == 1
    assert Api(secret).get("charges").status_code == 200
    assert secret not in owner.get(KEYS).content.decode()


def test_the_form_sent_twice_makes_one_key_and_says_that_it_was_shown(owner, shop):
    owner.post(KEYS, TYPED)

    again = owner.post(KEYS, TYPED)

    assert ApiKey.objects.filter(label="Web shop").count() == 1
    assert again.context["secret"] == ""
    assert "was shown already" in again.content.decode()
    assert owner.post(KEYS, TYPED | {"label": "Other"}).status_code == 409


def test_when_a_key_was_used_is_noted_to_the_minute(owner, shop):
    key = ApiKey.objects.get()
    assert "Never" in owner.get(KEYS).content.decode()

    Api(shop.key).get("charges")
    first = ApiKey.objects.get().last_used_at
    Api(shop.key).get("charges")

    assert first is not None
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.filter(pk=key.pk).update(last_used_at="2026-01-01T00:00:00Z")
    Api(shop.key).get("settlements")
    assert ApiKey.objects.filter(last_used_at__gte=first).exists()


def test_a_revoked_key_opens_nothing(owner, shop):
    key = ApiKey.objects.get()

    for _ in range(2):
        assert owner.post(f"{KEYS}{key.public_id}/revoke/")["Location"] == KEYS

    assert Api(shop.key).get("charges").status_code == 401
    assert "Revoked" in owner.get(KEYS).content.decode()


def test_a_key_needs_a_name(owner):
    with shop_stays_as_it_is():
        page = owner.post(KEYS, {"label": " "})

    assert page.status_code == 422
    assert "Say in up to 80 letters what uses the key." in page.content.decode()


def test_another_merchant_s_key_is_not_there(owner):
    foreign = factories.open_shop()

    with shop_stays_as_it_is():
        key = ApiKey.objects.get(merchant=foreign.merchant)
        assert owner.post(f"{KEYS}{key.public_id}/revoke/").status_code == 404
