"""A shop sells for a while and closes each second: each line is in one settlement.

    TESSERA_TEST_CLOSING_S=60 .venv/bin/python -m pytest -s -k each_second tests/races

CI has `tests/races/test_settlements.py`, which closes without a pause for some seconds.
"""

import os
import sys
import time
from functools import partial

import pytest

from merchants.errors import NothingToSettle
from merchants.models import SettlementLine
from merchants.settlement import close_settlement
from tests import factories
from tests.races.test_settlements import check_statement

SELLERS, CLOSERS = 4, 2
CLOSING_S = int(os.environ.get("TESSERA_TEST_CLOSING_S", "0"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300 + 3 * CLOSING_S, func_only=True),
    pytest.mark.skipif(not CLOSING_S, reason="TESSERA_TEST_CLOSING_S says no seconds"),
]


def sell_until(until, shop, customer):
    """Sell and refund; return the amounts of both, in minor units."""
    sales, refunds = list[int](), list[int]()
    while time.monotonic() < until:
        sales.append(100 + len(sales) % 50)
        charge = factories.sell(shop, customer, amount_minor=sales[-1])
        if len(sales) % 3 == 0:
            refunds.append(10 + len(sales) % 50)
            factories.refund(shop, charge, amount_minor=refunds[-1])
    return sales, refunds


def close_until(until, balance, *, first_at):
    """Close each second; return how many settlements there were."""
    closed, due_at = 0, first_at
    while due_at < until:
        time.sleep(max(0, due_at - time.monotonic()))
        due_at += 1
        try:
            close_settlement(balance.pk)
            closed += 1
        except NothingToSettle:
            continue
    return closed


def test_closing_each_second_loses_and_doubles_nothing(crowd, without_pin):
    shop = factories.open_shop()
    people = [factories.open_customer(balance_minor=10_000_000) for _ in range(SELLERS)]
    balance, began = factories.balance_of(shop), time.monotonic()
    until = began + CLOSING_S
    jobs = [partial(sell_until, until, shop, person) for person in people]
    # Half a second apart, and now and then at once: a closing takes a while.
    jobs += [
        partial(close_until, until, balance, first_at=began + number / CLOSERS)
        for number in range(CLOSERS)
    ]

    answers = crowd.act(jobs, patience_s=60 + CLOSING_S)

    if SettlementLine.objects.filter(balance=balance, settlement=None).exists():
        close_settlement(balance.pk)
    sales = [each for sold, _ in answers[:SELLERS] for each in sold]
    refunds = [each for _, returned in answers[:SELLERS] for each in returned]
    closed = sum(answers[SELLERS:])
    sys.stdout.write(f"{len(sales)} sales, {len(refunds)} refunds, {closed} settlements\n")
    check_statement(balance, sales=sales, refunds=refunds)
    assert closed >= CLOSING_S // 2
