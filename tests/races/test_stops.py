"""A till is unpaired or moved, or a store closed, while people sell there: never both."""

from collections import Counter
from functools import partial

import pytest

from ledger.models import Transfer
from merchants.onboarding import open_store
from pos.counter_codes import create_counter_code
from pos.errors import ChargeNotPayable, StoreClosed, TillInUse, TillMoved, TillUnpaired
from pos.models import Charge, CounterCode
from pos.terminals import issue_token, revoke_terminal, stop_store
from pos.till_places import change_till
from relay.models import Event
from tests import factories
from tests.races.crowd import Job, stagger
from wallet.models import Payment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60, func_only=True)]

STOPS = {
    "unpaired": lambda shop: revoke_terminal(shop.terminal),
    "closed": lambda shop: stop_store(shop.store),
}


@pytest.mark.parametrize("stop", STOPS)
def test_a_charge_is_paid_or_ended_with_its_place_and_never_both(crowd, without_pin, stop):
    customer = factories.open_customer(balance_minor=1_000_000)
    endings = Counter[str]()

    for number in range(40):
        shop = factories.open_shop()
        charge = factories.make_charge(shop)
        claim = factories.claim(customer, charge)
        jobs: list[Job] = [
            partial(factories.confirm, customer, claim, pin=""),
            partial(STOPS[stop], shop),
        ]
        payment, _ = crowd.act(stagger(jobs, round_number=number), refusals=(ChargeNotPayable,))

        charge.refresh_from_db()
        endings[charge.status] += 1
        assert Transfer.objects.filter(pk=charge.pk).count() == (charge.status == "captured")
        told = Event.objects.filter(subject=charge.pk, kind=f"charge.{charge.status}")
        assert told.count() == 1
        if charge.status == "captured":
            assert isinstance(payment, Payment)
        else:
            assert (type(payment), payment.status) == (ChargeNotPayable, "canceled")

    assert set(endings) == {"captured", "canceled"}, endings


@pytest.mark.parametrize(
    ("stop", "refusal"), [("unpaired", TillUnpaired), ("closed", StoreClosed)]
)
def test_no_charge_outlives_the_end_of_its_place(crowd, stop, refusal):
    outcomes = Counter[str]()

    for number in range(25):
        shop = factories.open_shop()
        jobs: list[Job] = [partial(factories.make_charge, shop)] * 3
        answers = crowd.act(
            stagger([*jobs, partial(STOPS[stop], shop)], round_number=number),
            refusals=(refusal,),
        )

        outcomes.update(type(answer).__name__ for answer in answers[:3])
        left = Charge.objects.filter(store=shop.store).exclude(status="canceled")
        assert not left.exists()

    assert set(outcomes) == {"Charge", refusal.__name__}, outcomes


def test_no_charge_waits_in_the_store_that_its_till_has_left(crowd):
    outcomes = Counter[str]()

    for number in range(25):
        shop = factories.open_shop()
        kiosk = open_store(shop.merchant, name="Kiosk", currency="EUR")
        jobs: list[Job] = [partial(factories.make_charge, shop)] * 3
        move = partial(change_till, shop.terminal, name="Till 1", store=kiosk)
        answers = crowd.act(stagger([*jobs, move], round_number=number), refusals=(TillMoved,))

        outcomes.update(type(answer).__name__ for answer in answers[:3])
        left = Charge.objects.filter(store=shop.store).exclude(status="canceled")
        assert not left.exists()

    assert set(outcomes) == {"Charge", "TillMoved"}, outcomes


def test_no_counter_code_hangs_at_a_till_that_stands_elsewhere(crowd):
    outcomes = Counter[str]()

    for number in range(25):
        shop = factories.open_shop()
        kiosk = open_store(shop.merchant, name="Kiosk", currency="EUR")
        new = factories.plan_code(shop, at_till=True)
        jobs: list[Job] = [
            partial(create_counter_code, shop.store, new, actor="test"),
            partial(change_till, shop.terminal, name="Till 1", store=kiosk),
        ]
        printed, _ = crowd.act(
            stagger(jobs, round_number=number), refusals=(TillMoved, TillInUse)
        )

        shop.terminal.refresh_from_db()
        outcomes[type(printed).__name__] += 1
        has_moved = shop.terminal.store == kiosk
        assert has_moved == isinstance(printed, TillMoved)
        assert CounterCode.objects.filter(terminal=shop.terminal).exists() != has_moved

    assert set(outcomes) == {"CounterCode", "TillMoved"}, outcomes


def test_a_till_with_a_new_token_sells_again(committed):
    shop = factories.open_shop()
    revoke_terminal(shop.terminal)
    with pytest.raises(TillUnpaired):
        factories.make_charge(shop)

    issue_token(shop.terminal)

    assert factories.make_charge(shop).status == "open"
