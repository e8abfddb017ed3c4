"""The express lane in trouble: the view tells its outage, and nothing is written twice."""

import json
import threading
from contextlib import contextmanager

import pytest
from django.db import OperationalError, close_old_connections, connection, connections

from foundation.postgresql.base import DatabaseWrapper
from pos.models import Charge
from pos.running import mark_running
from tests import factories
from tests.flows.door import Door, write_claim, write_confirm, write_create, write_show
from wallet.models import Payment

pytestmark = pytest.mark.usefixtures("committed")
PAYING = 'SELECT "payment"."id"'
LOOKING = "FROM pos_terminaltoken"


@pytest.fixture
def shop(committed):
    return factories.open_shop()


@pytest.fixture
def customer(committed):
    return factories.open_customer()


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


@pytest.fixture
def door(shop, customer):
    """A lane that has learned the views' headers."""
    door = Door()
    sold = factories.make_charge(shop)
    door.ask(write_create(shop))
    door.ask(write_claim(customer, sold))
    door.ask(write_confirm(customer, factories.claim(customer, sold)))
    door.ask(write_show(shop, sold))
    assert door.left == 4
    return door


@contextmanager
def locked(charge, *, is_running=False):
    """Hold a charge's row by another connection, and the mark of a command on it."""
    is_held, is_over = threading.Event(), threading.Event()

    def hold():
        own = connections["default"]
        with own.cursor() as cursor:
            cursor.execute("BEGIN")
            if is_running:
                mark_running(charge.id)
            cursor.execute("SELECT FROM pos_charge WHERE id = %s FOR UPDATE", [charge.id])
            is_held.set()
            is_over.wait()
            cursor.execute("ROLLBACK")
        own.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert is_held.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        yield
    finally:
        is_over.set()
        holder.join()


@contextmanager
def failing(beginning, failure, *, times=1, after=False):
    """Make so many statements fail, before or after they were executed and committed."""
    failed: list[str] = []

    def run(execute, sql, parameters, many, context):
        is_meant = beginning in sql and len(failed) < times
        if is_meant and not after:
            failed.append(sql)
            raise failure
        done = execute(sql, parameters, many, context)
        if is_meant:
            failed.append(sql)
            raise failure
        return done

    with connection.execute_wrapper(run):
        yield


def read_code(answer):
    return answer[0][:3], json.loads(answer[2])["code"]


@pytest.mark.parametrize(
    ("is_running", "told"), [(False, ("503", "busy")), (True, ("409", "still_running"))]
)
def test_a_wait_in_vain_is_told_once_and_as_the_views_do(
    door, customer, charge, *, is_running, told
):
    claim = factories.claim(customer, charge)
    with locked(charge, is_running=is_running):
        for request in [write_confirm(customer, claim), write_claim(customer, charge)]:
            with door.leaving(1):
                lane = door.ask(request)
            view = door.ask(request, by_lane=False)

            assert lane == view
            assert read_code(lane) == told
            assert lane[1]["Retry-After"] == ("2" if is_running else "1")
    assert not Payment.objects.filter(charge=charge).exists()


def test_a_payment_whose_commit_is_in_doubt_is_not_called_paid(door, customer, charge):
    request = write_confirm(customer, factories.claim(customer, charge))
    doubt = OperationalError("The commit was not confirmed by the standby.")

    with failing(PAYING, doubt, after=True), door.leaving(1):
        unknown = door.ask(request)

    assert read_code(unknown) == ("503", "try_again")
    again, once_more = door.ask(request), door.ask(request)
    assert again[0] == once_more[0] == "201 Created"
    assert json.loads(again[2])["id"] == json.loads(once_more[2])["id"]
    assert Payment.objects.filter(charge=charge).count() == 1


def test_a_fault_in_the_lane_is_logged_and_the_view_answers(door, customer, charge, caplog):
    request = write_confirm(customer, factories.claim(customer, charge))

    with failing(PAYING, RuntimeError("a fault"), after=True), door.leaving(1):
        status, _, shown = door.ask(request)

    assert status == "201 Created"
    assert json.loads(shown)["charge"]["status"] == "captured"
    assert Payment.objects.filter(charge=charge).count() == 1
    assert [one.levelname for one in caplog.records if one.name == "config.express"] == [
        "ERROR"
    ]


def test_a_fault_of_lane_and_view_is_admitted_in_the_api_s_format(door, shop):
    request = write_create(shop, key="a fault")

    with failing(LOOKING, RuntimeError("a fault"), times=9), door.leaving(1):
        status, headers, shown = door.ask(request)

    assert (status[:3], json.loads(shown)["code"]) == ("500", "internal_error")
    assert headers["Content-Type"] == "application/problem+json"
    assert not Charge.objects.filter(terminal=shop.terminal, idempotency_key="a fault").exists()


def test_a_length_of_thousands_of_digits_is_the_views(door, shop):
    request = write_create(shop) | {"CONTENT_LENGTH": "9" * 5000}

    with door.leaving(1):
        assert door.ask(request)[0] == "400 Bad Request"


def test_a_scheme_that_no_proxy_names_is_the_views(door, shop, charge):
    request = write_show(shop, charge) | {"HTTP_X_FORWARDED_PROTO": "gopher"}

    for _ in range(2):
        with door.leaving(1):
            assert door.ask(request)[0] == "200 OK"


@pytest.fixture
def one_connection(monkeypatch, door, charge):
    """Share a single connection, as a process's threads share a few."""
    connection.close()
    monkeypatch.setattr(DatabaseWrapper, "shared", None)
    DatabaseWrapper.share_connections(most=1)
    shared = DatabaseWrapper.shared
    assert shared is not None
    yield shared
    close_old_connections()
    if taken := shared.take():
        taken[1].close()


@pytest.mark.parametrize(
    ("failure", "left", "status"),
    [
        (None, 0, "201"),
        (OperationalError("lost"), 1, "503"),
        (RuntimeError("a fault"), 1, "201"),
        (KeyboardInterrupt(), 0, ""),
    ],
    ids=["answered", "outage", "fault", "interrupted"],
)
def test_the_connection_is_given_back_once(
    one_connection, door, customer, charge, failure, left, status
):
    request = write_claim(customer, charge)

    with failing("wallet_claim_charge(", failure, times=int(failure is not None)):
        if status:
            with door.leaving(left):
                assert door.ask(request)[0].startswith(status)
        else:
            with pytest.raises(KeyboardInterrupt):
                door.ask(request)
        close_old_connections()

    taken = one_connection.take()
    # Given back twice, it could be taken twice.
    with pytest.raises(Exception, match="All connections to the database are in use"):
        one_connection.take()
    if taken is None:
        one_connection.let_go()
    else:
        one_connection.give_back(*taken)
    assert door.ask(request)[0] == "201 Created"
