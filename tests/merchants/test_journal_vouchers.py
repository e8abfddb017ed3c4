"""A journal is what the ledger says of the shop, day by day, and stays what it was."""

from collections import Counter
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from banking.matching import Unposted
from banking.models import Entry, Order
from banking.orders import book_order, return_order
from banking.run_booking import book_run
from ledger.models import Transfer
from ledger.queries import sum_balance
from merchants.errors import NothingToSettle
from merchants.journals.vouchers import (
    find_settled_until,
    read_period_vouchers,
    read_settlement_vouchers,
)
from merchants.models import MerchantBalance, Purpose, SettlementLine
from merchants.payout_orders import pay_again
from merchants.settlement import close_settlement
from tests import factories
from tests.banking import bank
from tests.banking.bank import DAY
from tests.owners import as_owner

pytestmark = pytest.mark.django_db


def add_up(vouchers):
    """Return each purpose's balance, what is debited above zero."""
    sums: Counter[Purpose] = Counter()
    for voucher in vouchers:
        for move in voucher.moves:
            sums[move.debit] += move.amount_minor
            sums[move.credit] -= move.amount_minor
    return {purpose: amount for purpose, amount in sums.items() if amount}


def say(vouchers):
    return [
        (
            each.number,
            each.on,
            move.debit.value,
            move.credit.value,
            move.amount_minor,
            move.text,
        )
        for each in vouchers
        for move in each.moves
    ]


def read_all(balance):
    return read_period_vouchers(balance, first=date(2026, 1, 1), last=date(2999, 1, 1))


def test_a_settlement_is_booked_by_day_and_store(shop, customer):
    sold = factories.sell(shop, customer, amount_minor=1000)
    factories.sell(shop, customer, amount_minor=250)
    factories.refund(shop, sold, amount_minor=300)
    settlement = factories.settle(shop)
    day, name = settlement.period.last_day, shop.store.name

    assert say(read_settlement_vouchers(settlement)) == [
        ("ST-0001-1", day, "clearing", "sales", 1250, f"Sales, {name}"),
        ("ST-0001-1", day, "refunds", "clearing", 300, f"Refunds, {name}"),
        ("ST-0001-1", day, "fees", "clearing", 8, f"Fees, {name}"),
        ("ST-0001-1", day, "transit", "clearing", 942, "Payout of ST-0001"),
    ]


def test_a_payout_arrives_comes_back_and_arrives_again(shop, customer):
    factories.name_bank_account(shop.merchant)
    factories.sell(shop, customer, amount_minor=1000)
    settlement = factories.settle(shop)
    bank.send()
    order = Order.objects.get(subject=settlement.pk)
    book_order(order, bank.enter(order, -994))
    # The bank's day is a fixed one, and so before the settlement's or after it.
    [arrived] = [each for each in say(read_settlement_vouchers(settlement)) if "-B" in each[0]]
    assert arrived == (
        *("ST-0001-B1", DAY, "bank", "transit", 994),
        "Payout of ST-0001 arrived",
    )

    return_order(order, bank.enter(order, 994, reason_code="AC04"))
    again = pay_again(settlement, replaced_id=order.id)
    bank.send()
    again.refresh_from_db()
    assert add_up(read_settlement_vouchers(settlement))[Purpose.TRANSIT] == 994

    book_order(again, bank.enter(again, -994))
    vouchers = read_settlement_vouchers(settlement)
    assert {each.number for each in vouchers} == {
        *("ST-0001-1", "ST-0001-B1", "ST-0001-R1", "ST-0001-B2"),
    }
    assert Purpose.TRANSIT not in add_up(vouchers)
    assert say(read_all(factories.balance_of(shop))) == say(vouchers)


def test_a_payout_of_a_run_that_was_booked_as_one_sum_keeps_its_day(shop, customer):
    factories.name_bank_account(shop.merchant)
    factories.sell(shop, customer, amount_minor=1000)
    settlement = factories.settle(shop)
    run = bank.send()
    order = Order.objects.get(subject=settlement.pk)
    book_whole_run(run, order)
    arrivals = [each for each in read_settlement_vouchers(settlement) if "-B" in each.number]
    assert [(each.number, each.on) for each in arrivals] == [("ST-0001-B1", DAY)]

    return_order(order, bank.enter(order, 994, reason_code="AC04"))
    # Some weeks later, when the file of its month was imported long ago.
    later = timezone.now() + timedelta(days=40)
    with as_owner():
        Order.objects.filter(pk=order.pk).update(changed_at=later)
        Entry.objects.filter(amount_minor=994).update(booked_on=later.date())

    days = {each.number: each.on for each in read_all(factories.balance_of(shop))}
    assert days["ST-0001-B1"] == DAY
    assert days["ST-0001-R1"] == later.date()


def book_whole_run(run, order):
    """Book a run by one entry that does not say its parts."""
    entry = bank.enter(order, -order.amount_minor)
    with as_owner():
        Entry.objects.filter(pk=entry.pk).update(order=None, end_to_end_id="", is_lump=True)
    entry.refresh_from_db()
    book_run(run, Unposted(*(getattr(entry, each.name) for each in fields(Unposted))))
    order.refresh_from_db()


def test_days_are_the_shop_s_and_a_period_is_its_days(customer):
    shop = factories.open_shop(time_zone="Asia/Tokyo")
    for number in range(3):
        factories.sell(shop, customer, amount_minor=100 * (number + 1))
    # 23:59 of the 29th, 00:00 of the 30th and 23:59 of the 30th in Tokyo.
    instants = [
        datetime(2026, 10, 29, 14, 59, 59, tzinfo=UTC),
        datetime(2026, 10, 29, 15, tzinfo=UTC),
        datetime(2026, 10, 30, 14, 59, tzinfo=UTC),
    ]
    lines = SettlementLine.objects.filter(store=shop.store).order_by("amount_minor")
    with as_owner():
        for line, at in zip(list(lines), instants, strict=True):
            SettlementLine.objects.filter(pk=line.pk).update(at=at)
    MerchantBalance.objects.update(settled_until=datetime(2026, 10, 28, 15, tzinfo=UTC))
    balance = factories.balance_of(shop)
    close_settlement(balance.id, cut_at=datetime(2026, 10, 30, 15, tzinfo=UTC))
    balance.refresh_from_db()

    def days(first, last):
        vouchers = read_period_vouchers(
            balance, first=date(2026, 10, first), last=date(2026, 10, last)
        )
        sales = [move for each in vouchers for move in each.moves if move.credit == "sales"]
        return [each.number for each in vouchers], sum(move.amount_minor for move in sales)

    assert days(29, 29) == (["ST-0001-1"], 100)
    assert days(30, 30) == (["ST-0001-2"], 500)
    assert days(29, 30) == (["ST-0001-1", "ST-0001-2"], 600)
    assert days(31, 31) == days(28, 28) == ([], 0)
    assert find_settled_until(balance) == date(2026, 10, 30)


def test_a_sale_that_committed_over_the_cut_keeps_its_day(shop, customer):
    factories.sell(shop, customer, amount_minor=700)
    opened_at = datetime(2026, 10, 30, 0, 0, tzinfo=UTC)
    with as_owner():
        SettlementLine.objects.update(at=opened_at - timedelta(seconds=1))
    MerchantBalance.objects.update(settled_until=opened_at)
    balance = factories.balance_of(shop)
    close_settlement(balance.id, cut_at=datetime(2026, 10, 31, tzinfo=UTC))

    day = date(2026, 10, 29)
    assert [each.number for each in read_period_vouchers(balance, first=day, last=day)] == [
        "ST-0001-1"
    ]


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["sell", "sell", "refund", "close"]),
        st.integers(min_value=1, max_value=3_000),
    ),
    min_size=2,
    max_size=9,
)


@pytest.mark.parametrize("currency", ["JPY", "EUR", "KWD"])
def test_journals_say_what_the_ledger_says(currency):
    shop = factories.open_shop(currency=currency, mdr_bps=137)
    till = Till(shop, factories.open_customer(currency=currency, balance_minor=500_000))
    balance = factories.balance_of(shop)

    @settings(max_examples=8, deadline=None)
    @given(_STEPS)
    def check(steps):
        for name, number in steps:
            getattr(till, name)(number)
        for settlement in balance.settlements.select_related("balance__merchant"):
            assert_as_in_the_ledger(read_settlement_vouchers(settlement), settlement)
        whole = add_up(read_all(balance))
        owed_minor = whole.get(Purpose.CLEARING, 0) + whole.get(Purpose.TRANSIT, 0)
        assert owed_minor == sum_balance(balance.payable_account_id)

    check()


class Till:
    """A shop's day: sales, refunds of the oldest sale that has something left, closings."""

    def __init__(self, shop, customer):
        self.shop, self.customer, self.left = shop, customer, []

    def sell(self, amount_minor):
        sold = factories.sell(self.shop, self.customer, amount_minor=amount_minor)
        self.left.append((sold, amount_minor))

    def refund(self, amount_minor):
        if self.left:
            sold, left_minor = self.left.pop(0)
            part = min(amount_minor, left_minor)
            factories.refund(self.shop, sold, amount_minor=part)
            if left_minor > part:
                self.left.insert(0, (sold, left_minor - part))

    def close(self, _):
        with suppress(NothingToSettle):
            factories.settle(self.shop)


def assert_as_in_the_ledger(vouchers, settlement):
    """Compare a settlement's moves with the transfers that its closing has posted."""
    balance, sums = settlement.balance, add_up(vouchers)
    posted: Counter[str] = Counter()
    for row in Transfer.objects.filter(reference=settlement.public_id):
        is_ours = row.credit_account_id == balance.payable_account_id
        posted[row.kind] += row.amount_minor if is_ours else -row.amount_minor
    sales, refunds = -sums.get(Purpose.SALES, 0), sums.get(Purpose.REFUNDS, 0)
    assert sales - refunds == posted["settle"] + posted["recover"]
    assert sums.get(Purpose.FEES, 0) == -posted["fee"]
    assert sums.get(Purpose.TRANSIT, 0) == settlement.payout_minor
    assert sums.get(Purpose.CLEARING, 0) == settlement.closing_minor - settlement.opening_minor
