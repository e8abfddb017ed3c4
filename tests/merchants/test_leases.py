"""A balance is closed under a lease, and whoever lost it writes nothing."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from config.celery import app
from merchants import due_settlements
from merchants.due_settlements import PART, close_due_settlements, close_part
from merchants.errors import LeaseLost
from merchants.leases import LEASE_S, end_lease, lease_free, lease_patiently, skip_idle
from merchants.models import MerchantBalance, Settlement, SettlementLine
from merchants.queries import find_last_midnight
from merchants.settlement import close_settlement
from merchants.tasks import close_due_settlements as close_due_task
from merchants.tasks import close_part as close_part_task
from relay.jobs import enqueue_part
from tests import factories
from tests.clocks import date_back
from tests.owners import as_owner
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued():
    """The jobs queued since, each with its first argument, in the order of a worker."""
    with app.connection_for_read() as broker:
        channel: Any = broker.default_channel
        channel.queue_purge("celery")
        yield lambda: list(_take_jobs(channel))
        channel.queue_purge("celery")


def _take_jobs(channel):
    while (job := channel.basic_get("celery", no_ack=True)) is not None:
        arguments, _, _ = json.loads(job.body)
        yield job.headers["task"], next(iter(arguments), None)


def test_parts_keep_no_other_job_waiting(queued):
    enqueue_part("merchants.close_part", ["a"])
    enqueue_part("merchants.close_part", ["b"])
    app.send_task("relay.send_letters")

    assert queued() == [
        ("relay.send_letters", None),
        ("merchants.close_part", ["a"]),
        ("merchants.close_part", ["b"]),
    ]


@pytest.fixture
def midnight(shop):
    return find_last_midnight(shop.merchant.time_zone, now=timezone.now())


@pytest.fixture
def balance(shop, midnight):
    MerchantBalance.objects.filter(merchant=shop.merchant).update(
        settled_until=midnight - timedelta(days=1)
    )
    return factories.balance_of(shop)


def sell_yesterday(shop, customer, midnight):
    sale = factories.sell(shop, customer)
    date_back(
        SettlementLine.objects.filter(charge_id=sale.id), at=midnight - timedelta(hours=1)
    )


def let_lease_end(balance):
    rows = MerchantBalance.objects.filter(pk=balance.pk, leased_until__gt=Now())
    assert rows.update(leased_until=Now()), "there is no lease"


def close_due(balance):
    return [each for each in close_due_settlements() if each.balance_id == balance.pk]


def test_one_at_a_time_leases_a_balance(balance):
    [lease] = lease_free([balance.pk]).values()

    assert lease.settled_until == balance.settled_until
    assert lease_free([balance.pk]) == lease_patiently(balance.pk) == {}
    let_lease_end(balance)
    [later] = lease_patiently(balance.pk).values()
    assert later.fence == lease.fence + 1


def test_an_ended_lease_ends_no_other_s(balance):
    [lost] = lease_free([balance.pk]).values()
    let_lease_end(balance)
    lease_free([balance.pk])

    end_lease(lost)

    assert lease_free([balance.pk]) == {}


def test_a_worker_that_lost_its_lease_closes_nothing(shop, customer, balance, midnight):
    sell_yesterday(shop, customer, midnight)
    [lost] = lease_free([balance.pk]).values()
    let_lease_end(balance)
    [settlement] = close_due(balance)
    # Committed late: it would be in a second settlement up to the same cut.
    sell_yesterday(shop, customer, midnight)

    with nothing_changes(), pytest.raises(LeaseLost):
        close_settlement(balance.pk, cut_at=midnight, fence=lost.fence)

    assert list(Settlement.objects.filter(balance=balance)) == [settlement]
    assert SettlementLine.objects.filter(balance=balance, settlement=None).count() == 1


def test_a_worker_that_lost_its_lease_does_not_say_that_there_was_nothing(
    shop, balance, midnight
):
    [lost] = lease_free([balance.pk]).values()
    let_lease_end(balance)
    [lease] = lease_free([balance.pk]).values()

    assert not skip_idle(lost, cut_at=midnight)
    assert factories.balance_of(shop).settled_until < midnight
    assert skip_idle(lease, cut_at=midnight)
    assert factories.balance_of(shop).settled_until == midnight


def test_closing_by_hand_ends_a_worker_s_lease(shop, customer, balance, midnight):
    sell_yesterday(shop, customer, midnight)
    [lost] = lease_free([balance.pk]).values()

    by_hand = close_settlement(balance.pk)

    factories.sell(shop, customer)
    with pytest.raises(LeaseLost):
        close_settlement(balance.pk, fence=lost.fence)
    assert list(Settlement.objects.filter(balance=balance)) == [by_hand]


def test_a_leased_balance_is_left_to_its_worker(shop, customer, balance, midnight):
    sell_yesterday(shop, customer, midnight)
    lease_free([balance.pk])

    assert close_due(balance) == []

    let_lease_end(balance)
    assert len(close_due(balance)) == 1


def test_a_balance_that_failed_is_free_for_the_next_round(
    shop, customer, balance, midnight, caplog
):
    sell_yesterday(shop, customer, midnight)
    with as_owner():
        # What is posted is refused: no sale is settled into a receivable.
        MerchantBalance.objects.filter(pk=balance.pk).update(
            payable_account=balance.receivable_account_id
        )

    assert close_due(balance) == []

    assert f"MerchantBalance {balance.pk} was not settled." in caplog.messages
    assert set(lease_free([balance.pk])) == {balance.pk}


def test_a_part_is_closed_once_however_often_it_comes(shop, customer, balance, midnight):
    sell_yesterday(shop, customer, midnight)

    for _ in range(2):
        close_part_task([str(balance.pk)])

    assert Settlement.objects.filter(balance=balance).count() == 1
    assert close_part([balance.pk]) == []
    assert close_part([]) == []


def test_a_lease_lasts_longer_than_a_part_of_closings():
    # Each waits for a lock as long as the database allows, and then gives up.
    assert LEASE_S > 2 * PART


def test_much_is_shared_out_in_parts_and_little_is_closed_at_once(
    shop, customer, balance, midnight, queued, monkeypatch
):
    sell_yesterday(shop, customer, midnight)
    others = [factories.balance_of(factories.open_shop()) for _ in range(3)]
    MerchantBalance.objects.filter(pk__in=[each.pk for each in others]).update(
        settled_until=midnight - timedelta(days=1)
    )
    monkeypatch.setattr(due_settlements, "PART", 2)

    close_due_task()

    parts = [part for name, part in queued() if name == "merchants.close_part"]
    named = [each for part in parts for each in part]
    assert {str(each.pk) for each in [balance, *others]} <= set(named)
    assert max(map(len, parts)) == 2
    assert not Settlement.objects.filter(balance=balance).exists()
    for part in parts:
        close_part_task(part)
    assert Settlement.objects.filter(balance=balance).count() == 1
    monkeypatch.undo()
    close_due_task()
    assert Settlement.objects.filter(balance=balance).count() == 1
