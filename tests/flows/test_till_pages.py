"""The till's pages: pair, unlock, sell, look back, lock."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from identity.bearer import digest_secret
from merchants.models import Role
from pos.authentication import TILL_COOKIE
from pos.models import Charge, Refund, Terminal, TerminalToken
from pos.terminals import add_terminal, offer_pairing, revoke_terminal
from tests import factories
from tests.conftest import Api
from tests.flows.steps import unlock
from tests.scripts import ARABIC
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def device():
    return Client(SERVER_NAME="pay.test")


@pytest.fixture
def paired(device, shop):
    device.post("/till/pair/", {"code": offer_pairing(shop.terminal)})
    return device


@pytest.fixture
def cashier(shop):
    return factories.hire_person(shop)


@pytest.fixture
def unlocked(paired, cashier):
    unlock(paired, cashier)
    return paired


def test_a_device_that_is_not_paired_is_sent_to_pair(device):
    for path in ("/till/", "/till/unlock/", "/till/activity/"):
        answer = device.get(path)

        assert (answer.status_code, answer["Location"]) == (302, "/till/pair/")


def test_the_right_code_pairs_once(device, shop):
    code = offer_pairing(shop.terminal)

    # Its digits from a keyboard of another script.
    typed = code.lower().translate(ARABIC)
    answer = device.post("/till/pair/", {"code": f" {typed} "})

    terminal = Terminal.objects.get(pk=shop.terminal.pk)
    cookie = answer.cookies[TILL_COOKIE]
    assert (answer.status_code, answer["Location"]) == (302, "/till/unlock/")
    assert terminal.is_paired
    assert terminal.pairing_code is None
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert TerminalToken.objects.filter(digest=digest_secret(cookie.value)).exists()


@pytest.mark.parametrize("code", ["", "ZZZZZZ", "x" * 500, "\u0430" * 6, "1\x002345"])
def test_a_wrong_code_pairs_nothing(device, shop, code):
    offer_pairing(shop.terminal)

    answer = device.post("/till/pair/", {"code": code})

    assert answer.status_code == 422
    assert TILL_COOKIE not in answer.cookies
    assert not Terminal.objects.get(pk=shop.terminal.pk).is_paired
    assert "This code is not right or too old." in answer.content.decode()


def test_a_used_code_pairs_no_second_device(paired, shop, device):
    code = offer_pairing(shop.terminal)
    Client().post("/till/pair/", {"code": code})

    answer = Client().post("/till/pair/", {"code": code})

    assert answer.status_code == 422


def test_an_old_code_pairs_nothing(device, shop):
    code = offer_pairing(shop.terminal)
    Terminal.objects.update(pairing_code_expires_at=timezone.now() - timedelta(seconds=1))

    assert device.post("/till/pair/", {"code": code}).status_code == 422


def test_a_second_device_puts_the_first_one_out(paired, shop):
    second = Client()
    second.post("/till/pair/", {"code": offer_pairing(shop.terminal)})

    assert paired.get("/till/unlock/")["Location"] == "/till/pair/"
    assert second.get("/till/unlock/").status_code == 200


def test_a_revoked_till_is_out_at_once(unlocked, shop):
    revoke_terminal(shop.terminal)

    assert unlocked.get("/till/")["Location"] == "/till/pair/"


def test_a_forged_cookie_is_no_till(device):
    device.cookies[TILL_COOKIE] = "tk_forged"

    assert device.get("/till/")["Location"] == "/till/pair/"


def test_only_this_store_s_cashiers_are_offered(paired, shop, cashier):
    accountant = factories.hire_person(shop, role=Role.ACCOUNTANT)
    stranger = factories.hire_person(factories.open_shop())
    gone = factories.hire_person(shop)
    gone.is_active = False
    gone.save()

    offered = paired.get("/till/unlock/").context["cashiers"]

    assert offered == [cashier]
    for person in (accountant, stranger, gone):
        answer = unlock(paired, person)
        assert answer.status_code == 422
        assert paired.get("/till/")["Location"] == "/till/unlock/"


def test_the_pin_unlocks(paired, cashier):
    answer = unlock(paired, cashier)

    page = paired.get("/till/")
    assert (answer.status_code, answer["Location"]) == (302, "/till/")
    assert page.status_code == 200
    assert page.context["cashier"] == cashier


def test_a_wrong_pin_does_not_unlock(paired, cashier):
    answer = unlock(paired, cashier, "000000")

    assert answer.status_code == 403
    assert "The PIN is not right. 4 tries left." in answer.content.decode()
    assert paired.get("/till/")["Location"] == "/till/unlock/"


def test_five_wrong_pins_lock_the_cashier(paired, cashier):
    for _ in range(5):
        unlock(paired, cashier, "000000")

    answer = unlock(paired, cashier)

    assert answer.status_code == 403
    assert "locked" in answer.content.decode()
    assert factories.count_tries(cashier.user) == 6


def test_locking_asks_for_the_pin_again(unlocked):
    answer = unlocked.post("/till/lock/")

    assert answer["Location"] == "/till/unlock/"
    assert unlocked.get("/till/")["Location"] == "/till/unlock/"
    assert unlocked.get("/till/activity/")["Location"] == "/till/unlock/"


def test_a_cashier_at_one_till_unlocks_no_other(unlocked, shop):
    other = Client()
    terminal = add_terminal(shop.store, name="Till 2")
    other.post("/till/pair/", {"code": offer_pairing(terminal)})

    assert other.get("/till/")["Location"] == "/till/unlock/"


def test_a_device_that_is_paired_again_is_locked(unlocked, shop):
    unlocked.post("/till/pair/", {"code": offer_pairing(shop.terminal)})

    assert unlocked.get("/till/")["Location"] == "/till/unlock/"


def test_a_shift_ends_by_itself(unlocked, shop):
    TerminalToken.objects.filter(terminal=shop.terminal).update(
        unlocked_at=timezone.now() - timedelta(hours=14)
    )

    assert unlocked.get("/till/")["Location"] == "/till/unlock/"


def test_a_locked_till_may_do_nothing(unlocked, shop, customer):
    sale = factories.sell(shop, customer)
    waiting = factories.make_charge(shop)
    unlocked.post("/till/lock/")

    with nothing_changes(sale), nothing_changes(waiting):
        answers = [
            unlocked.post(f"/api/v1/{path}", {}, content_type="application/json")
            for path in (
                "charges",
                f"charges/{sale.public_id}/refunds",
                f"charges/{waiting.public_id}/cancel",
                f"charges/{waiting.public_id}/extend",
            )
        ]

    assert [answer.status_code for answer in answers] == [401] * 4


def test_a_device_s_token_speaks_only_as_its_cookie(unlocked):
    api = Api(unlocked.cookies[TILL_COOKIE].value)

    answer = api.post("charges", {"amount": {"amount_minor": 480, "currency": "EUR"}})

    assert answer.status_code == 401


@pytest.mark.parametrize("change", ["left", "deactivated", "accountant"])
def test_who_may_no_longer_stand_here_is_out_at_once(unlocked, cashier, change):
    cashier.is_active = change != "left"
    cashier.role = Role.ACCOUNTANT if change == "accountant" else cashier.role
    cashier.save()
    cashier.user.is_active = change != "deactivated"
    cashier.user.save()

    assert unlocked.get("/till/")["Location"] == "/till/unlock/"


def test_the_till_shows_its_items_and_the_day(unlocked, shop, customer):
    factories.make_item(shop, name="Flat white", price_minor=380)
    sale = factories.sell(shop, customer, amount_minor=1000)
    factories.refund(shop, sale, amount_minor=300)

    page = unlocked.get("/till/")

    (shelf,) = page.context["shelves"]
    assert [item.name for item in shelf.items] == ["Flat white"]
    today = page.context["today"]
    assert (today["count"], today["amount_minor"], today["currency"]) == (1, 700, "EUR")
    assert timedelta() < today["until"] - timezone.now() <= timedelta(hours=25)
    assert (page.context["currency"], page.context["exponent"]) == ("EUR", 2)
    assert "Flat white" in page.content.decode()
    assert Terminal.objects.get(pk=shop.terminal.pk).last_seen_at is not None


def test_a_charge_made_on_the_page_carries_the_cashier(unlocked, cashier):
    answer = send(unlocked, "charges", {"amount": {"amount_minor": 480, "currency": "EUR"}})

    assert answer.status_code == 201
    assert Charge.objects.get().cashier == cashier


@pytest.mark.parametrize(("may_refund", "status"), [(False, 403), (True, 201)])
def test_a_cashier_refunds_only_by_right(paired, shop, customer, may_refund, status):
    cashier = factories.hire_person(shop, may_refund=may_refund)
    unlock(paired, cashier)
    sale = factories.sell(shop, customer)

    if may_refund:
        answer = send(paired, f"charges/{sale.public_id}/refunds", {})
        assert Refund.objects.get().cashier == cashier
    else:
        with nothing_changes(sale):
            answer = send(paired, f"charges/{sale.public_id}/refunds", {})

    assert answer.status_code == status
    assert paired.get("/till/activity/").context["may_refund"] is may_refund


def test_the_page_s_cookie_needs_the_csrf_token(unlocked, shop):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies[TILL_COOKIE] = unlocked.cookies[TILL_COOKIE].value
    body = {"amount": {"amount_minor": 480, "currency": "EUR"}}

    with nothing_changes():
        answer = send(strict, "charges", body)

    assert answer.status_code == 403
    assert answer.json()["code"] == "not_allowed"
    assert (
        send(strict, "charges", body, Authorization=f"Bearer {shop.token}").status_code == 201
    )


def test_activity_lists_charges_by_status_a_page_at_a_time(unlocked, shop, customer):
    charges = [factories.make_charge(shop) for _ in range(51)]
    sold = factories.sell(shop, customer)

    first = unlocked.get("/till/activity/")
    second = unlocked.get("/till/activity/", {"after": first.context["next_cursor"]})
    paid = unlocked.get("/till/activity/", {"status": "captured"})

    newest_first = [sold, *reversed(charges)]
    assert [*first.context["charges"], *second.context["charges"]] == newest_first
    assert (len(first.context["charges"]), second.context["next_cursor"]) == (50, None)
    assert paid.context["charges"] == [sold]
    assert sold.short_code_grouped in paid.content.decode()


def test_activity_names_the_amount_of_each_refund(unlocked, shop, customer):
    charge = factories.sell(shop, customer, amount_minor=1_200)
    for amount_minor in (300, 450):
        factories.refund(shop, charge, amount_minor=amount_minor)

    page = unlocked.get("/till/activity/").content.decode()

    for amount in ("€3.00", "€4.50"):
        assert page.count(f"Refunded <bdi>{amount}</bdi>") == 1
    assert "\N{MINUS SIGN}€7.50" in page


@pytest.mark.parametrize("after", ["x", "ch_", "\x00", "9" * 5000])
def test_a_cursor_that_is_none_is_not_found(unlocked, after):
    assert unlocked.get("/till/activity/", {"after": after}).status_code == 404


def test_pages_are_never_kept_and_run_only_our_scripts(unlocked):
    page = unlocked.get("/till/")

    policy = page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert page["X-Frame-Options"] == "DENY"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bon\w+=|\bstyle=", page.content.decode())


def send(client, path, body, **headers):
    headers = {"Idempotency-Key": str(uuid4())} | headers
    return client.post(
        f"/api/v1/{path}", body, content_type="application/json", headers=headers
    )


def test_a_device_is_asked_for_its_code(device):
    page = device.get("/till/pair/")

    assert (page.status_code, page.context["error"]) == (200, "")
    assert 'name="code"' in page.content.decode()


def read_version(unlocked):
    """Return the version of the items that the desk tells the till's page."""
    (version,) = re.findall(
        r'id="items-version" value="([^"]+)"', unlocked.get("/till/desk/").content.decode()
    )
    return version


def test_the_desk_tells_when_the_shop_sells_something_else(unlocked, shop):
    first = factories.make_item(shop)
    before = read_version(unlocked)
    page = unlocked.get("/till/").content.decode()
    assert f'data-version="{before}"' in page

    assert read_version(unlocked) == before
    factories.make_item(shop, name="Bun")
    assert read_version(unlocked) != before
    answer = unlocked.get("/till/items/")

    assert answer.status_code == 200
    assert "Bun" in answer.content.decode()
    assert first.public_id in answer.content.decode()
    assert f'data-version="{read_version(unlocked)}"' in answer.content.decode()


def test_the_items_of_a_locked_till_are_behind_its_lock(unlocked):
    unlocked.post("/till/lock/")

    answer = unlocked.get("/till/items/")

    assert (answer.status_code, answer["Location"]) == (302, "/till/unlock/")


def test_many_items_ask_no_more_than_one(unlocked, shop, django_assert_num_queries):
    factories.make_item(shop)
    unlocked.get("/till/items/")
    for number in range(4):
        factories.make_item(shop, name=f"Bun {number}")

    # Who holds the till, its version of the items, the items and their groups of choices.
    with django_assert_num_queries(4):
        unlocked.get("/till/items/")
