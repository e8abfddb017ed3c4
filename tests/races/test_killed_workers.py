"""Real workers are killed at each statement of closing: each line is in one settlement.

    TESSERA_TEST_KILLS=20 .venv/bin/python -m pytest -s tests/races/test_killed_workers.py

kills twenty at each statement, and says how many there were; CI kills one.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import celery
import kombu
import pytest
import redis
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from ledger.queries import sum_balance
from merchants.closing_together import _TAKE
from merchants.models import MerchantBalance, Settlement, SettlementLine
from merchants.queries import find_last_midnight
from merchants.settlement import _TAKE_LINES
from servers.programs import ROOT
from tests import factories
from tests.clocks import date_back
from tests.faults.shop import wait_for

TIMES = int(os.environ.get("TESSERA_TEST_KILLS", "1"))
# More than a closing has: the last ones are killed after the commit, before the job is done.
STATEMENTS = 26
WORKERS = 4
QUEUE = 7
PATIENCE_S = 90 + 30 * TIMES
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120 + 2 * PATIENCE_S, func_only=True),
    pytest.mark.usefixtures("committed", "without_pin"),
]


def open_due(number):
    """Open a shop with two sales of yesterday, the greater by the shop's number."""
    shop, customer = factories.open_shop(), factories.open_customer(balance_minor=100_000)
    factories.name_bank_account(shop.merchant)
    for amount_minor in (200, 1000 + number):
        factories.sell(shop, customer, amount_minor=amount_minor)
    balance, midnight = factories.balance_of(shop), find_midnight()
    date_back(SettlementLine.objects.filter(balance=balance), at=midnight - timedelta(hours=1))
    MerchantBalance.objects.filter(pk=balance.pk).update(
        settled_until=midnight - timedelta(days=1)
    )
    return balance


def find_midnight():
    return find_last_midnight("Europe/Dublin", now=timezone.now())


@pytest.fixture
def broker():
    """A queue of its own, where nobody else leaves jobs."""
    address = os.environ["CELERY_BROKER_URL"].replace("virtual_host=0", f"virtual_host={QUEUE}")
    valkey = redis.Redis.from_url(settings.REDIS_URL, db=QUEUE)
    valkey.flushdb()
    yield address
    valkey.flushdb()
    valkey.close()


@pytest.fixture
def kills(tmp_path):
    """The folder in which the workers find when to die."""
    folder = tmp_path / "kills"
    folder.mkdir()
    return folder


@pytest.fixture
def worker(broker, kills, tmp_path):
    """Celery's worker with its own processes, which are killed; it starts new ones."""
    name = connection.settings_dict["NAME"]
    environment = {
        "DATABASE_URL": os.environ["DATABASE_URL"].replace("/books?", f"/{name}?"),
        "CELERY_BROKER_URL": broker,
        "CELERY_SKIP_CHECKS": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "KILLS": str(kills),
    }
    command = ("celery", "-A", "tests.races.killed_worker", "worker", "--loglevel", "INFO")
    log_path = tmp_path / "worker.log"
    with log_path.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--concurrency", str(WORKERS)],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(lambda: process.poll() is not None or " ready." in log_path.read_text())
            assert process.poll() is None, log_path.read_text()
            yield process
        finally:
            stop(process)


def queue_jobs(parts, address):
    """Queue a job for each part."""
    with kombu.Connection(address) as queue:
        for part in parts:
            celery.Celery().send_task(
                "merchants.close_part",
                [[str(balance.pk) for balance in part]],
                connection=queue,
                ignore_result=True,
            )


def stop(process):
    """End the worker once its processes have done what they were at."""
    process.terminate()
    process.wait(timeout=60)


def test_a_worker_killed_at_any_statement_leaves_each_line_in_one_settlement(
    worker, broker, kills, books_hold
):
    numbers = list(range(1, STATEMENTS + 1)) * TIMES
    # Each alone, and each together with another shop.
    parts = [[open_due(number) for _ in range(1 + number % 2)] for number in numbers]
    parts += [[open_due(number) for _ in range(2 - number % 2)] for number in numbers]
    numbers *= 2
    balances = [balance for part in parts for balance in part]
    settled = Settlement.objects.filter(balance__in=balances)
    paths = [kills / str(part[0].pk) for part in parts]
    for path, number in zip(paths, numbers, strict=True):
        path.write_text(str(number))

    began = time.monotonic()
    queue_jobs(parts, broker)
    # An instant before its process dies, a file says where.
    wait_for(
        lambda: not any(path.read_text().isdecimal() for path in paths), within_s=PATIENCE_S
    )
    # Dead processes' leases would last for minutes; of a living one that closes now, either
    # it or the job below is the one that does.
    MerchantBalance.objects.filter(leased_until__isnull=False).update(leased_until=Now())
    queue_jobs(parts, broker)
    wait_for(lambda: settled.count() >= len(balances), within_s=PATIENCE_S)
    stop(worker)

    died = [path.read_text() for path in paths]
    places = Counter(died)
    took_s = time.monotonic() - began
    sys.stdout.write(f"{len(died)} killed, at {len(places)} places, in {took_s:.0f} s\n")
    assert places.keys() >= {_TAKE, _TAKE_LINES}
    assert places["committed"] >= TIMES
    sold = [
        (each, number) for part, number in zip(parts, numbers, strict=True) for each in part
    ]
    for balance, number in sold:
        (settlement,) = Settlement.objects.filter(balance=balance)
        assert (settlement.sales_count, settlement.sales_minor) == (2, 1200 + number)
        assert settlement.lines.count() == 2
        assert sum_balance(balance.payable_account_id) == settlement.payout_minor
    books_hold()
