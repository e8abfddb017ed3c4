"""Reports add up to the ledger, however they are split, and shares to their amounts."""

import itertools
import uuid
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.models import Transfer
from merchants.models import Role, SettlementLine
from merchants.onboarding import open_store
from pos import report_sums
from pos.charges import create_charge
from pos.lines import NewLine
from pos.models import Charge
from pos.openings import NewCharge
from pos.principals import act_at_till
from pos.report_sums import By, find_bounds
from pos.reports import Asked, Line, Report, read_reports
from pos.terminals import add_terminal
from tests import factories
from tests.clocks import date_back

pytestmark = pytest.mark.django_db


def sell(shop, customer, lines, *, at=None, principal=None):
    """Sell items: (name, price, quantity, rate) each; without any it is a bare amount."""
    items = tuple(
        NewLine(name=name, quantity=quantity, unit_price_minor=price, vat_bps=rate)
        for name, price, quantity, rate in lines
    )
    new = NewCharge(
        amount_minor=None if items else 777,
        currency=shop.store.currency,
        reference="",
        description="",
        lines=items,
        idempotency_key=str(uuid.uuid4()),
        request_hash=b"test",
    )
    charge = create_charge(principal or shop.till, new)
    charge = factories.confirm(customer, factories.claim(customer, charge)).charge
    if at is not None:
        date_back(SettlementLine.objects.filter(pk=charge.pk), at=at)
    return Charge.objects.get(pk=charge.pk)


def refund(shop, charge, amount_minor, *, at=None, principal=None):
    made = factories.refund(shop, charge, amount_minor=amount_minor, principal=principal)
    if at is not None:
        date_back(SettlementLine.objects.filter(pk=made.pk), at=at)
    return made


def read(shop, by, *days, staff=None, store_id=None):
    now = timezone.now().date()
    first, last = days or (now - timedelta(days=60), now + timedelta(days=1))
    staff = staff or factories.hire_person(shop, role=Role.OWNER)
    asked = Asked(by=by, first_day=first, last_day=last, store_id=store_id)
    return read_reports(staff, asked)


def show(shop, by, *days, **options):
    """Return what one report says: label, count, gross, refunds, fee."""
    (report,) = read(shop, by, *days, **options)
    return [
        (each.label, each.count, each.sold_minor, each.refunded_minor, each.fee_minor)
        for each in report.lines
    ]


ITEMS = st.lists(
    st.tuples(
        st.sampled_from(["Tea", "Cake", "Soup"]),
        st.integers(1, 3000),
        st.integers(1, 5),
        st.sampled_from([None, 0, 700, 1900]),
    ),
    max_size=4,
)
SALES = st.lists(
    st.tuples(ITEMS, st.lists(st.integers(1, 4000), max_size=3), st.booleans()),
    min_size=1,
    max_size=4,
)


@settings(max_examples=12)
@given(currency=st.sampled_from(["EUR", "JPY", "KWD"]), sales=SALES)
def test_however_it_is_split_a_report_is_what_the_ledger_says(currency, sales):
    shop = factories.open_shop(currency=currency, mdr_bps=137)
    customer = factories.open_customer(currency=currency, balance_minor=9_000_000)
    made = []
    expected: Counter[str] = Counter()
    for items, refunds, is_settled in sales:
        charge = sell(shop, customer, items)
        made.append(charge.pk)
        expected.update(fee=charge.fee_minor, turnover=charge.amount_minor)
        left = charge.amount_minor
        for wished in refunds:
            if amount := min(wished, left):
                made.append(refund(shop, charge, amount).pk)
                left -= amount
                expected.update(turnover=-amount)
        if is_settled:
            factories.settle(shop)
    posted = Transfer.objects.filter(pk__in=made)
    sums = dict(posted.order_by().values_list("kind").annotate(Sum("amount_minor")))

    for by in By:
        (report,) = read(shop, by)
        total = report.total
        assert report.currency == currency
        assert (total.sold_minor, total.refunded_minor) == (
            sums["capture"],
            sums.get("refund", 0),
        )
        assert (total.fee_minor, total.turnover_minor) == (
            expected["fee"],
            expected["turnover"],
        )
        assert all(each.turnover_minor >= 0 and each.fee_minor >= 0 for each in report.lines)
        assert sum(each.net_minor for each in report.lines) == total.net_minor


def test_shares_of_part_refunds_end_as_the_prices_were(shop, customer):
    charge = sell(shop, customer, [("Cake", 200, 1, 700), ("Tea", 50, 2, 1900)])
    refund(shop, charge, 100)

    assert show(shop, By.ITEM) == [("Cake", 1, 200, 67, 1), ("Tea", 2, 100, 33, 1)]

    refund(shop, charge, 100)
    refund(shop, charge, 100)
    assert show(shop, By.ITEM) == [("Cake", 1, 200, 200, 1), ("Tea", 2, 100, 100, 1)]
    assert show(shop, By.VAT) == [("7 %", 1, 200, 200, 1), ("19 %", 2, 100, 100, 1)]


def test_a_refund_counts_on_its_day_and_to_whoever_made_it(shop, customer):
    noon = timezone.now().replace(hour=12)
    last_week = noon - timedelta(days=8)
    back = add_terminal(shop.store, name="Back room")
    sam, nora = factories.add_cashier(shop), factories.hire_person(shop, role=Role.MANAGER)
    charge = sell(
        shop, customer, [], at=last_week, principal=act_at_till(shop.terminal, cashier=sam)
    )
    factories.settle(shop)
    refund(shop, charge, 77, at=noon, principal=act_at_till(back, cashier=nora))
    sell(shop, customer, [("Tea", 300, 1, None)], at=noon)
    days, today = (last_week.date(), noon.date()), (noon.date(), noon.date())

    assert show(shop, By.DAY, *days) == [
        (last_week.date().isoformat(), 1, 777, 0, 5),
        (noon.date().isoformat(), 1, 300, 77, 2),
    ]
    assert show(shop, By.TILL, *days) == [
        ("Till 1", 2, 1077, 0, 7),
        ("Back room", 0, 0, 77, 0),
    ]
    assert show(shop, By.CASHIER, *today) == [
        ("Without a cashier", 1, 300, 0, 2),
        ("Nora Byrne", 0, 0, 77, 0),
    ]
    assert show(shop, By.ITEM, *today) == [
        ("Tea", 1, 300, 0, 2),
        ("Without items", 0, 0, 77, 0),
    ]
    assert show(shop, By.VAT, *days) == [("Without a rate", 2, 1077, 77, 7)]


def test_days_are_the_shop_s_also_when_clocks_change(customer):
    shop = factories.open_shop(time_zone="Europe/Berlin")
    zone = ZoneInfo("Europe/Berlin")
    # 25 hours long.
    day = date(2026, 10, 25)
    for at in (
        datetime(2026, 10, 24, 23, 59, 59, tzinfo=zone),
        datetime(2026, 10, 25, tzinfo=zone),
        datetime(2026, 10, 25, 23, 59, 59, 999999, tzinfo=zone),
        datetime(2026, 10, 26, tzinfo=zone),
    ):
        sell(shop, customer, [("Tea", 100, 1, None)], at=at)

    assert show(shop, By.DAY, day, day) == [("2026-10-25", 2, 200, 0, 2)]
    begin, end = find_bounds(day, day, time_zone="Europe/Berlin")
    assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=25)


def test_each_currency_is_a_report_of_its_own(shop, customer):
    store = open_store(shop.merchant, name="Second", currency="JPY")
    second = factories.Shop(
        shop.merchant, store, add_terminal(store, name="Till 9"), token="", key=""
    )
    sell(shop, customer, [("Tea", 250, 1, None)])
    sell(second, factories.open_customer(currency="JPY"), [("Tea", 300, 1, None)])
    other = factories.open_shop()
    sell(other, customer, [("Tea", 999, 1, None)])

    reports = read(shop, By.ITEM)

    assert [(each.currency, each.total.sold_minor) for each in reports] == [
        ("EUR", 250),
        ("JPY", 300),
    ]
    assert show(shop, By.STORE, store_id=store.id) == [("Second", 1, 300, 0, 2)]
    manager = factories.hire_person(shop, role=Role.MANAGER)
    manager.store = shop.store
    # Whoever works for one store sees that one, whatever they ask for.
    assert show(shop, By.STORE, staff=manager, store_id=store.id)[0][2] == 250


def test_too_much_is_not_added_up(shop, customer, monkeypatch):
    sell(shop, customer, [])
    sell(shop, customer, [])

    monkeypatch.setattr(report_sums, "LINES_MAX", 2)
    assert read(shop, By.DAY) is not None
    monkeypatch.setattr(report_sums, "LINES_MAX", 1)
    assert read(shop, By.DAY) is None
    monkeypatch.setattr(report_sums, "LINES_MAX", 8)
    assert read(shop, By.ITEM) is not None
    monkeypatch.setattr(report_sums, "LINES_MAX", 7)
    assert read(shop, By.ITEM) is None


def test_nothing_sold_is_no_report(shop):
    assert read(shop, By.DAY) == []


def test_the_chart_has_each_day_between_and_few_labels():
    begin = date(2026, 1, 1)
    few = [Line(label="", day=begin, sold_minor=1), Line(label="", day=date(2026, 1, 5))]
    many = [
        Line(label="", day=begin + timedelta(days=ahead), sold_minor=ahead)
        for ahead in range(366)
    ]

    short, long = Report(By.DAY, "EUR", few), Report(By.DAY, "EUR", many)

    assert [bar.height for bar in short.bars] == [120, 0, 0, 0, 0]
    assert [bar.label for bar in short.bars][::4] == ["1 Jan", "5 Jan"]
    # A label is 56 wide at most, and none is cut off.
    assert short.bars[0].middle >= 28 <= short.width - short.bars[-1].middle
    assert (long.bars[-1].top, len(long.bars)) == (0, 366)
    named = [bar.middle for bar in long.bars if bar.label]
    assert min(b - a for a, b in itertools.pairwise(named)) >= 56
    assert Report(By.DAY, "EUR", [Line(label="", day=begin, refunded_minor=5)]).bars == []
