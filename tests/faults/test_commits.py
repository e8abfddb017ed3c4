"""A commit waits for a standby that is away: nothing is said of money that is not known."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from tests.faults.shop import ask_books, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(120, func_only=True)]

# Of the statement's beginning, by the express lane or by the view; PostgreSQL shows no more.
PAYING = r'wallet_confirm_charge|^\s*SELECT "payment"."id"'
PAID = b"SELECT count(*) FROM wallet_payment WHERE idempotency_key = %s"
RUNNING = {
    "type": "/api/docs/#still_running",
    "title": "Still running",
    "status": 409,
    "code": "still_running",
    "detail": "Such a request is still running. Ask again with the same key.",
}


@contextlib.contextmanager
def standby_away(stack):
    """Make every commit wait for an absent standby while the block lasts."""
    with psycopg.connect(stack.servers.superuser_url("postgres"), autocommit=True) as superuser:
        superuser.execute("ALTER SYSTEM SET synchronous_standby_names = 'absent'")
        superuser.execute("SELECT pg_reload_conf()")
        try:
            yield superuser
        finally:
            superuser.execute("ALTER SYSTEM RESET synchronous_standby_names")
            superuser.execute("SELECT pg_reload_conf()")


def find_commit(superuser, statement):
    """Find the process whose commit of such a statement waits for the standby."""

    def look():
        question = (
            "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query ~ %s"
        )
        return superuser.execute(question, [statement]).fetchone()

    return wait_for(look, within_s=15)[0]


def count_payments(stack, key):
    return ask_books(stack, PAID, key)[0][0]


def test_while_a_payment_waits_to_be_committed_nobody_says_what_became_of_it(stack, shop):
    charge = shop.open_charge()
    confirmation, key = shop.scan(charge), "a standby that is away"
    # Without the PIN, whose check is a commit of its own.
    without_pin = {"claim": confirmation["claim"]}

    def confirm(key):
        return shop.phone.post("wallet/payments", without_pin, key=key)

    with ThreadPoolExecutor(4) as crowd, standby_away(stack) as superuser:
        first = crowd.submit(confirm, key)
        find_commit(superuser, PAYING)
        again = crowd.submit(confirm, key)
        other = crowd.submit(confirm, "another key")
        claim = crowd.submit(
            shop.phone.post, "wallet/claims", {"payload": charge["link"]}, key="a look"
        )
        repeated = [one.result() for one in (again, other, claim)]
        unknown = first.result()

    assert [(one.status_code, one.json()) for one in repeated] == [(409, RUNNING)] * 3
    assert {one.headers["Retry-After"] for one in repeated} == {"2"}
    assert (unknown.status_code, unknown.json()["code"]) == (503, "try_again")
    assert "changed" not in unknown.text
    assert shop.confirm(confirmation, key=key)["charge"]["status"] == "captured"
    assert count_payments(stack, key) == 1
    stack.manage("check_books")


def test_a_commit_that_is_canceled_while_it_waits_is_unknown_and_never_paid(stack, shop):
    charge = shop.open_charge()
    confirmation, key = shop.scan(charge), "a canceled commit"
    without_pin = {"claim": confirmation["claim"]}

    with ThreadPoolExecutor(1) as crowd, standby_away(stack) as superuser:
        first = crowd.submit(shop.phone.post, "wallet/payments", without_pin, key=key)
        pid = find_commit(superuser, PAYING)
        superuser.execute("SELECT pg_cancel_backend(%s)", [pid])
        unknown = first.result()

    assert (unknown.status_code, unknown.json()["code"]) == (503, "try_again")
    assert shop.confirm(confirmation, key=key)["charge"]["status"] == "captured"
    assert count_payments(stack, key) == 1


def test_a_charge_and_a_refund_that_wait_to_be_committed_are_still_running(stack, shop):
    sale = shop.sell(amount_minor=500)
    amount = {"amount": {"amount_minor": 100, "currency": "EUR"}}
    # Its first request of a minute notes that the key was used, which is a commit of its own.
    assert shop.server.get("charges?limit=1").status_code == httpx.codes.OK
    wishes = {
        f"charges/{sale.charge}/refunds": (shop.server, "COMMIT"),
        "charges": (shop.till, "pos_charge"),
    }
    with ThreadPoolExecutor(2 * len(wishes)) as crowd, standby_away(stack) as superuser:

        def ask(path, api):
            return crowd.submit(api.post, path, amount, key=f"waiting for {path}")

        first = []
        for path, (api, statement) in wishes.items():
            first.append(ask(path, api))
            find_commit(superuser, statement)
        again = [ask(path, api) for path, (api, _) in wishes.items()]
        told = [one.result() for one in again]
        unknown = [one.result().status_code for one in first]

    assert [(one.status_code, one.json()) for one in told] == [(409, RUNNING)] * len(wishes)
    assert unknown == [httpx.codes.SERVICE_UNAVAILABLE] * len(wishes)
    for path, (api, _) in wishes.items():
        answers = [api.post(path, amount, key=f"waiting for {path}").json() for _ in range(2)]
        assert len({one["id"] for one in answers}) == 1
    stack.manage("check_books")
