"""What the verbs of a charge do that no till can be made to ask for."""

import contextlib

import pytest
from django.db import connection

from foundation.idempotency import IdempotencyMismatch
from ledger.errors import InsufficientFunds
from ledger.queries import read_balance
from merchants.models import Merchant
from merchants.onboarding import open_store
from pos import openings
from pos.charges import create_charge, find_created
from pos.check_words import draw_check_word
from pos.models import Charge
from pos.principals import act_for_merchant
from relay.events import list_events
from tests import factories
from tests.conftest import Api


@pytest.mark.django_db
@pytest.mark.parametrize("speaker", ["token", "key"])
def test_a_short_code_that_is_taken_is_drawn_again(shop, monkeypatch, speaker):
    taken = factories.make_charge(shop)
    codes = iter([taken.short_code, "7K4M92QY"])
    monkeypatch.setattr(openings, "draw_short_code", lambda: next(codes))

    body = {"amount": {"amount_minor": 480, "currency": "EUR"}}
    answer = Api(getattr(shop, speaker)).post("charges", body)

    created = Charge.objects.exclude(pk=taken.pk).get()
    assert answer.status_code == 201
    assert created.short_code == "7K4M92QY"
    assert list_events(created.id)[0].kind == "charge.created"


@pytest.mark.django_db
def test_a_key_finds_no_charge_of_another_merchant(shop):
    # Two tables may hold the same id, and a till's keys are found by its own.
    merchant = Merchant.objects.create(id=shop.terminal.id, name="Other", country="IE")
    other = act_for_merchant(open_store(merchant, name="Other", currency="EUR"))
    theirs = create_charge(other, factories.plan_charge(shop, key="sale-1"))
    assert theirs.principal_id == shop.till.id

    for find in (
        lambda: find_created(shop.till, key="sale-1", request_hash=b"test"),
        lambda: factories.make_charge(shop, key="sale-1"),
    ):
        with pytest.raises(IdempotencyMismatch):
            find()

    assert find_created(other, key="sale-1", request_hash=b"test") == theirs


@pytest.mark.django_db
def test_a_refused_capture_leaves_nothing_of_itself(shop):
    poor = factories.open_customer(balance_minor=1)
    claim = factories.claim(poor, factories.make_charge(shop))

    with pytest.raises(InsufficientFunds) as refusal:
        factories.confirm(poor, claim, pin="")

    claim.charge.refresh_from_db()
    assert refusal.value.transfer_id == claim.charge_id
    assert (claim.charge.status, claim.charge.captured_at) == ("claimed", None)
    assert read_balance(poor.wallet.account_id) == 1


@pytest.mark.usefixtures("committed")
def test_a_payment_that_waits_too_long_may_be_asked_for_again():
    shop, customer = factories.open_shop(), factories.open_customer()
    claim = factories.claim(customer, factories.make_charge(shop))
    phone, body = Api(customer.token), {"claim": claim.public_id}
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")

    with contextlib.closing(connection.copy()) as other:
        other.set_autocommit(False)
        lock = "SELECT 1 FROM pos_charge WHERE id = %s FOR UPDATE"
        other.cursor().execute(lock, [claim.charge_id])
        waiting = phone.post("wallet/payments", body, key="k")
    again = phone.post("wallet/payments", body, key="k")

    assert (waiting.status_code, waiting.json()["code"]) == (503, "busy")
    assert waiting["Retry-After"] == "1"
    assert again.status_code == 201
    assert read_balance(customer.wallet.account_id) == 9520


def test_check_words_are_two_short_words():
    words = {draw_check_word() for _ in range(200)}

    assert len(words) > 150
    assert all(len(pair.split()) == 2 and pair.isascii() for pair in words)
