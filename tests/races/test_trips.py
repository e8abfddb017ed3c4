"""Requests that share a round trip: each gets an answer of its own, whatever else happens."""

import json
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, connections
from django.db.models.functions import Now

from foundation.postgresql import trips
from foundation.postgresql.base import DatabaseWrapper
from identity.models import Session
from ledger.queries import read_balance
from pos.models import Charge
from tests import factories
from tests.clocks import let_expire
from tests.flows.door import Door, write_claim, write_confirm, write_create, write_show
from tests.ledger.sessions import wait_until
from wallet.models import Payment

pytestmark = pytest.mark.usefixtures("committed")

_HOLD = 0x7E55E2A
_WHO = "SELECT pg_current_xact_id()::text, pg_backend_pid()"


class Group:
    """Requests that all wait while one round trip is held under way, and so share the next."""

    def __init__(self, trips):
        self.trips = trips
        self._threads = ThreadPoolExecutor(16)

    def act(self, jobs):
        """Start jobs that share a round trip; return each result or failure, in order."""
        with self.held():
            started = []
            for job in jobs:
                started.append(self._threads.submit(_act, job))
                wait_until(lambda: self.trips.count_waiting() == len(started))
        return [_find_result(one) for one in started]

    @contextmanager
    def held(self):
        """Hold one round trip under way."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_HOLD])
            held = self._threads.submit(
                self.trips.fetch_row, "SELECT pg_advisory_xact_lock(%s)", [_HOLD]
            )
            wait_until(lambda: self.trips.count_under_way() == 1)
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_HOLD])
                held.result(10)

    def leave(self):
        self._threads.shutdown()


def _act(job):
    try:
        return job()
    finally:
        connections.close_all()


def _find_result(one):
    failure = one.exception(30)
    return one.result() if failure is None else failure


@pytest.fixture
def group(monkeypatch, committed, books_hold):
    """A group whose processes' round trips are shared; afterwards the books hold."""
    connection.ensure_connection()
    monkeypatch.setattr(DatabaseWrapper, "trips", None)
    monkeypatch.setattr(trips, "_PATIENCE_S", 60.0)
    DatabaseWrapper.share_trips(most=1, threads=16)
    assert DatabaseWrapper.trips is not None
    group = Group(DatabaseWrapper.trips)
    yield group
    group.leave()
    pool = group.trips._pool
    while (taken := pool.take()) is not None:
        taken[1].close()
    pool.let_go()
    books_hold()


@pytest.fixture
def shop(committed):
    return factories.open_shop()


@pytest.fixture
def door(shop):
    """A lane that knows the views' headers."""
    door, payer = Door(), factories.open_customer()
    sold = factories.make_charge(shop)
    for request in [
        write_create(shop),
        write_claim(payer, sold),
        write_confirm(payer, factories.claim(payer, sold)),
        write_show(shop, sold),
    ]:
        assert door.ask(request)[0][0] == "2"
    assert door.left == 4
    return door


def ask(door, *requests):
    return [lambda request=request: door.ask(request) for request in requests]


def claim_new(shop, payer, **amount):
    return factories.claim(payer, factories.make_charge(shop, **amount))


def test_those_that_wait_share_one_transaction_on_one_connection(group):
    first = group.trips.fetch_row(_WHO, [])
    rows = group.act([lambda: group.trips.fetch_row(_WHO, [])] * 5)

    assert len(set(rows)) == 1
    assert rows[0][0] != first[0]
    assert rows[0][1] == first[1], "the connection that was used last is used first"


def test_nobody_waits_while_fewer_are_under_way(group):
    group.trips._most = 2
    with group.held():
        assert group.trips.fetch_row("SELECT 1", []) == (1,)
    assert group.trips.count_under_way() == 0


def test_those_behind_a_trip_that_waits_for_a_lock_start_without_it(group, monkeypatch):
    monkeypatch.setattr(trips, "_PATIENCE_S", 0.01)
    with group.held():
        started = [
            group._threads.submit(group.trips.fetch_row, f"SELECT {number}", [])
            for number in range(4)
        ]
        assert [one.result(10) for one in started] == [(number,) for number in range(4)]
    assert group.trips.count_under_way() == 0


def test_where_all_connections_are_held_nobody_waits_for_long(group, monkeypatch):
    monkeypatch.setattr(trips, "_PATIENCE_S", 0.01)
    monkeypatch.setattr(trips, "_TURN_S", 0.05)
    group.trips._connections = 1
    with group.held():
        with pytest.raises(psycopg.OperationalError, match="in use"):
            group.trips.fetch_row("SELECT 1", [])
        monkeypatch.setattr(trips, "_TURN_S", 60)
        # The next one does not even begin to wait.
        with pytest.raises(psycopg.OperationalError, match="in use"):
            group.trips.fetch_row("SELECT 1", [])
    assert group.trips.fetch_row("SELECT 1", []) == (1,)


def test_a_failure_is_its_own_requests_alone(group):
    def fetch(sql):
        return lambda: group.trips.fetch_row(sql, [])

    rows = group.act([fetch(_WHO), fetch("SELECT 1 / 0"), fetch(_WHO), fetch("SELECT 7")])

    assert isinstance(rows[1], psycopg.errors.DivisionByZero)
    assert rows[0][0] != rows[2][0], "what shared its transaction was undone and asked alone"
    assert rows[3] == (7,)


@pytest.mark.parametrize("text", ["\ud800", "\x00"])
def test_a_text_that_cannot_be_sent_is_its_own_requests_trouble(group, door, shop, text):
    """Nothing before it in the same trip is committed without the others."""
    payers = [factories.open_customer() for _ in range(2)]
    claims = [claim_new(shop, payer) for payer in payers]
    who = "SELECT pg_current_xact_id()::text, %(text)s::text"
    asked = [{"text": "first"}, {"text": text}, {"text": "last"}]

    rows = group.act([lambda facts=facts: group.trips.fetch_row(who, facts) for facts in asked])
    paid = group.act(
        [
            *ask(door, write_confirm(payers[0], claims[0])),
            lambda: group.trips.fetch_row(who, {"text": text}),
            *ask(door, write_confirm(payers[1], claims[1])),
        ]
    )

    assert isinstance(rows[1], (UnicodeEncodeError, psycopg.DataError))
    assert [rows[0][1], rows[2][1]] == ["first", "last"]
    assert rows[0][0] != rows[2][0]
    assert [paid[0][0], paid[2][0]] == ["201 Created"] * 2
    assert [read_balance(payer.wallet.account_id) for payer in payers] == [9_520] * 2


@pytest.mark.parametrize("currency", ["\ud800", "\x00", "EURO", "eur", ""])
def test_an_odd_currency_is_the_views(door, shop, currency):
    body = {"amount": {"amount_minor": 480, "currency": currency}}

    with door.leaving(1):
        assert door.ask(write_create(shop, **body))[0][:3] in {"400", "409"}


def test_of_a_lost_connection_all_are_told_and_nothing_is_asked_again(group):
    def fetch(sql):
        return lambda: group.trips.fetch_row(sql, [])

    end = "SELECT pg_terminate_backend(pg_backend_pid())"
    failures = group.act([fetch("SELECT 7"), fetch(end), fetch(_WHO)])

    assert [isinstance(failure, psycopg.OperationalError) for failure in failures] == [True] * 3
    assert group.trips.fetch_row("SELECT 8", []) == (8,)


def test_a_poor_a_late_a_repeated_and_a_good_request_share_a_trip(group, door, shop):
    payers = [factories.open_customer(balance_minor=minor) for minor in (10_000, 1, 10_000)]
    good, poor, late = (claim_new(shop, payer) for payer in payers)
    let_expire(late.charge)
    create = write_create(shop, key="twice")
    confirm = write_confirm(payers[0], good)

    answers = group.act(
        ask(
            door,
            confirm,
            write_confirm(payers[1], poor),
            write_confirm(payers[2], late),
            create,
            create,
            confirm,
        )
    )

    bodies = [json.loads(body) for _, _, body in answers]
    assert [status[:3] for status, _, _ in answers] == [
        *("201", "402", "409", "201", "201", "201")
    ]
    assert [bodies[place]["code"] for place in (1, 2)] == [
        *("insufficient_funds", "charge_not_payable")
    ]
    assert bodies[3]["id"] == bodies[4]["id"]
    assert bodies[0]["id"] == bodies[5]["id"]
    assert Charge.objects.filter(idempotency_key="twice", store=shop.store).count() == 1
    assert Payment.objects.filter(charge=good.charge).count() == 1
    assert [read_balance(payer.wallet.account_id) for payer in payers] == [9_520, 1, 10_000]


def test_two_phones_in_one_trip_do_not_claim_the_same_charge(group, door, shop):
    charge = factories.make_charge(shop)
    phones = [factories.open_customer() for _ in range(4)]

    answers = group.act(ask(door, *(write_claim(phone, charge) for phone in phones)))

    assert Counter(status[:3] for status, _, _ in answers) == {"201": 1, "409": 3}


def test_a_trip_reads_what_it_wrote_before(group, door, shop):
    payer = factories.open_customer()
    claim = claim_new(shop, payer)

    paid, seen = group.act(
        ask(door, write_confirm(payer, claim), write_show(shop, claim.charge))
    )

    assert paid[0] == "201 Created"
    assert json.loads(seen[2])["status"] == "captured"


def test_a_session_that_ended_meanwhile_pays_nothing(group, door, shop):
    payer = factories.open_customer()
    claim = claim_new(shop, payer)
    other = factories.open_customer()
    others = claim_new(shop, other)

    with group.held():
        started = [
            group._threads.submit(_act, job)
            for job in ask(door, write_confirm(payer, claim), write_confirm(other, others))
        ]
        wait_until(lambda: group.trips.count_waiting() == 2)
        Session.objects.filter(user=payer.wallet.user).update(ended_at=Now())

    answers = [one.result(30) for one in started]
    assert [status[:3] for status, _, _ in answers] == ["401", "201"]
    assert read_balance(payer.wallet.account_id) == 10_000


def test_payers_who_pay_each_other_s_tills_crosswise_are_all_paid(group, door, shop):
    payers = [factories.open_customer() for _ in range(6)]
    key = uuid.uuid4().hex

    for round_number in range(5):
        claims = [claim_new(shop, payer) for payer in payers]
        requests = [
            write_confirm(payer, claim, key=f"{key}-{round_number}")
            for payer, claim in zip(payers, claims, strict=True)
        ]
        # Another process's requests meet these rows in the opposite order.
        answers = group.act(ask(door, *requests, *reversed(requests)))

        assert {status[:3] for status, _, _ in answers} == {"201"}

    assert {read_balance(payer.wallet.account_id) for payer in payers} == {10_000 - 5 * 480}
