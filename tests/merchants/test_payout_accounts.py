"""A shop's bank account: the first at once, a change with a second look, all of it told."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from banking.errors import AddressIncomplete
from foundation.once import FormReused
from identity.models import User
from merchants.errors import AccountDecided, NewcomerConfirms, OwnAccountChange
from merchants.letters import write_payout_account, write_payout_account_confirmed
from merchants.models import Invitation, PayoutAccount, Role
from merchants.payout_accounts import (
    confirm_account,
    find_change,
    list_accounts,
    name_account,
    withdraw_account,
)
from merchants.queries import find_payout_account
from relay.models import Letter
from tests import factories
from tests.clocks import date_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(shop):
    """Return the account that is in force."""
    return factories.name_bank_account(shop.merchant)


def wait_is_over(change):
    date_back(
        PayoutAccount.objects.filter(pk=change.pk),
        counts_from=timezone.now(),
    )


def test_first_account_counts_at_once(shop, first):
    assert find_payout_account(shop.merchant.id) == first
    assert find_change(shop.merchant.id) is None


def test_change_waits_and_counts_when_the_wait_is_over(shop, first):
    change = factories.name_bank_account(shop.merchant)

    assert find_payout_account(shop.merchant.id) == first
    assert find_change(shop.merchant.id) == change
    assert change.counts_from - change.asked_at == timedelta(hours=48)

    wait_is_over(change)
    assert find_payout_account(shop.merchant.id) == change
    assert find_change(shop.merchant.id) is None
    with pytest.raises(AccountDecided):
        withdraw_account(change, by=change.asked_by)


def test_second_person_confirms_it_and_not_the_first_nor_another_sign_in_of_theirs(shop, first):
    mary = User.objects.create(name="Mary Nolan", email="mary@shop.test")
    twins = [
        mary,
        User.objects.create(name="M. N.", email="mary+two@shop.test"),
        User.objects.create(name="Nolan, Mary", email="other@shop.test"),
    ]
    change = factories.name_bank_account(shop.merchant, by=mary)
    for twin in twins:
        with pytest.raises(OwnAccountChange):
            confirm_account(change, by=twin)
    assert find_payout_account(shop.merchant.id) == first

    sam = User.objects.create(name="Sam Doyle")
    confirm_account(change, by=sam)

    assert find_payout_account(shop.merchant.id) == change
    assert change.confirmed_by == sam
    with pytest.raises(AccountDecided):
        confirm_account(change, by=sam)


def test_withdrawn_change_never_counts(shop, first):
    change = factories.name_bank_account(shop.merchant)

    withdraw_account(change, by=change.asked_by)

    with pytest.raises(AccountDecided):
        confirm_account(change, by=User.objects.create(name="Sam Doyle"))
    assert find_payout_account(shop.merchant.id) == first
    wait_is_over(change)
    assert find_payout_account(shop.merchant.id) == first


def test_next_change_withdraws_the_one_that_waits(shop, first):
    old = factories.name_bank_account(shop.merchant)

    new = factories.name_bank_account(shop.merchant)

    old.refresh_from_db()
    assert old.withdrawn_at is not None
    assert find_change(shop.merchant.id) == new
    assert list_accounts(shop.merchant.id) == [new, old, first]


def test_same_form_names_one_account(shop, first):
    change = factories.name_bank_account(shop.merchant)
    new = factories.plan_bank_account()

    again = name_account(shop.merchant, new, account_id=change.pk, by=change.asked_by)

    assert again == change
    other = factories.plan_bank_account(holder="Somebody Else")
    with pytest.raises(FormReused):
        name_account(shop.merchant, other, account_id=change.pk, by=change.asked_by)


def test_account_that_no_bank_would_pay_is_refused(shop):
    with pytest.raises(AddressIncomplete):
        name_account(
            shop.merchant,
            factories.plan_bank_account(town=""),
            account_id=uuid.uuid4(),
            by=User.objects.create(name="Mary"),
        )
    assert find_payout_account(shop.merchant.id) is None


def test_owners_and_managers_are_told_at_the_addresses_known_before(shop, first):
    people = [factories.hire_person(shop, role=role) for role in (Role.OWNER, Role.MANAGER)]
    factories.hire_person(shop, role=Role.ACCOUNTANT)

    change = factories.name_bank_account(shop.merchant)

    told = Letter.objects.filter(kind="payout_account", subject=change.pk)
    assert {letter.address for letter in told} == {person.user.email for person in people}
    text = write_payout_account(change.pk)
    assert text is not None
    assert "IE29 … 5678" in text.body
    assert change.iban not in text.body
    assert "/dashboard/bank-account/" in text.body


def test_confirmation_is_told_and_a_withdrawn_change_no_longer(shop, first):
    factories.hire_person(shop, role=Role.OWNER)
    change = factories.name_bank_account(shop.merchant)
    assert write_payout_account_confirmed(change.pk) is None
    confirm_account(change, by=User.objects.create(name="Sam Doyle"))
    assert Letter.objects.filter(kind="payout_account_confirmed", subject=change.pk).exists()
    text = write_payout_account_confirmed(change.pk)
    assert text is not None
    assert "Sam Doyle" in text.body

    other = factories.name_bank_account(shop.merchant)
    withdraw_account(other, by=other.asked_by)
    assert write_payout_account(other.pk) is None


@pytest.mark.parametrize(("hours", "confirms"), [(-1, False), (47, False), (49, True)])
def test_whoever_was_invited_shortly_before_confirms_no_change(shop, first, hours, confirms):
    change = factories.name_bank_account(shop.merchant)
    sam = User.objects.create(name="Sam Doyle", email="sam@shop.test")
    Invitation.objects.create(
        merchant=shop.merchant,
        email="sam@shop.test",
        name=sam.name,
        role=Role.MANAGER,
        accepted_at=change.asked_at - timedelta(hours=hours),
    )

    if confirms:
        confirm_account(change, by=sam)
    else:
        with pytest.raises(NewcomerConfirms):
            confirm_account(change, by=sam)

    in_force = change if confirms else first
    assert find_payout_account(shop.merchant.id) == in_force
