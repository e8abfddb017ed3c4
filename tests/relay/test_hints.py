"""Hints: told after commit, lost without harm when the relay is away."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from celery import Celery
from django.db import transaction

from config.celery import app
from merchants.models import Settlement
from pos.receipts import issue_receipts
from pos.tasks import sweep
from relay import connection, jobs
from relay.connection import JOBS, connect, hint
from relay.events import list_events, record_event
from relay.jobs import enqueue, enqueue_on_commit
from relay.models import Event
from relay.pages import CHANNEL, Change, at_version, read_topics, tell, tell_on_commit
from tests import factories
from tests.clocks import let_expire


@pytest.fixture
def pages():
    """Everything that is told to pages, by a listener of our own."""
    with connect().pubsub() as subscription:
        subscription.subscribe(CHANNEL)
        subscription.get_message(timeout=5)

        def read(count):
            messages = [subscription.get_message(timeout=5) for _ in range(count)]
            return [message["data"].decode() for message in messages if message]

        yield read


@pytest.fixture
def queue(monkeypatch):
    """The names of the jobs queued since."""
    monkeypatch.setattr(jobs, "_gathering_until", {})
    with app.connection_for_read() as broker:
        client: Any = broker.default_channel.client  # type: ignore[attr-defined]  # Redis has it
        client.delete("celery")
        yield lambda: [
            json.loads(row)["headers"]["task"] for row in client.lrange("celery", 0, -1)
        ]
        client.delete("celery")


@pytest.fixture
def away(monkeypatch, caplog):
    """A relay that was never found away so far."""
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(connection, "_away_until", {})
    monkeypatch.setattr(jobs, "_gathering_until", {})


def test_pages_are_told_their_topics(pages):
    tell("charge:ch_1", "account:2")

    assert pages(1) == ["charge:ch_1 account:2"]


def test_a_line_that_the_server_ended_is_opened_again(pages):
    tell("account:1")
    # Listeners are of another type.
    assert connect().client_kill_filter(_type="normal", skipme=True) > 0
    tell("account:2")

    assert pages(2) == ["account:1", "account:2"]


def test_many_threads_share_a_line(pages):
    topics = [f"account:{number}" for number in range(200)]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(tell, topics))

    assert sorted(pages(200)) == sorted(topics)


@pytest.mark.parametrize(
    ("topics", "change"),
    [
        (["charge:ch_1", "account:2"], Change()),
        ([at_version("charge:ch_1", 3), "account:2"], Change("ch_1", "3")),
        (["terminal:4", at_version("charge:ch_1", 12)], Change("ch_1", "12")),
    ],
)
def test_the_version_of_what_changed_is_read_back(pages, topics, change):
    tell(*topics)

    [message] = pages(1)
    assert read_topics(message) == ([topic.partition("=")[0] for topic in topics], change)


@pytest.mark.django_db
def test_pages_are_told_after_commit_and_not_after_a_rollback(
    pages, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        with transaction.atomic():
            tell_on_commit("charge:never")
            transaction.set_rollback(True)
        with transaction.atomic():
            tell_on_commit("charge:told")

    assert len(callbacks) == 1
    assert pages(1) == ["charge:told"]


@pytest.mark.django_db
def test_a_sale_tells_its_till_and_its_payer(
    pages, shop, customer, django_capture_on_commit_callbacks
):
    charge = factories.make_charge(shop)

    with django_capture_on_commit_callbacks(execute=True):
        claim = factories.claim(customer, charge)
    with django_capture_on_commit_callbacks(execute=True):
        factories.confirm(customer, claim)

    sale, payer = f"charge:{charge.public_id}", f"account:{customer.wallet.account_id}"
    # A payment is told on every page of the till: nobody may be looking at the sale.
    assert pages(2) == [f"{sale}=2 {payer}", f"{sale}=3 terminal:{shop.terminal.id} {payer}"]


@pytest.mark.django_db
def test_only_the_sale_s_own_page_waits_for_the_receipt_s_number(
    pages, shop, customer, django_capture_on_commit_callbacks
):
    sold = factories.sell(shop, customer)

    with django_capture_on_commit_callbacks(execute=True):
        issue_receipts([sold.id])

    # No version: the number is given without a change of the charge.
    assert pages(1) == [f"charge:{sold.public_id}"]


@pytest.mark.django_db
def test_a_sale_queues_its_receipt(queue, shop, customer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        factories.sell(shop, customer)

    assert queue() == ["pos.issue_receipts"]
    assert queue()[0] in app.tasks


def test_hints_of_half_a_second_are_one_job(queue):
    for _ in range(5):
        enqueue("pos.issue_receipts")

    assert queue() == ["pos.issue_receipts"]


@pytest.mark.django_db
def test_a_job_is_queued_after_commit(queue, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        enqueue_on_commit("pos.sweep_charges")
        assert queue() == []

    assert queue() == ["pos.sweep_charges"]


@pytest.mark.parametrize("failure", [redis.ConnectionError, redis.TimeoutError, OSError])
def test_a_lost_hint_is_no_failure_and_the_relay_is_left_alone(away, failure, caplog):
    asked = []

    def send():
        asked.append(1)
        raise failure("nobody there")

    for _ in range(3):
        hint(JOBS, send)

    assert asked == [1]
    assert caplog.text.count("A hint was lost, the relay is away: nobody there") == 1


def test_a_mistake_of_ours_is_no_lost_hint(away):
    with pytest.raises(ZeroDivisionError):
        hint(JOBS, lambda: 1 / 0)


@pytest.mark.slow
def test_a_job_is_lost_without_harm_while_the_broker_is_away(away, caplog, monkeypatch):
    # Celery prefers this variable to what its application is told.
    monkeypatch.delenv("CELERY_BROKER_URL")
    Celery("away", broker="redis+socket:///nonexistent").set_current()
    try:
        enqueue("pos.issue_receipts")
    finally:
        app.set_current()

    assert "A hint was lost, the relay is away" in caplog.text


@pytest.mark.django_db
def test_events_are_exactly_the_changes_of_state(shop, customer, till):
    sold = factories.sell(shop, customer)
    factories.refund(shop, sold, amount_minor=100)
    till.post(f"charges/{factories.make_charge(shop).public_id}/cancel")
    let_expire(factories.make_charge(shop))
    sweep()
    settlement = factories.settle(shop)

    mine = Event.objects.filter(feed=shop.merchant.id)
    kinds = sorted(mine.values_list("kind", flat=True))

    assert kinds == [
        "charge.canceled",
        "charge.captured",
        "charge.claimed",
        "charge.created",
        "charge.created",
        "charge.created",
        "charge.expired",
        "charge.refunded",
        "settlement.closed",
    ]
    assert Settlement.objects.get(pk=settlement.pk).number == 1


@pytest.mark.django_db
def test_an_event_goes_with_the_change_it_tells_of(shop):
    with transaction.atomic():
        record_event("x.y", feed=shop.merchant.id, subject=shop.store.id, actor="test")
        transaction.set_rollback(True)

    assert list_events(shop.store.id) == []


@pytest.mark.django_db
def test_an_event_names_itself_and_needs_no_facts(shop):
    record_event("x.y", feed=shop.merchant.id, subject=shop.store.id, actor="test")

    [event] = list_events(shop.store.id)
    assert str(event) == f"x.y {shop.store.id}"
    assert event.facts == {}
