"""The worker, the queue and the streams may die: the sale does not, and all else catches up."""

import os
import signal
import threading
import time
from functools import partial

import celery
import httpx
import kombu
import pytest
import redis
from kombu.exceptions import OperationalError

from tests.faults.crew import Crew
from tests.faults.shop import GAPS, ask_books, check_sales, count_mails, wait_for
from tests.stack import revive_takers

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(300, func_only=True)]

SALE_MAX_S = 10
JOBS = ("pos.issue_receipts", "pos.sweep_charges", "merchants.close_due_settlements")


class Stream:
    """An open page's stream, read in the background."""

    def __init__(self, shop, charge):
        self.shop, self.charge = shop, charge
        self.told: list[str] = []
        self.over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()
        wait_for(lambda: "hello" in self.told)

    def _follow(self):
        path = f"charges/{self.charge['id']}/events"
        try:
            with (
                self.shop.till.open() as client,
                client.stream("GET", path, timeout=60) as answer,
            ):
                for line in answer.iter_lines():
                    if line.startswith("event: "):
                        self.told.append(line.removeprefix("event: "))
        except httpx.HTTPError:
            pass
        finally:
            self.over.set()

    def count(self, event):
        return self.told.count(event)


def timed_sale(shop):
    began = time.monotonic()
    sale = shop.sell()
    assert time.monotonic() - began < SALE_MAX_S
    return sale


def count_undone(broker):
    return broker.llen("celery") + broker.hlen("unacked")


def test_a_sale_needs_no_worker_and_its_receipt_comes_once_there_is_one(stack, shop):
    stack.kill("worker")
    sale = timed_sale(shop)

    assert sale.payment["charge"]["status"] == "captured"
    assert shop.read_number(sale.charge) is None
    assert count_mails(stack, sale.charge) == 0
    stack.start("worker")

    number = wait_for(lambda: shop.read_number(sale.charge))
    wait_for(lambda: count_mails(stack, sale.charge))
    timed_sale(shop)
    assert shop.read_number(sale.charge) == number
    assert count_mails(stack, sale.charge) == 1
    check_sales(stack, [sale])


def test_every_job_delivered_three_times_works_once(stack, shop):
    broker = redis.Redis.from_url(stack.env["REDIS_URL"])
    send = partial(
        celery.Celery().send_task,
        connection=kombu.Connection(stack.env["CELERY_BROKER_URL"]),
        ignore_result=True,
    )
    settlements = b"SELECT count(*) FROM merchants_settlement"
    before = ask_books(stack, settlements)
    stack.kill("worker")
    sales = [shop.sell() for _ in range(3)]
    for _ in range(3):
        for name in JOBS:
            send(name)
    assert broker.llen("celery") >= 3 * len(JOBS)
    # What the killed worker held comes again in an hour; sweeps do not wait for it.
    stuck = broker.hlen("unacked")
    stack.start("worker")

    wait_for(lambda: count_undone(broker) == stuck)
    assert len({shop.read_number(sale.charge) for sale in sales}) == 3
    assert ask_books(stack, GAPS) == []
    assert [count_mails(stack, sale.charge) for sale in sales] == [1, 1, 1]
    assert ask_books(stack, settlements) == before
    check_sales(stack, sales)
    broker.close()


def test_workers_killed_again_and_again_leave_no_sale_without_a_receipt(stack, shop, demo):
    with Crew(stack, demo) as crew:
        for _ in range(2):
            crew.wait_for_sales(5)
            stack.kill("worker")
            stack.start("worker")
        crew.stop()

    for sale in crew.sales:
        wait_for(partial(shop.read_number, sale.charge))
    assert ask_books(stack, GAPS) == []
    check_sales(stack, crew.sales)


def test_a_sale_needs_no_queue_and_everything_catches_up_when_it_is_back(stack, shop):
    stream = Stream(shop, shop.open_charge())
    stack.kill("valkey")
    sale = timed_sale(shop)

    assert shop.read(sale.charge)["status"] == "captured"
    assert shop.read_number(sale.charge) is None
    told = stream.count("changed")
    stack.start("valkey")

    # Whatever was told meanwhile is lost, so every open page is told to look again.
    wait_for(lambda: stream.count("changed") > told)
    wait_for(partial(_read_number_of_living, stack, shop, sale))
    wait_for(lambda: count_mails(stack, sale.charge) == 1)
    check_sales(stack, [sale])


def _read_number_of_living(stack, shop, sale):
    revive_takers(stack)
    return shop.read_number(sale.charge)


def test_queuing_a_job_does_not_wait_for_a_queue_that_is_away(tmp_path, settings):
    away = kombu.Connection(
        f"redis+socket://{tmp_path}/nobody.sock",
        transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
    )
    began = time.monotonic()

    with pytest.raises(OperationalError):
        celery.Celery().send_task("pos.sweep_charges", connection=away, retry=False)

    assert time.monotonic() - began < 3


def test_a_queue_that_hangs_delays_a_sale_a_little_and_no_more(stack, shop):
    pid = int(stack.processes["valkey"].pid_path.read_text())
    os.kill(pid, signal.SIGSTOP)
    try:
        sale = timed_sale(shop)
    finally:
        os.kill(pid, signal.SIGCONT)

    wait_for(lambda: shop.read_number(sale.charge))
    check_sales(stack, [sale])


def test_a_till_whose_stream_died_sees_the_truth_and_is_told_again(stack, shop):
    charge = shop.open_charge()
    stream = Stream(shop, charge)
    stack.kill("streams")

    wait_for(stream.over.is_set)
    shop.confirm(shop.scan(charge), key="a stream died")
    assert shop.read(charge["id"])["status"] == "captured"
    stack.start("streams")

    other = shop.open_charge()
    stream = Stream(shop, other)
    shop.scan(other)
    wait_for(lambda: stream.count("changed"))
