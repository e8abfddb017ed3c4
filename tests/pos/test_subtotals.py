"""Sub-totals of a settlement add up to it, by whatever its lines are put together."""

import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from ledger.errors import InsufficientFunds
from merchants.models import Role, Settlement, SettlementLine
from merchants.onboarding import open_store
from merchants.reports.subtotals import list_amounts
from pos.charges import create_charge
from pos.makers import find_makers
from pos.principals import act_at_till, act_for_merchant
from pos.subtotals import read_subtotals
from pos.terminals import add_terminal
from tests import factories
from tests.clocks import date_back
from tests.paycodes import show_code
from wallet.collection import collect_charge
from wallet.payment_codes import NewUse

pytestmark = pytest.mark.django_db
FIGURES = ("sales_count", "sales_minor", "refunds_count", "refunds_minor", "fees_minor")


def show(subtotals, key):
    """Return a part as people read it: what each row is of, its counts and its amounts."""
    (part,) = (each for each in subtotals.parts if each.key == key)
    return [
        (
            str(part.label(row)),
            row.sales_count,
            row.refunds_count,
            *(amount_minor for _, amount_minor in list_amounts(row)),
        )
        for row in part.rows
    ]


@pytest.fixture
def settlement(shop, customer):
    """Three sales of two stores and days, and a refund by Nora at the second store's till."""
    second = open_store(shop.merchant, name="Second Street", currency="EUR")
    back = add_terminal(second, name="Back room")
    other = factories.Shop(shop.merchant, second, back, shop.token, shop.key)
    nora = factories.hire_person(shop, role=Role.CASHIER, may_refund=True)
    first = factories.sell(shop, customer, amount_minor=1000)
    # In summer Dublin is an hour ahead: of two instants of one day by UTC, one is tomorrow.
    lines = SettlementLine.objects.filter(pk=first.pk)
    date_back(lines, at=datetime(2026, 6, 30, 22, 59, tzinfo=UTC))
    sale = factories.sell(shop, customer, amount_minor=250)
    date_back(
        SettlementLine.objects.filter(pk=sale.pk), at=datetime(2026, 6, 30, 23, 1, tzinfo=UTC)
    )
    sold = factories.sell(other, customer, amount_minor=700)
    refund = factories.refund(other, sold, amount_minor=300, principal=act_at_till(back, nora))
    both = SettlementLine.objects.filter(pk__in=[sold.pk, refund.pk])
    date_back(both, at=datetime(2026, 7, 1, 12, tzinfo=UTC))
    return factories.settle(shop)


def test_lines_are_added_up_by_the_shop_s_days(settlement):
    assert show(read_subtotals(settlement), "day") == [
        ("2026-06-30", 1, 0, 1000, 0, -6, 994),
        ("2026-07-01", 2, 1, 950, -300, -6, 644),
    ]


def test_lines_are_added_up_by_store_till_and_cashier(settlement, shop):
    subtotals = read_subtotals(settlement)

    stores = {(name, *rest) for name, *rest in show(subtotals, "store")}
    assert stores == {
        (shop.store.name, 2, 0, 1250, 0, -8, 1242),
        ("Second Street", 1, 1, 700, -300, -4, 396),
    }
    assert {row[0] for row in show(subtotals, "till")} == {"Till 1", "Back room"}
    assert show(subtotals, "cashier") == [
        ("Nora Byrne", 0, 1, 0, -300, 0, -300),
        ("Without a cashier", 3, 0, 1950, 0, -12, 1938),
    ]


def test_lines_are_added_up_by_how_customers_paid(shop, customer):
    link = create_charge(act_for_merchant(shop.store), factories.plan_charge(shop))
    factories.confirm(customer, factories.claim(customer, link))
    counter = factories.claim_at(customer, factories.print_code(shop), amount_minor=300)
    factories.confirm(customer, counter)
    scanned = factories.sell(shop, customer, amount_minor=700)
    # A phone whose money was too little showed its code first, and counts for nothing.
    shown, poor = (factories.make_charge(shop, amount_minor=900) for _ in range(2))
    collect(shop, customer, shown)
    with pytest.raises(InsufficientFunds):
        collect(shop, factories.open_customer(balance_minor=0), poor)
    factories.confirm(customer, factories.claim(customer, poor))
    for sale in (scanned, shown):
        factories.refund(shop, sale, amount_minor=100)

    sums = show(read_subtotals(factories.settle(shop)), "method")

    assert {name: (sales, refunds, amount) for name, sales, refunds, amount, *_ in sums} == {
        "Payment link": (1, 0, 480),
        "Counter code": (1, 0, 300),
        "Code of the till, scanned by the customer": (2, 1, 1600),
        "Customer's code, scanned by the till": (1, 1, 900),
    }


def collect(shop, customer, charge):
    """Charge the wallet whose phone shows its code to the till, with its PIN if it must."""
    new = NewUse(show_code(customer), charge, f"collect {charge.id}", b"test")
    if collect_charge(shop.till, new).outcome == "claimed":
        factories.confirm(customer, factories.claim(customer, charge))


def test_every_part_adds_up_to_the_settlement(settlement):
    subtotals = read_subtotals(settlement)

    whole = {name: getattr(settlement, name) for name in FIGURES}
    assert {name: getattr(subtotals.total, name) for name in FIGURES} == whole
    assert [part.key for part in subtotals.parts] == [
        "day",
        "store",
        "till",
        "cashier",
        "method",
    ]
    for part in subtotals.parts:
        sums = Counter(dict.fromkeys(FIGURES, 0))
        for row in part.rows:
            sums.update({name: getattr(row, name) for name in FIGURES})
        assert dict(sums) == whole, part.key


def test_two_tills_of_one_name_stay_two(shop, customer):
    twin = add_terminal(shop.store, name="Till 1")
    for terminal in (shop.terminal, twin):
        place = factories.Shop(shop.merchant, shop.store, terminal, shop.token, shop.key)
        factories.sell(place, customer, amount_minor=100)

    rows = show(read_subtotals(factories.settle(shop)), "till")

    assert [row[:2] for row in rows] == [("Till 1", 1), ("Till 1", 1)]


def test_random_lines_are_added_up_as_python_does(shop, customer):
    draw = random.Random(7)  # noqa: S311  to be repeated, not to be secret
    for _ in range(12):
        sale = factories.sell(shop, customer, amount_minor=draw.randrange(50, 500))
        if draw.random() < 0.5:
            factories.refund(shop, sale, amount_minor=draw.randrange(1, sale.amount_minor))
    settlement = factories.settle(shop)

    subtotals = read_subtotals(settlement)

    lines = list(settlement.lines.select_related("store"))
    tills: Counter[str] = Counter()
    makers = find_makers(lines)
    for line in lines:
        tills[makers[line.id].till] += line.net_minor
    assert {name: net for name, *_, net in show(subtotals, "till")} == dict(tills)


def test_a_settlement_without_lines_has_no_rows_and_a_total_of_nothing(shop):
    subtotals = read_subtotals(Settlement(balance=factories.balance_of(shop)))

    assert [part.rows for part in subtotals.parts] == [[], [], [], [], []]
    assert [amount for _, amount in list_amounts(subtotals.total)] == [0, 0, 0, 0]
