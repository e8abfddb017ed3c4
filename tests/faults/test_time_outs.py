"""Somebody holds what a sale needs: the wait ends, nothing has moved, a retry pays once."""

import contextlib
import time
from dataclasses import replace
from functools import partial

import psycopg
import pytest
from django.db import connection
from django.test import Client

from ledger.queries import read_balance
from merchants.models import Role
from merchants.onboarding import open_store
from merchants.settlement import list_settlements
from pos.terminals import add_terminal
from tests import factories
from tests.closing import close_by_hand
from tests.conftest import Api
from tests.faults.shop import wait_for
from tests.snapshots import nothing_changes
from wallet.models import Payment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300, func_only=True)]

LIMITS = {
    "lock_timeout": "2s",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",
}
# Less than the statement's own limit, so that it is known which of them ended the wait.
LOCK_TIMEOUT_S, PATIENCE_S = 2, 2.9
BUSY = {
    "type": "/api/docs/#busy",
    "title": "Busy",
    "status": 503,
    "code": "busy",
    "detail": "Somebody else is using this. Nothing was changed; try again.",
}
TIMED_OUT = {
    "type": "/api/docs/#timed_out",
    "title": "Timed out",
    "status": 503,
    "code": "timed_out",
    "detail": "This took too long. Nothing was changed; try again.",
}


@contextlib.contextmanager
def held(table, row_id):
    """Hold a row in another connection, as a transaction does that changes it."""
    with contextlib.closing(connection.copy()) as other:
        other.set_autocommit(False)
        lock = f"SELECT 1 FROM {table} WHERE id = %s FOR NO KEY UPDATE"  # noqa: S608  ours
        other.cursor().execute(lock, [row_id])
        yield


def limit(name, value):
    """Limit how long this connection, which serves the test's requests, waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", [name, value])


def claim_sale():
    """Make a claimed charge; return it, its payer, and what asks for the payment."""
    shop, customer = factories.open_shop(), factories.open_customer()
    charge = factories.make_charge(shop)
    body = {"claim": factories.claim(customer, charge).public_id}
    charge.refresh_from_db()
    return charge, customer, partial(Api(customer.token).post, "wallet/payments", body, key="k")


def assert_paid_once(charge, customer, answers):
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Payment.objects.filter(charge=charge).count() == 1
    assert read_balance(customer.wallet.account_id) == 10_000 - 480


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(("name", "value"), LIMITS.items())
def test_every_connection_has_its_limits(name, value):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        assert cursor.fetchone() == (value,)


@pytest.mark.usefixtures("committed")
def test_a_payment_whose_wallet_is_held_is_busy_after_two_seconds(books_hold):
    charge, customer, pay = claim_sale()

    with held("ledger_account", customer.wallet.account_id), nothing_changes(charge):
        began = time.monotonic()
        waiting = pay()
        took_s = time.monotonic() - began
    again = [pay(), pay()]

    assert LOCK_TIMEOUT_S <= took_s < LOCK_TIMEOUT_S + PATIENCE_S
    assert (waiting.status_code, waiting.json()) == (503, BUSY)
    assert waiting["Retry-After"] == "1"
    assert_paid_once(charge, customer, again)
    books_hold()


@pytest.mark.usefixtures("committed")
def test_a_payment_that_takes_too_long_is_given_up(books_hold):
    charge, customer, pay = claim_sale()
    limit("lock_timeout", "0")
    limit("statement_timeout", "300ms")

    with held("ledger_account", customer.wallet.account_id), nothing_changes(charge):
        waiting = pay()
    connection.close()
    again = [pay(), pay()]

    assert (waiting.status_code, waiting.json()) == (503, TIMED_OUT)
    assert waiting["Retry-After"] == "1"
    assert_paid_once(charge, customer, again)
    books_hold()


@pytest.mark.usefixtures("committed")
def test_a_refund_whose_wallet_is_held_is_busy_and_is_made_once(books_hold):
    shop, customer = factories.open_shop(), factories.open_customer()
    charge = factories.sell(shop, customer)
    path = f"charges/{charge.public_id}/refunds"
    refund = partial(Api(shop.key).post, path, {"reason": "cold"}, key="k")
    limit("lock_timeout", "50ms")

    with held("ledger_account", customer.wallet.account_id), nothing_changes(charge):
        waiting = refund()
    again = [refund(), refund()]

    assert (waiting.status_code, waiting.json()) == (503, BUSY)
    assert [answer.status_code for answer in again] == [201, 201]
    assert len({answer.json()["id"] for answer in again}) == 1
    assert read_balance(customer.wallet.account_id) == 10_000
    books_hold()


@pytest.mark.usefixtures("committed")
def test_what_closing_by_hand_has_closed_before_a_held_book_is_shown_and_not_denied(books_hold):
    shop, owner = factories.open_shop(), Client(SERVER_NAME="pay.test")
    owner.force_login(factories.hire_person(shop, role=Role.OWNER).user)
    store = open_store(shop.merchant, name="Tokyo", currency="JPY")
    abroad = replace(shop, store=store, terminal=add_terminal(store, name="Till 2"))
    factories.sell(shop, factories.open_customer())
    factories.sell(abroad, factories.open_customer(currency="JPY"))
    limit("lock_timeout", "50ms")
    close = partial(close_by_hand, owner)

    with held("merchants_merchantbalance", factories.balance_of(abroad).id):
        first = close()
    closed = list(list_settlements(shop.merchant.id))
    second = close()

    assert [(one.currency, one.sales_minor) for one in closed] == [("EUR", 480)]
    assert first["Location"] == f"/dashboard/settlements/{closed[0].public_id}/"
    assert second.status_code == 302
    assert {one.currency for one in list_settlements(shop.merchant.id)} == {"EUR", "JPY"}
    books_hold()


@pytest.mark.faults
def test_a_job_that_waits_too_long_is_logged_and_found_again(stack, shop):
    worker_log = stack.processes["worker"].log_path
    lock = b"SELECT id FROM merchants_store FOR NO KEY UPDATE"
    seen = worker_log.stat().st_size

    with psycopg.connect(stack.env["DATABASE_URL"]) as other:
        other.execute(lock)
        sale = shop.sell()
        wait_for(lambda: "lock timeout" in worker_log.read_text()[seen:])
        assert shop.read_number(sale.charge) is None

    wait_for(partial(shop.read_number, sale.charge))
    assert stack.find_dead() == []
