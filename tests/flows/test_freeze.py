"""A frozen wallet: no money leaves it, by no way; money comes in."""

import uuid

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from identity.bearer import digest_secret
from identity.tries import TRIES_MAX
from ledger.queries import read_balance
from pos.models import Charge
from pos.payloads import write_link
from relay.letters import send_due_letters
from tests import factories
from tests.conftest import Api
from tests.flows.steps import claim_by_api, collect, open_wallet
from tests.paycodes import show_code
from tests.snapshots import nothing_changes
from wallet.claims import claim_by_session
from wallet.errors import FrozenByOperator, WalletFrozen
from wallet.freezing import (
    freeze,
    freeze_by_operator,
    lift_by_operators,
    unfreeze,
)
from wallet.models import Attempt, Wallet
from wallet.payments import pay_by_session
from wallet.redemptions import lock_unfrozen
from wallet.wallets import top_up

pytestmark = pytest.mark.django_db
SAFETY = "/wallet/safety/"


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


@pytest.fixture
def claim(customer, charge):
    return factories.claim(customer, charge)


@pytest.fixture
def pages(customer):
    return open_wallet(customer)


def read_state():
    wallet = Wallet.objects.get()
    return wallet.frozen_by, wallet.frozen_at is not None


def test_one_tap_freezes_and_a_second_changes_nothing(pages):
    pages.post(f"{SAFETY}freeze/")
    first = Wallet.objects.get().frozen_at
    pages.post(f"{SAFETY}freeze/")

    assert Wallet.objects.get().frozen_at == first
    assert read_state() == ("owner", True)
    send_due_letters()
    assert [each.subject for each in mail.outbox] == ["Your wallet is frozen"]


@pytest.mark.parametrize("path", ["/wallet/", SAFETY, "/wallet/scan/", "/wallet/my-code/"])
def test_each_page_says_that_the_wallet_is_frozen(customer, pages, path):
    assert "This wallet is frozen." not in pages.get(path).content.decode()

    freeze(customer.wallet)

    assert "This wallet is frozen." in pages.get(path).content.decode()


@pytest.mark.parametrize("pin", ["", factories.PIN])
def test_a_claim_that_stands_is_not_paid(customer, phone, claim, nothing_moved, pin):
    freeze(customer.wallet)

    answer = phone.post("wallet/payments", {"claim": claim.public_id, "pin": pin})

    assert (answer.status_code, answer.json()["code"]) == (403, "wallet_frozen")
    assert nothing_moved()
    assert Attempt.objects.get().reason == "wallet_frozen"
    assert Charge.objects.get().status == "claimed"


def test_the_statement_itself_refuses_whoever_asks_it(customer, claim, nothing_moved):
    """The wallet in hand was read before the freeze, as in a request that is under way."""
    freeze(Wallet.objects.get())
    assert customer.wallet.frozen_at is None

    with pytest.raises(WalletFrozen):
        factories.confirm(customer, claim)

    assert nothing_moved()


def test_the_express_lane_s_statements_find_nothing_to_do(customer, shop, nothing_moved):
    open_charge = factories.make_charge(shop)
    claim = factories.claim(customer, factories.make_charge(shop))
    digest = digest_secret(customer.token)
    freeze(customer.wallet)

    assert claim_by_session(digest, open_charge.token) is None
    assert pay_by_session(digest, claim.id, idempotency_key="1", request_hash=b"1") is None

    assert nothing_moved()
    assert Charge.objects.get(pk=open_charge.pk).status == "open"


def test_no_claim_is_made(customer, phone, charge, shop):
    code = factories.print_code(shop)
    freeze(customer.wallet)
    link = {"payload": charge.short_code}

    for answer in (
        phone.post("wallet/claims", link),
        claim_by_api(phone, code, amount={"amount_minor": 480, "currency": "EUR"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "wallet_frozen")

    assert {each.status for each in Charge.objects.all()} == {"open"}


def test_the_pay_page_says_why_and_claims_nothing(customer, pages, charge):
    freeze(customer.wallet)

    page = pages.get("/" + write_link(charge).lower().split("/", 3)[3])

    assert "Your wallet is frozen" in page.content.decode()
    assert Charge.objects.get().status == "open"


def test_a_payment_code_collects_nothing_and_the_sale_is_open_again(
    customer, till, charge, nothing_moved
):
    code = show_code(customer)
    freeze(customer.wallet)
    key = str(uuid.uuid4())

    for _ in range(2):
        answer = collect(till, charge, code, key=key)
        assert (answer.status_code, answer.json()["code"]) == (403, "wallet_frozen")

    assert nothing_moved()
    assert Charge.objects.get().status == "open"


def test_what_was_paid_before_is_told_again(customer, phone, claim):
    body, key = {"claim": claim.public_id}, str(uuid.uuid4())
    first = phone.post("wallet/payments", body, key=key)
    freeze(customer.wallet)

    again = phone.post("wallet/payments", body, key=key)

    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])


def test_money_comes_in(customer, shop):
    sold = factories.sell(shop, customer)
    freeze(customer.wallet)

    factories.refund(shop, sold)
    top_up(customer.wallet, amount_minor=500, reference="bank")

    assert read_balance(customer.wallet.account_id) == 10_500


def test_the_pin_unfreezes_and_the_wallet_pays(customer, pages, claim):
    freeze(customer.wallet)

    pages.post(f"{SAFETY}unfreeze/", {"pin": factories.PIN})

    assert read_state() == ("", False)
    assert factories.confirm(customer, claim).charge.status == "captured"
    send_due_letters()
    assert mail.outbox[-1].subject == "Your wallet is not frozen any more"


@pytest.mark.parametrize(
    ("pin", "status", "said"),
    [("", 422, "six digits"), ("12", 422, "six digits"), ("111222", 403, "4 tries left")],
)
def test_without_the_pin_it_stays_frozen(customer, pages, pin, status, said):
    freeze(customer.wallet)

    answer = pages.post(f"{SAFETY}unfreeze/", {"pin": pin})

    assert answer.status_code == status
    assert said in answer.content.decode()
    assert read_state() == ("owner", True)


def test_five_wrong_pins_lock_the_right_one(customer, pages):
    freeze(customer.wallet)
    for _ in range(TRIES_MAX):
        pages.post(f"{SAFETY}unfreeze/", {"pin": "111222"})

    answer = pages.post(f"{SAFETY}unfreeze/", {"pin": factories.PIN})

    assert answer.status_code == 403
    assert read_state() == ("owner", True)


def test_an_operator_s_freeze_is_not_lifted_by_the_owner(customer, pages):
    freeze(customer.wallet)
    assert freeze_by_operator(customer.wallet)
    assert not freeze_by_operator(customer.wallet)

    answer = pages.post(f"{SAFETY}unfreeze/", {"pin": factories.PIN})
    assert "Frozen by the operator" in answer.content.decode()
    with pytest.raises(FrozenByOperator):
        unfreeze(customer.wallet, pin=factories.PIN)
    freeze(customer.wallet)
    assert read_state() == ("operator", True)

    lift_by_operators(customer.wallet)
    assert read_state() == ("", False)


def test_operators_lift_no_freeze_of_the_owner_s(customer):
    freeze(customer.wallet)

    lift_by_operators(customer.wallet)

    assert read_state() == ("owner", True)


def test_what_else_takes_money_out_asks_first(customer):
    stale = customer.wallet
    lock_unfrozen(stale)

    freeze(Wallet.objects.get())

    with pytest.raises(WalletFrozen):
        lock_unfrozen(stale)


def test_a_freeze_always_has_its_author(customer):
    with pytest.raises(IntegrityError), transaction.atomic():
        Wallet.objects.update(frozen_by="owner")


def test_freezing_takes_a_post_and_a_session(customer, pages):
    with nothing_changes():
        assert pages.get(f"{SAFETY}freeze/").status_code == 405
        assert Api("").client.post(f"{SAFETY}freeze/").status_code == 302

    assert read_state() == ("", False)
