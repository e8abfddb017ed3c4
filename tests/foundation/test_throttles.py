"""Misses are counted for a minute, of one and of all together, and forgotten after a day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from foundation.throttles import Misses
from tests import factories
from tests.clocks import date_back
from wallet.models import PaymentCodeMiss

pytestmark = pytest.mark.django_db
MISSES = Misses("wallet_paymentcodemiss", of="merchant_id", by="principal_id")


def test_misses_are_counted_of_one_and_of_all_together(shop):
    merchant, other = shop.merchant.id, factories.open_shop().merchant.id

    MISSES.add(merchant, by=shop.store.id)
    MISSES.add(merchant, by=merchant)
    MISSES.add(other, by=other)

    assert MISSES.count(merchant, by=shop.store.id) == (2, 1)


def test_a_miss_counts_for_a_minute(shop):
    merchant = shop.merchant.id
    MISSES.add(merchant, by=merchant)

    date_back(PaymentCodeMiss.objects.all(), missed_at=timezone.now() - timedelta(seconds=61))

    assert MISSES.count(merchant) == (0, 0)


def test_the_next_miss_forgets_those_of_more_than_a_day_ago(shop):
    merchant = shop.merchant.id
    MISSES.add(merchant)
    date_back(PaymentCodeMiss.objects.all(), missed_at=timezone.now() - timedelta(hours=25))

    MISSES.add(merchant)

    assert PaymentCodeMiss.objects.filter(merchant=shop.merchant).count() == 1
