"""Rows 5 and 6 of a charge's life: the shop cancels or extends it, or its time runs out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pos.charges import sweep_charges
from pos.models import Charge
from pos.tasks import sweep
from pos.terminals import add_terminal, issue_token
from relay.events import list_events
from tests import factories
from tests.clocks import let_expire, let_lease_end, let_near_end, let_pass
from tests.conftest import Api
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


def cancel(till, charge):
    return till.post(f"charges/{charge.public_id}/cancel")


def extend(till, charge):
    return till.post(f"charges/{charge.public_id}/extend")


def kinds(charge):
    return [event.kind for event in list_events(charge.id)]


def test_an_open_charge_is_canceled(till, charge):
    answer = cancel(till, charge)

    charge.refresh_from_db()
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["version"]) == ("canceled", 2)
    assert charge.status == "canceled"
    assert kinds(charge) == ["charge.created", "charge.canceled"]


def test_a_claimed_charge_is_canceled(till, charge, customer):
    factories.claim(customer, charge)

    answer = cancel(till, charge)

    assert answer.json()["status"] == "canceled"
    assert answer.json()["payer"] is None


def test_canceling_twice_gives_the_same(till, charge):
    first = cancel(till, charge).json()
    charge.refresh_from_db()

    with nothing_changes(charge):
        again = cancel(till, charge)

    assert again.status_code == 200
    assert (again.json()["status"], again.json()["version"]) == ("canceled", first["version"])


def test_a_captured_charge_is_not_canceled(till, shop, customer):
    charge = factories.sell(shop, customer)

    with nothing_changes(charge):
        answer = cancel(till, charge)

    assert answer.status_code == 409
    assert answer.json()["code"] == "charge_not_cancelable"
    assert answer.json()["charge_status"] == "captured"


def test_an_expired_charge_is_not_canceled(till, charge):
    let_expire(charge)

    with nothing_changes(charge):
        answer = cancel(till, charge)

    assert answer.status_code == 409
    assert answer.json()["charge_status"] == "expired"


def test_a_till_cancels_what_another_till_of_its_store_charged(shop, charge):
    neighbour = add_terminal(shop.store, name="Till 2")

    answer = cancel(Api(issue_token(neighbour)), charge)

    assert answer.status_code == 200


def test_an_open_charge_expires_by_the_clock(till, charge):
    let_expire(charge)

    shown = till.get(f"charges/{charge.public_id}").json()

    charge.refresh_from_db()
    assert shown["status"] == "expired"
    assert charge.status == "open"


def test_the_sweep_writes_down_what_expired(charge, shop, customer):
    claimed = factories.claim(customer, factories.make_charge(shop)).charge
    let_expire(charge)
    let_expire(claimed)

    moved = sweep_charges()

    charge.refresh_from_db()
    claimed.refresh_from_db()
    assert moved == 2
    assert (charge.status, charge.expired_at) == ("expired", charge.expires_at)
    assert (claimed.status, claimed.expired_at) == ("expired", claimed.expires_at)
    assert kinds(charge) == ["charge.created", "charge.expired"]
    assert list_events(charge.id)[-1].actor == "clock"


def test_the_sweep_opens_what_was_claimed_too_long(charge, customer):
    factories.claim(customer, charge)
    let_lease_end(charge)

    moved = sweep_charges()

    charge.refresh_from_db()
    assert moved == 1
    assert (charge.status, charge.payer_account_id) == ("open", None)
    assert kinds(charge) == ["charge.created", "charge.claimed", "charge.released"]


def test_the_sweep_leaves_all_others_alone(shop, customer, charge):
    claimed = factories.claim(customer, factories.make_charge(shop)).charge
    captured = factories.sell(shop, customer)
    let_pass(captured, hours=3)

    with nothing_changes(charge, claimed, captured):
        sweep()


def test_the_sweep_may_run_again(charge):
    let_expire(charge)
    sweep()
    charge.refresh_from_db()

    with nothing_changes(charge):
        sweep()


def test_a_sweep_takes_only_so_many(shop):
    charges = [factories.make_charge(shop) for _ in range(3)]
    for charge in charges:
        let_expire(charge)

    assert sweep_charges(most=2) == 2
    assert sweep_charges(most=2) == 1


def test_a_waiting_customer_gets_five_more_minutes(till, charge):
    let_near_end(charge, left_s=20)

    answer = extend(till, charge)

    charge.refresh_from_db()
    left = charge.expires_at - timezone.now()
    assert answer.status_code == 200
    assert answer.json()["status"] == "open"
    assert timedelta(seconds=318) < left <= timedelta(seconds=320)
    assert kinds(charge) == ["charge.created", "charge.extended"]


def test_a_charge_lives_for_two_hours_at_most(till, charge):
    let_pass(charge, minutes=118)
    let_near_end(charge, left_s=20)

    within = extend(till, charge)
    charge.refresh_from_db()
    with nothing_changes(charge):
        beyond = extend(till, charge)

    assert within.status_code == 200
    assert charge.expires_at == charge.created_at + timedelta(hours=2)
    assert beyond.status_code == 409
    assert beyond.json()["code"] == "charge_not_extendable"
    assert beyond.json()["charge_status"] == "open"


@pytest.mark.parametrize("status", ["captured", "canceled", "expired"])
def test_what_is_over_is_not_extended(till, shop, customer, status):
    charge = factories.make_charge(shop)
    if status == "captured":
        factories.confirm(customer, factories.claim(customer, charge))
    elif status == "canceled":
        cancel(till, charge)
    else:
        let_expire(charge)
    charge.refresh_from_db()

    with nothing_changes(charge):
        answer = extend(till, charge)

    assert answer.status_code == 409
    assert answer.json()["charge_status"] == status


def test_events_are_the_changes_of_status_and_nothing_else(shop, customer, till):
    factories.sell(shop, customer)
    cancel(till, factories.make_charge(shop))
    expired = factories.make_charge(shop)
    let_expire(expired)
    sweep()

    versions = {
        charge.status: (charge.version, [event.facts["version"] for event in events])
        for charge in Charge.objects.all()
        if (events := list_events(charge.id))
    }

    assert versions == {
        "captured": (3, [1, 2, 3]),
        "canceled": (2, [1, 2]),
        "expired": (2, [1, 2]),
    }
