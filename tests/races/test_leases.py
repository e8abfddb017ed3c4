"""Many workers, one that is paused, one that dies: each line is in one settlement."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.utils import timezone

from ledger.queries import sum_balance
from merchants.due_settlements import close_due_settlements, close_part
from merchants.leases import lease_free
from merchants.models import MerchantBalance, Settlement, SettlementLine
from merchants.queries import find_last_midnight
from merchants.settlement import close_settlement
from servers.programs import ROOT
from tests import factories
from tests.clocks import date_back

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
SHOPS, WORKERS = 12, 6


def find_midnight():
    return find_last_midnight("Europe/Dublin", now=timezone.now())


def sell_yesterday(shop, customer, *, amount_minor=200):
    factories.sell(shop, customer, amount_minor=amount_minor)
    balance, midnight = factories.balance_of(shop), find_midnight()
    lines = SettlementLine.objects.filter(balance=balance, settlement=None)
    date_back(lines, at=midnight - timedelta(hours=1))
    return balance, midnight


def open_yesterday(shop, customer):
    balance, midnight = sell_yesterday(shop, customer)
    rows = MerchantBalance.objects.filter(pk=balance.pk)
    rows.update(settled_until=midnight - timedelta(days=1))
    return balance, midnight


def list_sums(balance):
    """Return each settlement's sales in minor units; they and the ledger's payable agree."""
    settlements = list(Settlement.objects.filter(balance=balance).order_by("number"))
    assert [each.number for each in settlements] == list(range(1, len(settlements) + 1))
    paid_minor = sum(each.payout_minor for each in settlements)
    assert sum_balance(balance.payable_account_id) == paid_minor
    return [each.sales_minor for each in settlements]


def close_due(balance):
    return [each for each in close_due_settlements() if each.balance_id == balance.pk]


def let_lease_end(balance):
    leased = MerchantBalance.objects.filter(pk=balance.pk, leased_until__isnull=False)
    leased.update(leased_until=Now())


@pytest.fixture
def worker():
    """Start a worker that stops at a place; it is there when the fixture returns."""
    started: list[subprocess.Popen[str]] = []
    name = connection.settings_dict["NAME"]
    address = os.environ["DATABASE_URL"].replace("/books?", f"/{name}?")

    def start(balance, cut_at, place):
        module = [sys.executable, "-m", "tests.races.paused_worker"]
        process = subprocess.Popen(
            [*module, str(balance.pk), cut_at.isoformat(), place],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": address,
                "DJANGO_SETTINGS_MODULE": "config.settings",
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), f"the worker ended: {status}"
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def go_on(process):
    process.send_signal(signal.SIGCONT)
    said, _ = process.communicate(timeout=60)
    return said.strip()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        # Its lease ended while it slept, and its number is an old one.
        ("leased", "LeaseLost"),
        # The server ended its transaction, so others could go on.
        ("lines taken", "InternalError"),
        ("payout ordered", "InternalError"),
    ],
)
@pytest.mark.usefixtures("committed")
def test_a_paused_worker_that_goes_on_closes_nothing_twice(worker, books_hold, place, said):
    shop, customer = factories.open_shop(), factories.open_customer()
    factories.name_bank_account(shop.merchant)
    balance, midnight = open_yesterday(shop, customer)
    paused = worker(balance, midnight, place)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '30s'")
    let_lease_end(balance)
    assert len(close_due(balance)) == 1
    # It was paid before the cut and commits after the closing: for the next settlement.
    sell_yesterday(shop, customer, amount_minor=700)

    assert go_on(paused) == said

    assert list_sums(balance) == [200]
    assert close_settlement(balance.pk).sales_minor == 700
    assert list_sums(balance) == [200, 700]
    books_hold()


def test_many_workers_close_each_balance_once(crowd, without_pin):
    customer = factories.open_customer(balance_minor=100_000)
    shops = [factories.open_shop() for _ in range(SHOPS)]
    balances = [open_yesterday(shop, customer)[0] for shop in shops]
    chance = random.Random(7)  # noqa: S311  every run is the same
    jobs = []
    for _ in range(WORKERS - 1):
        part = [balance.pk for balance in balances]
        chance.shuffle(part)
        jobs.append(partial(close_part, part[: SHOPS * 2 // 3]))
    jobs.append(partial(close_due_settlements))

    answers = crowd.act(jobs)

    closed = Counter(each.balance_id for one in answers for each in one)
    close_due_settlements()
    assert set(closed.values()) == {1}
    assert [list_sums(balance) for balance in balances] == [[200]] * SHOPS


class Dead(Exception):
    """The process has gone: its connection is closed, and it does nothing more."""


@pytest.mark.usefixtures("committed")
def test_a_worker_that_dies_before_any_statement_leaves_all_to_the_next(books_hold):
    shop, customer = factories.open_shop(), factories.open_customer()
    factories.name_bank_account(shop.merchant)
    sums, number = list[int](), 0
    while True:
        number += 1
        balance, midnight = open_yesterday(shop, customer)
        lease = lease_free([balance.pk])[balance.pk]
        left = [number]

        def look(execute, sql, *rest, left=left):
            left[0] -= 1
            if not left[0]:
                # As the server sees a process that was killed.
                connection.connection.close()
                raise Dead
            return execute(sql, *rest)

        try:
            with connection.execute_wrapper(look):
                close_settlement(balance.pk, cut_at=midnight, fence=lease.fence)
        except (Dead, DatabaseError):
            connection.close()
        else:
            sums.append(200)
            break
        let_lease_end(balance)
        assert len(close_due(balance)) == 1
        sums.append(200)

    assert list_sums(balance) == sums
    # Lock, lines, last settlement, its row, the balance's, transfers, order and event at least.
    assert number > 8
    books_hold()
