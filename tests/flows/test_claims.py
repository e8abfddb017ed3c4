"""Rows 2 and 3 of a charge's life: the payer's phone claims it, and gives it back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pos.charges import cancel_charge
from pos.models import Charge
from relay.events import list_events
from tests import factories
from tests.clocks import let_expire, let_lease_end, let_near_end, let_pass
from tests.conftest import Api
from tests.snapshots import nothing_changes
from wallet.models import Claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


def scan(phone, charge):
    return phone.post("wallet/claims", {"payload": charge.short_code})


def is_ahead(moment, *, by_s):
    """Return whether it was so far ahead some seconds ago: an answer may take a while."""
    return by_s - 20 < (moment - timezone.now()).total_seconds() <= by_s


def test_the_first_phone_claims_for_a_minute(phone, till, charge, customer):
    answer = scan(phone, charge)

    charge.refresh_from_db()
    claim = Claim.objects.get()
    assert answer.status_code == 201
    assert answer.json()["id"] == claim.public_id
    assert answer.json()["needs"] == []
    assert answer.json()["charge"]["check_word"] == charge.check_word
    assert (charge.status, charge.version) == ("claimed", 2)
    assert charge.payer_account_id == customer.wallet.account_id
    assert is_ahead(charge.lease_until, by_s=60)
    shown = till.get(f"charges/{charge.public_id}").json()
    assert (shown["status"], shown["payer"]) == ("claimed", "Li W.")


def test_the_payer_learns_whom_they_pay(phone, charge, shop):
    shown = scan(phone, charge).json()["charge"]

    assert shown["merchant"] == {"name": shop.merchant.name, "is_verified": True}
    assert shown["store_name"] == shop.store.name
    assert shown["store_address"] == "12 Quay Street"


def test_a_second_phone_is_refused(phone, another_phone, charge):
    scan(phone, charge)

    with nothing_changes(charge):
        answer = scan(another_phone, charge)

    assert answer.status_code == 409
    assert answer.json()["code"] == "charge_claimed_by_another"


def test_the_same_phone_renews_its_claim(phone, charge):
    first = scan(phone, charge).json()
    let_pass(charge, seconds=40)

    again = scan(phone, charge).json()

    charge.refresh_from_db()
    assert again["id"] == first["id"]
    assert is_ahead(charge.lease_until, by_s=60)
    assert charge.version == 3
    kinds = [event.kind for event in list_events(charge.id)]
    assert kinds == ["charge.created", "charge.claimed"]


def test_a_claim_that_is_over_is_open_again_for_anybody(
    phone, another_phone, till, charge, another
):
    scan(phone, charge)
    let_lease_end(charge)

    seen_meanwhile = till.get(f"charges/{charge.public_id}").json()
    answer = scan(another_phone, charge)

    charge.refresh_from_db()
    assert (seen_meanwhile["status"], seen_meanwhile["payer"]) == ("open", None)
    assert answer.status_code == 201
    assert charge.payer_account_id == another.wallet.account_id
    assert charge.payer_name == "Ana S."


def test_whoever_was_too_slow_is_refused_once_another_claims(phone, another_phone, charge):
    claim = scan(phone, charge).json()["id"]
    let_lease_end(charge)
    scan(another_phone, charge)

    with nothing_changes(charge):
        answer = phone.post("wallet/payments", {"claim": claim})

    assert answer.status_code == 409
    assert answer.json()["code"] == "charge_not_payable"


def test_an_expired_charge_is_refused_with_no_sweeper(phone, charge):
    let_expire(charge)

    with nothing_changes(charge):
        answer = scan(phone, charge)

    assert charge.status == "open"
    assert answer.status_code == 409
    assert answer.json()["code"] == "charge_not_payable"
    assert answer.json()["charge_status"] == "expired"


def test_a_canceled_charge_is_refused(phone, charge, shop):
    cancel_charge(charge.id, principal=shop.till)

    with nothing_changes(charge):
        answer = scan(phone, charge)

    assert answer.json()["charge_status"] == "canceled"


def test_a_captured_charge_is_refused(shop, customer, another_phone):
    charge = factories.sell(shop, customer)

    with nothing_changes(charge):
        answer = scan(another_phone, charge)

    assert answer.status_code == 409
    assert answer.json()["charge_status"] == "captured"


def test_the_expiry_is_extended_once_for_the_payer(phone, charge):
    let_near_end(charge, left_s=10)

    scan(phone, charge)

    charge.refresh_from_db()
    assert charge.was_extended_for_payer
    assert abs(charge.expires_at - charge.lease_until) < timedelta(milliseconds=1)
    assert is_ahead(charge.expires_at, by_s=60)


def test_the_expiry_is_not_extended_twice(phone, another_phone, charge):
    let_near_end(charge, left_s=10)
    scan(phone, charge)
    let_pass(charge, seconds=30)
    ends_at = charge.expires_at

    renewed = scan(phone, charge)
    let_lease_end(charge)
    by_another = scan(another_phone, charge)

    charge.refresh_from_db()
    assert (renewed.status_code, by_another.status_code) == (201, 201)
    assert charge.expires_at == ends_at
    assert charge.lease_until == ends_at


def test_a_charge_with_time_left_is_not_extended(phone, charge):
    expires_at = Charge.objects.get(pk=charge.id).expires_at

    scan(phone, charge)

    charge.refresh_from_db()
    assert not charge.was_extended_for_payer
    assert charge.expires_at == expires_at


def test_declining_opens_the_charge_again(phone, another_phone, charge):
    claim = scan(phone, charge).json()["id"]

    answer = phone.delete(f"wallet/claims/{claim}")

    charge.refresh_from_db()
    assert answer.status_code == 204
    assert (charge.status, charge.payer_account_id, charge.payer_name) == ("open", None, "")
    assert (charge.claimed_at, charge.lease_until) == (None, None)
    assert scan(another_phone, charge).status_code == 201


def test_declining_twice_changes_nothing_more(phone, another_phone, charge):
    claim = scan(phone, charge).json()["id"]
    phone.delete(f"wallet/claims/{claim}")
    scan(another_phone, charge)
    charge.refresh_from_db()

    with nothing_changes(charge):
        answer = phone.delete(f"wallet/claims/{claim}")

    assert answer.status_code == 204


def test_nobody_declines_for_another(phone, another_phone, charge):
    claim = scan(phone, charge).json()["id"]
    charge.refresh_from_db()

    with nothing_changes(charge):
        answer = another_phone.delete(f"wallet/claims/{claim}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_a_paid_charge_is_not_given_back(shop, customer, phone):
    charge = factories.make_charge(shop)
    claim = factories.claim(customer, charge)
    factories.confirm(customer, claim)
    charge.refresh_from_db()

    with nothing_changes(charge):
        answer = phone.delete(f"wallet/claims/{claim.public_id}")

    assert answer.status_code == 204
    assert charge.status == "captured"


def test_a_wallet_in_another_currency_is_refused(charge):
    phone = Api(factories.open_customer(currency="JPY").token)

    with nothing_changes(charge):
        answer = scan(phone, charge)

    assert answer.status_code == 422
    assert answer.json()["code"] == "currency_mismatch"


def test_every_change_of_the_claim_is_told_in_the_feed(phone, charge, customer):
    claim = scan(phone, charge).json()["id"]
    phone.delete(f"wallet/claims/{claim}")

    events = list_events(charge.id)

    assert [(event.kind, event.actor, event.facts.get("version")) for event in events] == [
        ("charge.created", charge.terminal.public_id, 1),
        ("charge.claimed", "payer", 2),
        ("charge.released", "payer", 3),
    ]


def test_a_large_amount_wants_the_pin(phone, shop):
    at_limit = factories.make_charge(shop, amount_minor=3000)
    above = factories.make_charge(shop, amount_minor=3001)

    assert scan(phone, at_limit).json()["needs"] == []
    assert scan(phone, above).json()["needs"] == ["pin"]


def test_no_claim_lasts_longer_than_the_charge(phone, charge):
    let_near_end(charge, left_s=10)
    scan(phone, charge)
    let_pass(charge, seconds=50)

    scan(phone, charge)

    charge.refresh_from_db()
    assert charge.lease_until <= charge.expires_at
    assert charge.expires_at < timezone.now() + timedelta(seconds=11)
