"""Tills in the dashboard: added with a code, renamed, and moved to another store."""

import pytest

from merchants.models import Role
from merchants.onboarding import open_store
from pos.charges import create_charge
from pos.counter_codes import create_counter_code, revoke_counter_code
from pos.errors import TillMoved
from pos.forms import NewTillForm
from pos.models import Charge, Terminal, TerminalToken
from pos.principals import act_at_till
from pos.terminals import offer_pairing, pair_terminal
from tests import factories
from tests.conftest import Api
from tests.flows.routes import shop_stays_as_it_is
from tests.flows.steps import euros, open_browser, open_dashboard, sign_id, unlock

pytestmark = pytest.mark.django_db
IN_USE = "A counter code of this store tells this till."
UNSEEN = "Nobody has seen a payment at this till yet."


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def kiosk(shop):
    return open_store(shop.merchant, name="Kiosk", currency="EUR")


@pytest.fixture
def page(shop):
    return f"/dashboard/tills/{shop.terminal.public_id}/"


@pytest.fixture
def device(shop):
    """A tablet, paired and unlocked."""
    browser = open_browser()
    browser.post("/till/pair/", {"code": offer_pairing(shop.terminal)})
    unlock(browser, factories.hire_person(shop))
    return browser


def test_a_till_is_added_and_its_code_is_shown_once(owner, shop):
    new = f"/dashboard/stores/{shop.store.public_id}/tills/new/"
    typed = {"name": "Bar", "made_id": sign_id(NewTillForm, 3)}

    answer = owner.post(new, typed)

    till = Terminal.objects.get(name="Bar")
    page = owner.get(answer["Location"]).content.decode()
    assert till.live_pairing_code
    assert till.live_pairing_code in page
    assert owner.post(new, typed)["Location"] == answer["Location"]
    assert Terminal.objects.get(name="Bar").pairing_code == till.pairing_code
    assert pair_terminal(till.live_pairing_code)
    kept = owner.post(new, typed | {"name": "Terrace"})
    assert kept.status_code == 409


def test_a_till_needs_a_name(owner, shop, page, kiosk):
    new = f"/dashboard/stores/{shop.store.public_id}/tills/new/"
    with shop_stays_as_it_is():
        answers = [
            owner.post(new, {"name": " "}),
            owner.post(page, {"name": "x" * 41, "store": shop.store.public_id}),
            owner.post(page, {"name": "Bar", "store": "st_nothing"}),
        ]

    assert [answer.status_code for answer in answers] == [422] * 3
    assert "Type the till&#x27;s name" in answers[0].content.decode()
    assert answers[2].context["form"].errors["store"] == ["Choose the store."]


def test_a_till_is_renamed_and_sells_on(owner, shop, page, device):
    owner.post(page, {"name": "Bar", "store": shop.store.public_id})

    shop.terminal.refresh_from_db()
    assert shop.terminal.name == "Bar"
    assert device.get("/till/").status_code == 200


def test_a_till_that_moves_is_locked_for_the_cashiers_of_its_new_store(
    owner, shop, page, kiosk, device
):
    waiting = factories.make_charge(shop)
    cashier = factories.hire_person(shop)
    cashier.store = shop.store
    cashier.save(update_fields=["store"])

    answer = owner.post(page, {"name": "Till 1", "store": kiosk.public_id})

    assert answer.status_code == 302
    assert Charge.objects.get(pk=waiting.pk).status == "canceled"
    assert device.get("/till/")["Location"] == "/till/unlock/"
    lock = device.get("/till/unlock/")
    assert lock.context["store"] == kiosk
    assert cashier not in lock.context["cashiers"]
    assert TerminalToken.objects.filter(terminal=shop.terminal, cashier=None).count() == 2


def test_a_till_that_a_counter_code_tells_stays(owner, shop, page, kiosk):
    code = factories.print_code(shop, at_till=True)
    typed = {"name": "Bar", "store": kiosk.public_id}

    with shop_stays_as_it_is():
        refused = owner.post(page, typed)

    assert refused.status_code == 409
    assert IN_USE in refused.context["form"].errors["store"][0]
    revoke_counter_code(code, actor="test")
    assert owner.post(page, typed).status_code == 302


def test_a_till_with_a_payment_that_nobody_saw_stays(
    owner, shop, page, kiosk, customer, device
):
    at_till = act_at_till(shop.terminal, factories.hire_person(shop))
    charge = create_charge(at_till, factories.plan_charge(shop))
    factories.confirm(customer, factories.claim(customer, charge))
    typed = {"name": "Till 1", "store": kiosk.public_id}

    with shop_stays_as_it_is():
        refused = owner.post(page, typed)

    assert UNSEEN in refused.context["form"].errors["store"][0]
    device.post("/till/desk/", {"seen": charge.public_id})
    assert owner.post(page, typed).status_code == 302


def test_what_was_begun_before_the_till_moved_is_done_in_neither_store(
    owner, shop, page, kiosk
):
    at_till = act_at_till(shop.terminal, factories.hire_person(shop))
    printed = factories.plan_code(shop, at_till=True)
    owner.post(page, {"name": "Till 1", "store": kiosk.public_id})

    with shop_stays_as_it_is():
        with pytest.raises(TillMoved):
            create_charge(at_till, factories.plan_charge(shop))
        with pytest.raises(TillMoved):
            create_counter_code(shop.store, printed, actor="test")


def test_a_program_with_a_token_of_a_till_that_moved_sells_for_its_new_store(
    owner, shop, page, kiosk
):
    owner.post(page, {"name": "Till 1", "store": kiosk.public_id})

    sold = Api(shop.token).post("charges", {"amount": euros(480)})

    assert sold.status_code == 201
    assert Charge.objects.get().store == kiosk
    assert "go on, for the new store" in owner.get(page).content.decode()


def test_a_till_does_not_move_to_another_merchant(owner, shop, page):
    stranger = factories.open_shop()

    with shop_stays_as_it_is():
        answer = owner.post(page, {"name": "Till 1", "store": stranger.store.public_id})

    assert answer.status_code == 422
