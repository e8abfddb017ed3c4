"""Settlements close while the shop goes on selling: the difference is nought."""

from collections import Counter
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from django.utils import timezone

from ledger.queries import sum_balance
from merchants.errors import NothingToSettle
from merchants.models import Book, Settlement, SettlementLine
from merchants.settlement import close_due_settlements, close_settlement
from tests import factories
from tests.races.crowd import Job, stagger
from tests.races.test_refunds import refund

pytestmark = [pytest.mark.slow, pytest.mark.timeout(20, func_only=True)]

SELLERS, SALES, PAUSE_S = 4, 20, 0.01


def find_book(shop):
    return Book.objects.get(merchant=shop.merchant, currency=shop.store.currency)


def close(book):
    return close_settlement(book.pk, cut_at=timezone.now())


def close_often(book, until):
    closed = 0
    while not until.wait(PAUSE_S):
        try:
            close(book)
            closed += 1
        except NothingToSettle:
            continue
    return closed


def sell_and_refund(shop, customer, closing_time, *, left):
    for number in range(SALES):
        charge = factories.sell(shop, customer, amount_minor=100 + number)
        if number % 3 == 0:
            refund(shop, charge, "part", 10 + number)
    left.pop()
    if not left:
        closing_time.set()


def check_statement(book, *, sales, refunds):
    """Hold the settlements against what was sold, to the last cent, and with the ledger."""
    settlements = list(Settlement.objects.filter(book=book).order_by("number"))
    lines = SettlementLine.objects.filter(book=book)
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
    assert sum_balance(book.payable_account_id) == owed_minor


def test_closing_all_the_time_loses_and_doubles_nothing(crowd, without_pin):
    shop, closing_time, left = factories.open_shop(), Event(), list(range(SELLERS))
    people = [factories.open_customer(balance_minor=100_000) for _ in range(SELLERS)]
    book = find_book(shop)
    jobs: list[Job] = [
        partial(sell_and_refund, shop, person, closing_time, left=left) for person in people
    ]
    jobs += [partial(close_often, book, closing_time)] * 2

    *_, first, second = crowd.act(jobs)
    close_what_is_left(book)

    sales = [100 + number for number in range(SALES)] * SELLERS
    refunds = [10 + number for number in range(0, SALES, 3)] * SELLERS
    check_statement(book, sales=sales, refunds=refunds)
    assert first + second >= 10
    takings_id = shop.store.takings_account_id
    assert sum_balance(takings_id) == sum_balance(book.receivable_account_id) == 0


def close_what_is_left(book):
    if SettlementLine.objects.filter(book=book, settlement=None).exists():
        close(book)


def test_of_two_closings_at_once_one_takes_the_lines(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()
    book = find_book(shop)

    for number in range(1, 16):
        factories.sell(shop, customer, amount_minor=200)
        answers = crowd.act([partial(close, book)] * 4, refusals=(NothingToSettle,))

        assert Counter(map(type, answers)) == {Settlement: 1, NothingToSettle: 3}
        assert book.settlements.count() == number

    check_statement(book, sales=[200] * 15, refunds=[])


def test_the_timetable_kept_by_two_at_once_closes_each_book_once(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()
    book, yesterday = find_book(shop), timezone.now() - timedelta(days=1)
    factories.sell(shop, customer, amount_minor=200)
    SettlementLine.objects.filter(book=book).update(at=yesterday)
    Book.objects.filter(pk=book.pk).update(settled_until=yesterday)

    answers = crowd.act([close_due_settlements] * 4)

    mine = [one for closed in answers for one in closed if one.book_id == book.pk]
    assert [one.sales_minor for one in mine] == [200]
    check_statement(book, sales=[200], refunds=[])


def test_a_refund_between_cut_and_closing_is_carried_over(crowd):
    shop, customer = factories.open_shop(mdr_bps=0), factories.open_customer()
    book = find_book(shop)
    charge = factories.sell(shop, customer, amount_minor=200)
    cut_at = timezone.now()
    refund(shop, charge, "whole", None)

    before = close_settlement(book.pk, cut_at=cut_at)
    after = close(book)

    assert (before.sales_minor, before.payout_minor, before.closing_minor) == (200, 200, 0)
    assert (after.refunds_minor, after.payout_minor, after.closing_minor) == (200, 0, -200)
    check_statement(book, sales=[200], refunds=[200])
    assert sum_balance(shop.store.takings_account_id) == 0


def test_a_refund_and_a_settlement_at_once_agree_whose_money_it_was(crowd):
    shop = factories.open_shop(mdr_bps=0)
    customer, book = factories.open_customer(), find_book(shop)

    for number in range(40):
        charge = factories.sell(shop, customer, amount_minor=200)
        jobs: list[Job] = [partial(refund, shop, charge, "whole", None), partial(close, book)]
        crowd.act(stagger(jobs, round_number=number))
        close_what_is_left(book)

        assert sum_balance(shop.store.takings_account_id) == 0
        assert sum_balance(book.receivable_account_id) == 0
    check_statement(book, sales=[200] * 40, refunds=[200] * 40)
