"""The nightly check of the books, by a real worker: what it keeps, and the alarm it raises."""

import re

import psycopg
import pytest
from psycopg import sql

from config.celery import app
from tests.faults.shop import ask_books, wait_for

pytestmark = pytest.mark.faults
SWITCH = sql.SQL("ALTER TABLE ledger_checkpoint {} TRIGGER ledger_checkpoint_append_only")
COUNT = b"SELECT count(*) FROM ledger_bookcheck"
NEWEST = b"SELECT invariant_count, broken FROM ledger_bookcheck ORDER BY began_at DESC LIMIT 1"


@pytest.fixture
def weakened(stack):
    """Books whose checkpoints can be changed for the length of a test."""
    with psycopg.connect(stack.servers.owner_url(stack.database), autocommit=True) as owner:
        owner.execute(SWITCH.format(sql.SQL("DISABLE")))
        yield
        owner.execute(SWITCH.format(sql.SQL("ENABLE")))


def check_in_the_night(stack):
    """Send the worker what beat sends it, and return what came of it."""
    [(before,)] = ask_books(stack, COUNT)
    with app.connection_for_write(stack.env["CELERY_BROKER_URL"]) as queue:
        app.send_task("ledger.check_books", connection=queue)
    wait_for(lambda: ask_books(stack, COUNT) == [(before + 1,)])
    return ask_books(stack, NEWEST)[0]


def test_a_worker_proves_the_books(stack, shop):
    shop.sell()

    invariants, broken = check_in_the_night(stack)

    assert (invariants > 20, broken) == (True, "")
    stack.manage("check_books", "--last")


def test_a_worker_raises_the_alarm(stack, weakened):
    log_path = stack.processes["worker"].log_path
    seen = log_path.stat().st_size

    _, broken = check_in_the_night(stack)

    claim, _, row = broken.partition(" are in force: ")
    assert claim.startswith("transfers, checkpoints and seals are append-only")
    assert row == "ledger_checkpoint: the trigger is missing or switched off"
    alarm = rf"CRITICAL/\S+ The books do not balance: {re.escape(broken)}\n"
    wait_for(lambda: re.search(alarm, log_path.read_text()[seen:]))
    wait_for(lambda: "BooksBroken" in log_path.read_text()[seen:])
