"""Who may ask what: every address, every kind of principal, every method."""

import pytest
from django.test import Client

from identity.models import Session
from merchants.models import ApiKey
from merchants.onboarding import make_api_key, open_merchant, open_store
from pos.terminals import add_terminal, issue_token, revoke_terminal
from tests import factories
from tests.conftest import Api
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
AMOUNT = {"amount": {"amount_minor": 480, "currency": "EUR"}}
TILL = [
    ("get", "charges"),
    ("post", "charges"),
    ("get", "charges/{charge}"),
    ("post", "charges/{charge}/cancel"),
    ("post", "charges/{charge}/extend"),
    ("get", "charges/{charge}/refunds"),
    ("post", "charges/{charge}/refunds"),
    ("get", "charges/{charge}/events"),
    ("get", "charges/{charge}/qr.svg"),
    ("get", "charges/{charge}/qr.png"),
    ("get", "refunds/{refund}"),
    ("post", "pictures"),
]
SERVER = [
    ("get", "settlements"),
    ("get", "settlements/{settlement}"),
    ("get", "settlements/{settlement}/lines"),
]
PHONE = [
    ("get", "wallet"),
    ("get", "wallet/transactions"),
    ("post", "wallet/scans"),
    ("post", "wallet/pictures"),
    ("post", "wallet/claims"),
    ("delete", "wallet/claims/{claim}"),
    ("post", "wallet/payments"),
    ("get", "wallet/events"),
]
NAMED = [(method, path) for method, path in [*TILL, *SERVER] if "{" in path]


@pytest.fixture
def world(shop, customer):
    sold = factories.sell(shop, customer, amount_minor=1000)
    refund = factories.refund(shop, sold, amount_minor=300)
    settlement = factories.settle(shop)
    charge = factories.make_charge(shop)
    claim = factories.claim(customer, factories.make_charge(shop))
    return {
        "charge": charge.public_id,
        "refund": refund.public_id,
        "settlement": settlement.public_id,
        "claim": claim.public_id,
    }


def ask(api, method, path, body=None):
    return api.post(path, body or {}) if method == "post" else getattr(api, method)(path)


def assert_problem(answer, status, code):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code


@pytest.mark.parametrize(("method", "path"), [*TILL, *SERVER, *PHONE])
def test_nobody_is_let_in_without_a_valid_secret(world, method, path):
    with nothing_changes():
        for secret in ("", "x", "sk_forged", "tk_forged", "ws_forged", "sk_", "ы"):
            answer = ask(Api(secret), method, path.format(**world))

            assert_problem(answer, 401, "not_authenticated")
            assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), [*TILL, *SERVER, *PHONE])
def test_each_secret_opens_only_its_own_doors(world, shop, customer, method, path):
    mine = {"till": TILL, "server": [*TILL, *SERVER], "phone": PHONE}
    secrets = {"till": shop.token, "server": shop.key, "phone": customer.token}
    wrong = [secrets[who] for who, doors in mine.items() if (method, path) not in doors]

    with nothing_changes():
        for secret in wrong:
            answer = ask(Api(secret), method, path.format(**world))
            assert_problem(answer, 401, "not_authenticated")

    assert wrong, "some secret does not open it"


@pytest.mark.parametrize("header", ["Basic {}", "{}", "Bearer", "Bearer  ", "Token {}"])
def test_a_secret_comes_as_bearer(shop, header):
    answer = Client().get(
        "/api/v1/charges", headers={"Authorization": header.format(shop.token)}
    )

    assert_problem(answer, 401, "not_authenticated")


def test_the_scheme_s_case_does_not_matter(shop):
    answer = Client().get("/api/v1/charges", headers={"Authorization": f"bearer {shop.token}"})

    assert answer.status_code == 200


@pytest.mark.parametrize(("method", "path"), NAMED)
def test_another_merchant_s_things_look_unknown(world, method, path):
    stranger = factories.open_shop()
    unknown = {name: f"{reference[:3]}{'0' * 26}" for name, reference in world.items()}
    secrets = [stranger.key] + ([stranger.token] if (method, path) in TILL else [])

    with nothing_changes():
        for secret in secrets:
            foreign = ask(Api(secret), method, path.format(**world), AMOUNT)
            missing = ask(Api(secret), method, path.format(**unknown), AMOUNT)

            assert_problem(foreign, 404, "not_found")
            assert foreign.json() == missing.json()


@pytest.mark.parametrize(("method", "path"), [*NAMED, ("delete", "wallet/claims/{claim}")])
def test_a_malformed_reference_looks_unknown(world, shop, customer, method, path):
    api = Api(customer.token if path.startswith("wallet") else shop.key)

    for reference in ("x", "ch_x", "cl_x", "%00", "ch_" + "u" * 26, "9" * 300):
        with nothing_changes():
            answer = ask(api, method, path.format(**dict.fromkeys(world, reference)), AMOUNT)

        assert_problem(answer, 404, "not_found")


@pytest.mark.parametrize("path", sorted({path for _, path in [*TILL, *SERVER, *PHONE]}))
def test_another_method_is_refused(world, shop, customer, path):
    secret = customer.token if path.startswith("wallet") else shop.key
    known = {method for method, each in [*TILL, *SERVER, *PHONE] if each == path}
    address, client = f"/api/v1/{path.format(**world)}", Client()

    for method in {"get", "post", "put", "patch", "delete"} - known:
        with nothing_changes():
            answer = getattr(client, method)(
                address, headers={"Authorization": f"Bearer {secret}"}
            )

        assert_problem(answer, 405, "method_not_allowed")


def test_a_till_sees_its_store_and_a_server_its_merchant(shop, world):
    neighbour = open_store(shop.merchant, name="Second", currency="EUR")
    other = Api(issue_token(add_terminal(neighbour, name="Till")))

    for path in ("charges/{charge}", "refunds/{refund}"):
        assert other.get(path.format(**world)).status_code == 404
        assert Api(shop.key).get(path.format(**world)).status_code == 200
    assert other.get("charges").json()["data"] == []
    assert len(Api(shop.key).get("charges").json()["data"]) == 3


def test_secrets_that_were_ended_open_nothing(shop, customer):
    revoke_terminal(shop.terminal)
    ApiKey.objects.update(revoked_at="2026-01-01T00:00:00Z")
    Session.objects.update(ended_at="2026-01-01T00:00:00Z")

    for secret, path in (
        (shop.token, "charges"),
        (shop.key, "charges"),
        (shop.key, "settlements"),
        (customer.token, "wallet"),
    ):
        assert_problem(Api(secret).get(path), 401, "not_authenticated")


def test_a_merchant_without_a_store_charges_nothing(db):
    merchant = open_merchant("Bare", country="IE", time_zone="Europe/Dublin")
    key = make_api_key(merchant, label="t")

    assert_problem(Api(key).post("charges", AMOUNT), 401, "not_authenticated")


def test_the_phone_s_cookie_needs_the_csrf_token(shop, customer):
    charge = factories.make_charge(shop)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["tessera_wallet"] = customer.token

    with nothing_changes(charge):
        answer = strict.post(
            "/api/v1/wallet/claims",
            {"payload": charge.short_code},
            content_type="application/json",
        )

    assert_problem(answer, 403, "not_allowed")
    assert strict.get("/api/v1/wallet").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"), [("get", "charges/{charge}/events"), ("get", "wallet/events")]
)
def test_streams_are_handed_over_with_a_ticket(world, shop, customer, method, path):
    api = Api(customer.token if path.startswith("wallet") else shop.token)

    answer = ask(api, method, path.format(**world))

    assert answer["X-Accel-Redirect"].startswith("/_streams/?ticket=")
    assert (answer["Content-Type"], answer["Cache-Control"]) == (
        "text/event-stream",
        "no-store",
    )
    assert answer.content == b""
