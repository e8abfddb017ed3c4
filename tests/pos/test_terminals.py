"""Tills: their codes, tokens and cashiers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from merchants.models import Role
from merchants.onboarding import open_store
from pos.errors import PairingRefused
from pos.models import Receipt
from pos.receipts import issue_receipts
from pos.terminals import (
    find_cashiers,
    find_holder,
    issue_token,
    offer_pairing,
    pair_terminal,
    revoke_terminal,
)
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_code_lives_for_a_quarter_of_an_hour(shop):
    code = offer_pairing(shop.terminal)

    left = shop.terminal.pairing_code_expires_at - timezone.now()
    assert shop.terminal.live_pairing_code == code
    assert timedelta(minutes=14, seconds=59) < left <= timedelta(minutes=15)
    shop.terminal.pairing_code_expires_at = timezone.now()
    assert shop.terminal.live_pairing_code == ""


def test_a_till_without_a_code_has_none(shop):
    assert shop.terminal.live_pairing_code == ""
    with pytest.raises(PairingRefused):
        pair_terminal("")


def holder(token):
    found = find_holder(token)
    return found and (found.terminal, found.is_device, found.cashier)


def test_a_new_code_replaces_the_old_one(shop):
    old, new = offer_pairing(shop.terminal), offer_pairing(shop.terminal)

    with pytest.raises(PairingRefused):
        pair_terminal(old)
    assert holder(pair_terminal(new)) == (shop.terminal, True, None)


def test_pairing_a_device_leaves_integrations_alone(shop):
    integration = issue_token(shop.terminal)

    device = pair_terminal(offer_pairing(shop.terminal))

    assert holder(integration) == (shop.terminal, False, None)
    assert holder(device) == (shop.terminal, True, None)


def test_revoking_ends_every_token_and_the_code(shop):
    device, code = pair_terminal(offer_pairing(shop.terminal)), offer_pairing(shop.terminal)

    revoke_terminal(shop.terminal)

    assert [find_holder(token) for token in (device, shop.token)] == [None, None]
    with pytest.raises(PairingRefused):
        pair_terminal(code)


def test_cashiers_stand_at_their_store_or_at_any(shop):
    second = open_store(shop.merchant, name="Second", currency="EUR")
    anywhere, here, elsewhere = (factories.hire_person(shop) for _ in range(3))
    accountant = factories.hire_person(shop, role=Role.ACCOUNTANT)
    without_pin = factories.hire_person(shop)
    without_pin.user.pin_hash = ""
    without_pin.user.save()
    for person, store in ((here, shop.store), (elsewhere, second)):
        person.store = store
        person.save()

    listed = find_cashiers(shop.store)

    assert {person.id for person in listed} == {anywhere.id, here.id}
    assert accountant not in listed


def test_things_name_themselves(shop, customer):
    charge = factories.sell(shop, customer)
    issue_receipts([charge.id])

    assert str(Receipt.objects.get()) == f"{shop.store.name} 00001"
    assert str(shop.terminal.tokens.get()).startswith("Till 1 since ")
