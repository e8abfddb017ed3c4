"""Web processes die and replies are lost: what was acknowledged is true, a retry finds it."""

import contextlib
import json
import os
import signal
import socket
import uuid
from pathlib import Path

import pytest
from psycopg import sql

from tests.faults.crew import Crew
from tests.faults.shop import ask_books, check_sales, wait_for, without_clock

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(300, func_only=True)]

KILLS = 5


def kill_a_worker(stack, *, number):
    """End one of the web's own children, the processes that serve requests."""
    parent = int(stack.processes["web"].pid_path.read_text())
    with contextlib.suppress(OSError):
        tasks = Path(f"/proc/{parent}/task").glob("*/children")
        children = sorted(int(pid) for path in tasks for pid in path.read_text().split())
        workers = [pid for pid in children if b"granian" in read_command(pid)]
        os.kill(workers[number % len(workers)], signal.SIGKILL)


def read_command(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def send(stack, token, path, body, *, key):
    """Send a request whole, and read nothing of the reply."""
    content = json.dumps(body).encode()
    head = (
        f"POST /api/v1/{path} HTTP/1.1",
        f"Host: {stack.host}:{stack.port}",
        f"Authorization: Bearer {token}",
        f"Idempotency-Key: {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
    )
    connection = socket.create_connection((stack.host, stack.port), timeout=10)
    connection.sendall("\r\n".join((*head, "", "")).encode() + content)
    return connection


def count_effects(stack, table, key):
    query = sql.SQL("SELECT count(*) FROM {} WHERE idempotency_key = %s")
    ((count,),) = ask_books(stack, query.format(sql.Identifier(table)), key)
    return count


def test_web_workers_killed_during_sales_lose_and_double_nothing(stack, shop, demo):
    with Crew(stack, demo) as crew:
        for number in range(KILLS):
            kill_a_worker(stack, number=number)
            crew.wait_for_sales(4)
        crew.stop()
        crew.confirm_again()
        check_sales(stack, crew.sales)


def test_all_of_the_web_killed_during_sales_comes_back(stack, shop, demo):
    with Crew(stack, demo) as crew:
        crew.wait_for_sales(4)
        stack.kill("web")
        stack.start("web")
        crew.wait_for_sales(4)
        crew.stop()
        crew.confirm_again()
        check_sales(stack, crew.sales)


def test_a_reply_lost_after_the_commit_is_given_again(stack, shop):
    sales = []
    for _ in range(5):
        charge, key = shop.open_charge(), str(uuid.uuid4())
        confirmation = shop.scan(charge)
        token = shop.customer["token"]
        unread = send(stack, token, "wallet/payments", confirmation, key=key)
        wait_for(lambda: shop.read(charge["id"])["status"] == "captured")  # noqa: B023  called at once
        unread.close()

        first = shop.confirm(confirmation, key=key)
        second = shop.confirm(confirmation, key=key)
        assert first["charge"]["id"] == charge["id"]
        assert without_clock(first) == without_clock(second)
        assert count_effects(stack, "wallet_payment", key) == 1
        sales.append(charge["id"])

    assert len(set(sales)) == 5
    stack.manage("check_books")


def test_a_phone_that_hangs_up_at_once_may_simply_ask_again(stack, shop):
    for _ in range(10):
        charge, key = shop.open_charge(), str(uuid.uuid4())
        confirmation = shop.scan(charge)
        send(stack, shop.customer["token"], "wallet/payments", confirmation, key=key).close()

        payment = shop.confirm(confirmation, key=key)

        assert payment["charge"]["status"] == "captured"
        assert count_effects(stack, "wallet_payment", key) == 1
    stack.manage("check_books")


def test_a_till_and_a_shop_that_hang_up_may_simply_ask_again(stack, shop, demo):
    secret = demo["merchants"][0]["secret_key"]
    sale = shop.sell(amount_minor=500)
    amount = {"amount": {"amount_minor": 100, "currency": "EUR"}}
    for path, table in (
        ("charges", "pos_charge"),
        (f"charges/{sale.charge}/refunds", "pos_refund"),
    ):
        for _ in range(3):
            key = str(uuid.uuid4())
            send(stack, secret, path, amount, key=key).close()
            answers = [shop.server.post(path, amount, key=key) for _ in range(2)]

            assert [answer.status_code for answer in answers] == [201, 201]
            assert answers[0].json()["id"] == answers[1].json()["id"]
            assert count_effects(stack, table, key) == 1

    assert shop.read(sale.charge)["refunded"]["amount_minor"] == 300
    stack.manage("check_books")
