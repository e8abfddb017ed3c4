"""Row 8 of a charge's life: refunds, whole, in part and repeated."""

import pytest

from ledger.queries import read_balance, sum_balance
from merchants.models import SettlementLine
from pos.models import Refund
from relay.events import list_events
from tests import factories
from tests.clocks import let_pass
from tests.conftest import Api
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge(shop, customer):
    return factories.sell(shop, customer, amount_minor=1000)


def refund(api, charge, amount_minor=None, **more):
    body = dict(more)
    if amount_minor is not None:
        body["amount"] = {"amount_minor": amount_minor, "currency": "EUR"}
    return api.post(f"charges/{charge.public_id}/refunds", body)


def assert_refused(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_whole_amount_goes_back(till, charge, shop, customer, proofs_hold):
    answer = refund(till, charge, reason="Cold coffee")

    row = Refund.objects.get()
    charge.refresh_from_db()
    assert answer.status_code == 201
    assert answer.json() | {"created_at": ""} == {
        "id": row.public_id,
        "charge": charge.public_id,
        "amount": {"amount_minor": 1000, "currency": "EUR"},
        "tip": {"amount_minor": 0, "currency": "EUR"},
        "vat": [],
        "reason": "Cold coffee",
        "status": "done",
        "terminal": shop.terminal.public_id,
        "cashier": None,
        "created_at": "",
    }
    assert (charge.refunded_minor, charge.refunds_count) == (1000, 1)
    assert charge.status == "captured"
    assert read_balance(customer.wallet.account_id) == 10_000
    assert sum_balance(shop.store.takings_account_id) == 0
    proofs_hold()


def test_parts_go_back_until_nothing_is_left(till, charge, customer, proofs_hold):
    parts = [refund(till, charge, 300), refund(till, charge, 200), refund(till, charge)]

    charge.refresh_from_db()
    amounts = [answer.json()["amount"]["amount_minor"] for answer in parts]
    assert amounts == [300, 200, 500]
    assert (charge.refunded_minor, charge.refunds_count) == (1000, 3)
    assert read_balance(customer.wallet.account_id) == 10_000
    listed = till.get(f"charges/{charge.public_id}/refunds").json()["data"]
    assert [each["amount"]["amount_minor"] for each in listed] == [300, 200, 500]
    proofs_hold()


def test_more_than_is_left_is_refused(till, charge):
    refund(till, charge, 600)
    charge.refresh_from_db()

    with nothing_changes(charge):
        answer = refund(till, charge, 401)

    assert_refused(answer, 409, "refund_exceeds_captured")
    assert answer.json()["refundable_minor"] == 400
    assert answer.json()["errors"][0]["field"] == "amount.amount_minor"


def test_nothing_is_left_after_all_went_back(till, charge):
    refund(till, charge)
    charge.refresh_from_db()

    with nothing_changes(charge):
        answer = refund(till, charge)

    assert_refused(answer, 409, "refund_exceeds_captured")
    assert answer.json()["refundable_minor"] == 0


@pytest.mark.parametrize("status", ["open", "claimed", "canceled"])
def test_only_a_paid_charge_is_refunded(till, shop, customer, status):
    charge = factories.make_charge(shop)
    if status == "claimed":
        factories.claim(customer, charge)
    if status == "canceled":
        till.post(f"charges/{charge.public_id}/cancel")
    charge.refresh_from_db()

    with nothing_changes(charge):
        answer = refund(till, charge)

    assert charge.status == status
    assert_refused(answer, 409, "refund_not_possible")


def test_the_window_is_365_days(till, charge):
    let_pass(charge, days=365, seconds=-60)
    within = refund(till, charge, 1)
    let_pass(charge, seconds=61)

    with nothing_changes(charge):
        after = refund(till, charge, 1)

    assert within.status_code == 201
    assert_refused(after, 409, "refund_not_possible")


def test_a_sale_is_refunded_in_50_parts_at_most(till, charge, shop):
    for _ in range(50):
        factories.refund(shop, charge, amount_minor=1)
    charge.refresh_from_db()

    with nothing_changes(charge):
        answer = refund(till, charge, 1)

    assert charge.refunds_count == 50
    assert_refused(answer, 409, "refund_not_possible")


def test_another_currency_is_refused(till, charge):
    body = {"amount": {"amount_minor": 1, "currency": "USD"}}

    with nothing_changes(charge):
        answer = till.post(f"charges/{charge.public_id}/refunds", body)

    assert_refused(answer, 422, "currency_mismatch")


def test_a_till_without_the_right_is_refused(till, charge, shop):
    shop.terminal.may_refund = False
    shop.terminal.save()

    with nothing_changes(charge):
        answer = refund(till, charge)

    assert_refused(answer, 403, "refund_not_allowed")


def test_the_merchant_s_server_may_refund(charge, shop):
    answer = refund(Api(shop.key), charge)

    assert answer.status_code == 201
    assert Refund.objects.get().terminal is None


def test_another_merchant_s_charge_looks_like_an_unknown_one(charge):
    stranger = factories.open_shop()

    with nothing_changes(charge):
        by_key = refund(Api(stranger.key), charge)
        by_till = refund(Api(stranger.token), charge)
        unknown = Api(stranger.key).post("charges/ch_" + "0" * 26 + "/refunds", {})

    assert_refused(unknown, 404, "not_found")
    assert by_key.json() == by_till.json() == unknown.json()


def test_takings_that_are_settled_make_a_receivable(till, charge, shop, customer, proofs_hold):
    factories.settle(shop)
    balance = factories.balance_of(shop)

    answer = refund(till, charge, 400)

    line = SettlementLine.objects.get(kind="refund")
    assert answer.status_code == 201
    assert line.is_receivable
    assert sum_balance(balance.receivable_account_id) == 400
    assert sum_balance(shop.store.takings_account_id) == 0
    assert read_balance(customer.wallet.account_id) == 9400
    proofs_hold()


def test_takings_are_used_as_long_as_they_last(till, charge, shop, customer, proofs_hold):
    factories.settle(shop)
    balance = factories.balance_of(shop)
    factories.sell(shop, customer, amount_minor=500)

    refund(till, charge, 501)
    refund(till, charge, 499)

    assert sum_balance(balance.receivable_account_id) == 501
    assert sum_balance(shop.store.takings_account_id) == 1
    proofs_hold()


def test_a_refund_is_on_the_next_settlement_and_in_the_feed(till, charge, shop):
    refund(till, charge, 400)

    row = Refund.objects.get()
    line = SettlementLine.objects.get(kind="refund")
    event = list_events(charge.id)[-1]
    assert (line.id, line.charge_id, line.amount_minor) == (row.id, charge.id, 400)
    assert (line.fee_minor, line.net_minor, line.is_receivable) == (0, -400, False)
    assert (event.kind, event.actor) == ("charge.refunded", shop.terminal.public_id)
    assert event.facts == {"refund": row.public_id, "amount_minor": 400}


def test_the_charge_shows_what_went_back(till, charge):
    refund(till, charge, 400)

    shown = till.get(f"charges/{charge.public_id}").json()

    assert shown["refunded"] == {"amount_minor": 400, "currency": "EUR"}
    assert (shown["status"], shown["version"]) == ("captured", 4)
