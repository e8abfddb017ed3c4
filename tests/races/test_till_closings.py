"""A till closes every moment while it sells: each sale and refund is in exactly one closing."""

import uuid
from collections import Counter
from functools import partial
from threading import Event

import pytest

from pos.closings import close_till
from pos.models import Charge, Closing, ClosingEntry, Refund
from tests import factories

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

SELLERS, SALES, CLOSERS, PAUSE_S = 3, 15, 2, 0.01


def close(shop, form=None):
    return close_till(shop.terminal, closing_id=form or uuid.uuid4(), cashier=None)


def sell_and_refund(shop, customer, closing_time, *, left):
    for number in range(SALES):
        charge = factories.sell(shop, customer, amount_minor=100 + number)
        if number % 3 == 0:
            factories.refund(shop, charge, key="part", amount_minor=10 + number)
    left.pop()
    if not left:
        closing_time.set()


def close_often(shop, until):
    while not until.wait(PAUSE_S):
        close(shop)


def test_each_sale_is_in_exactly_one_closing(crowd, without_pin):
    shop, until = factories.open_shop(), Event()
    left = [None] * SELLERS
    people = [factories.open_customer() for _ in range(SELLERS)]
    jobs = [partial(sell_and_refund, shop, each, until, left=left) for each in people]

    crowd.act([*jobs, *[partial(close_often, shop, until)] * CLOSERS])

    last = close(shop)
    closings = list(Closing.objects.filter(terminal=shop.terminal).order_by("number"))
    assert [each.number for each in closings] == list(range(1, len(closings) + 1))
    assert len(closings) > CLOSERS
    entries = ClosingEntry.objects.filter(closing__terminal=shop.terminal)
    sales = Charge.objects.filter(terminal=shop.terminal)
    refunds = Refund.objects.filter(charge__in=sales)
    ids = [*sales.values_list("id", flat=True), *refunds.values_list("id", flat=True)]
    assert Counter(entries.values_list("id", flat=True)) == Counter(ids)
    assert sum(each.sales_count for each in closings) == SELLERS * SALES
    sold = sum(each.amount_minor for each in sales)
    refunded = sum(each.amount_minor for each in refunds)
    assert sum(each.sales_minor for each in closings) == last.all_sales_minor == sold
    assert sum(each.refunds_minor for each in closings) == last.all_refunds_minor == refunded


def test_the_same_form_sent_often_closes_once(crowd):
    shop, form = factories.open_shop(), uuid.uuid4()

    answers = crowd.act([partial(close, shop, form)] * 8)

    assert {each.pk for each in answers} == {form}
    assert Closing.objects.filter(terminal=shop.terminal).count() == 1
