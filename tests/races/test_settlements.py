"""Settlements close while the shop goes on selling: the difference is nought."""

import contextlib
from collections import Counter
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from ledger.queries import read_balance, sum_balance
from merchants.due_settlements import close_due_settlements
from merchants.errors import NothingToSettle
from merchants.models import MerchantBalance, Role, Settlement, SettlementLine
from merchants.settlement import close_settlement
from tests import factories
from tests.clocks import date_back
from tests.closing import close_by_hand
from tests.conftest import Api
from tests.races.crowd import Job, stagger
from tests.snapshots import nothing_changes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

SELLERS, SALES, PAUSE_S = 4, 20, 0.01


def find_book(shop):
    return MerchantBalance.objects.get(merchant=shop.merchant, currency=shop.store.currency)


def close(balance):
    return close_settlement(balance.pk, cut_at=timezone.now())


def close_often(balance, until):
    closed = 0
    while not until.wait(PAUSE_S):
        try:
            close(balance)
            closed += 1
        except NothingToSettle:
            continue
    return closed


def sell_and_refund(shop, customer, closing_time, *, left):
    for number in range(SALES):
        charge = factories.sell(shop, customer, amount_minor=100 + number)
        if number % 3 == 0:
            factories.refund(shop, charge, key="part", amount_minor=10 + number)
    left.pop()
    if not left:
        closing_time.set()


def check_statement(balance, *, sales, refunds):
    """Hold the settlements against what was sold, to the last cent, and with the ledger."""
    settlements = list(Settlement.objects.filter(balance=balance).order_by("number"))
    lines = SettlementLine.objects.filter(balance=balance)
    assert lines.filter(settlement=None).count() == 0
    assert sum(one.sales_count for one in settlements) == len(sales)
    assert sum(one.sales_minor for one in settlements) == sum(sales)
    assert sum(one.refunds_count for one in settlements) == len(refunds)
    assert sum(one.refunds_minor for one in settlements) == sum(refunds)
    assert [one.number for one in settlements] == list(range(1, len(settlements) + 1))
    paid_minor = sum(one.payout_minor for one in settlements)
    fees_minor = sum(one.fees_minor for one in settlements)
    owed_minor = paid_minor + settlements[-1].closing_minor
    assert owed_minor == sum(sales) - sum(refunds) - fees_minor
    assert sum_balance(balance.payable_account_id) == owed_minor


def test_closing_all_the_time_loses_and_doubles_nothing(crowd, without_pin):
    shop, closing_time, left = factories.open_shop(), Event(), list(range(SELLERS))
    people = [factories.open_customer(balance_minor=100_000) for _ in range(SELLERS)]
    balance = find_book(shop)
    jobs: list[Job] = [
        partial(sell_and_refund, shop, person, closing_time, left=left) for person in people
    ]
    jobs += [partial(close_often, balance, closing_time)] * 2

    *_, first, second = crowd.act(jobs)
    close_what_is_left(balance)

    sales = [100 + number for number in range(SALES)] * SELLERS
    refunds = [10 + number for number in range(0, SALES, 3)] * SELLERS
    check_statement(balance, sales=sales, refunds=refunds)
    assert first + second >= 10
    takings_id = shop.store.takings_account_id
    assert sum_balance(takings_id) == sum_balance(balance.receivable_account_id) == 0


def close_what_is_left(balance):
    if SettlementLine.objects.filter(balance=balance, settlement=None).exists():
        close(balance)


def test_of_two_closings_at_once_one_takes_the_lines(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()
    balance = find_book(shop)

    for number in range(1, 16):
        factories.sell(shop, customer, amount_minor=200)
        answers = crowd.act([partial(close, balance)] * 4, refusals=(NothingToSettle,))

        assert Counter(map(type, answers)) == {Settlement: 1, NothingToSettle: 3}
        assert balance.settlements.count() == number

    check_statement(balance, sales=[200] * 15, refunds=[])


def test_the_timetable_kept_by_two_at_once_closes_each_book_once(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()
    balance, yesterday = find_book(shop), timezone.now() - timedelta(days=1)
    factories.sell(shop, customer, amount_minor=200)
    date_back(SettlementLine.objects.filter(balance=balance), at=yesterday)
    MerchantBalance.objects.filter(pk=balance.pk).update(settled_until=yesterday)

    answers = crowd.act([close_due_settlements] * 4)

    mine = [one for closed in answers for one in closed if one.balance_id == balance.pk]
    assert [one.sales_minor for one in mine] == [200]
    check_statement(balance, sales=[200], refunds=[])


def test_a_refund_between_cut_and_closing_is_carried_over(crowd):
    shop, customer = factories.open_shop(mdr_bps=0), factories.open_customer()
    balance = find_book(shop)
    charge = factories.sell(shop, customer, amount_minor=200)
    cut_at = timezone.now()
    factories.refund(shop, charge, key="whole")

    before = close_settlement(balance.pk, cut_at=cut_at)
    after = close(balance)

    assert (before.sales_minor, before.payout_minor, before.closing_minor) == (200, 200, 0)
    assert (after.refunds_minor, after.payout_minor, after.closing_minor) == (200, 0, -200)
    check_statement(balance, sales=[200], refunds=[200])
    assert sum_balance(shop.store.takings_account_id) == 0


def test_a_refund_and_a_settlement_at_once_wait_for_each_other_and_never_deadlock(crowd):
    shop = factories.open_shop(mdr_bps=0)
    customer, balance = factories.open_customer(), find_book(shop)

    for number in range(40):
        charge = factories.sell(shop, customer, amount_minor=200)
        jobs: list[Job] = [
            partial(factories.refund, shop, charge, key="whole"),
            partial(close, balance),
        ]
        crowd.act(stagger(jobs, round_number=number))
        close_what_is_left(balance)

    check_statement(balance, sales=[200] * 40, refunds=[200] * 40)


@contextlib.contextmanager
def held(balance):
    """Hold the balance as a closing does: nothing waits but who asks for the balance itself.

    A row that points at the balance is written meanwhile all the same.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    with contextlib.closing(connection.copy()) as other:
        other.set_autocommit(False)
        lock = "SELECT 1 FROM merchants_merchantbalance WHERE id = %s FOR NO KEY UPDATE"
        other.cursor().execute(lock, [balance.pk])
        yield


@pytest.mark.usefixtures("committed")
def test_a_refund_waits_for_the_book(books_hold):
    shop, customer = factories.open_shop(), factories.open_customer()
    charge = factories.sell(shop, customer)
    server, path = Api(shop.key), f"charges/{charge.public_id}/refunds"
    body = {"reason": "cold"}

    with held(find_book(shop)), nothing_changes(charge):
        waiting = server.post(path, body, key="k")
    again = server.post(path, body, key="k")

    assert (waiting.status_code, waiting.json()["code"]) == (503, "busy")
    assert waiting["Retry-After"] == "1"
    assert again.status_code == 201
    assert read_balance(customer.wallet.account_id) == 10_000
    books_hold()


@pytest.mark.usefixtures("committed")
def test_a_closing_waits_for_the_book_before_it_looks_for_lines():
    balance = find_book(factories.open_shop())

    # Whoever looked first would find that there is nothing to settle.
    with held(balance), pytest.raises(OperationalError) as waited:
        close(balance)

    assert isinstance(waited.value.__cause__, LockNotAvailable)
    with pytest.raises(NothingToSettle):
        close(balance)


@pytest.mark.usefixtures("committed")
def test_closing_by_hand_asks_to_try_again_while_another_closes(books_hold):
    shop, customer = factories.open_shop(), factories.open_customer()
    balance, owner = find_book(shop), Client(SERVER_NAME="pay.test")
    owner.force_login(factories.hire_person(shop, role=Role.OWNER).user)
    factories.sell(shop, customer)

    with held(balance), nothing_changes():
        waiting = close_by_hand(owner)
    again = close_by_hand(owner)

    assert (waiting.status_code, waiting["Retry-After"]) == (503, "1")
    assert again.status_code == 302
    check_statement(balance, sales=[480], refunds=[])
    books_hold()


@pytest.mark.usefixtures("committed")
def test_a_book_that_is_held_leaves_the_timetable_to_the_others(caplog, books_hold):
    customer, yesterday = factories.open_customer(), timezone.now() - timedelta(days=1)
    books = []
    for _ in range(3):
        shop = factories.open_shop()
        books.append(find_book(shop))
        factories.sell(shop, customer, amount_minor=200)
    date_back(SettlementLine.objects.filter(balance__in=books), at=yesterday)
    MerchantBalance.objects.filter(pk__in=[balance.pk for balance in books]).update(
        settled_until=yesterday
    )
    first, second, third = books

    with held(second):
        closed = {one.balance_id for one in close_due_settlements()}
    later = {one.balance_id for one in close_due_settlements()}

    assert [balance.pk in closed for balance in books] == [True, False, True]
    assert f"MerchantBalance {second.pk} was not settled." in caplog.messages
    assert [balance.pk in later for balance in books] == [False, True, False]
    for balance in (first, second, third):
        check_statement(balance, sales=[200], refunds=[])
    books_hold()
