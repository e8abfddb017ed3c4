"""Small balances that are closed together are closed as each would be alone."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from banking.models import Order
from ledger.accounts import get_or_open_house_account
from ledger.models import Transfer
from ledger.queries import sum_balance
from merchants import closing_together
from merchants.closing_together import Cut, close_together
from merchants.due_settlements import close_part
from merchants.errors import LeaseLost
from merchants.leases import lease_free
from merchants.models import MerchantBalance, PayoutAccount, Settlement, SettlementLine
from merchants.onboarding import open_store
from merchants.queries import find_last_midnight
from merchants.settlement import close_settlement
from pos.terminals import add_terminal
from relay.models import Event
from tests import factories
from tests.broken import find_broken
from tests.clocks import date_back
from tests.owners import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def midnight():
    return find_last_midnight("Europe/Dublin", now=timezone.now())


@pytest.fixture
def balances(midnight):
    """Shops: plain, two stores, below zero, too little, in yen, one without a sale."""
    shops = [factories.open_shop() for _ in range(4)]
    shops += [factories.open_shop(currency="JPY"), factories.open_shop()]
    plain, two, below, little, yen, _ = shops
    customer = factories.open_customer(balance_minor=100_000)
    for shop in shops[:4]:
        factories.sell(shop, customer, amount_minor=1_000)
    other = open_store(two.merchant, name="Second Street", currency="EUR")
    second = factories.Shop(two.merchant, other, add_terminal(other, name="T"), "", "")
    factories.refund(second, factories.sell(second, customer, amount_minor=700))
    old = factories.sell(below, customer, amount_minor=5_000)
    for shop in (plain, two, below):
        factories.name_bank_account(shop.merchant)
    factories.settle(below)
    factories.refund(below, old)
    little.merchant.payout_min_minor = 9_999
    little.merchant.save(update_fields=["payout_min_minor"])
    factories.sell(yen, factories.open_customer(currency="JPY"), amount_minor=900)
    get_or_open_house_account("fee_income", currency="JPY")
    rows = [factories.balance_of(shop) for shop in shops]
    lines = SettlementLine.objects.filter(balance__in=rows, settlement=None)
    date_back(lines, at=midnight - timedelta(hours=1))
    date_back(SettlementLine.objects.filter(balance=rows[0]), at=midnight - timedelta(hours=2))
    # Sold after the cut: for the next settlement.
    factories.sell(plain, customer, amount_minor=3)
    MerchantBalance.objects.filter(pk__in=[row.pk for row in rows]).update(
        settled_until=midnight - timedelta(days=1)
    )
    return [row.pk for row in rows]


def lease(balances, midnight):
    return {key: Cut(found, midnight) for key, found in lease_free(balances).items()}


def read_all(balances):
    """Return what closings wrote, but ids and instants."""
    rows = MerchantBalance.objects.filter(pk__in=balances)
    figures = [f.name for f in Settlement._meta.fields if f.name not in {"id", "form"}]
    lines = SettlementLine.objects.filter(balance__in=balances)
    return (
        list(rows.order_by("id").values_list("settled_until", "fence", "leased_until")),
        list(Settlement.objects.order_by("balance", "number").values_list(*figures)),
        list(lines.order_by("id").values_list("id", "settlement__number")),
        sorted(
            Transfer.objects.exclude(kind__in=["capture", "refund"]).values_list(
                "debit_account", "credit_account", "amount_minor", "kind"
            )
        ),
        sorted(Order.objects.values_list("source_account", "amount_minor", "creditor_iban")),
        sorted(
            Event.objects.filter(kind="settlement.closed").values_list(
                "feed", "actor", "facts__payout_minor"
            )
        ),
        [sum_balance(row.payable_account_id) for row in rows.order_by("id")],
    )


def test_together_they_are_closed_as_each_alone(balances, midnight):
    cuts = lease(balances, midnight)
    alone = transaction.savepoint()
    for balance_id in balances[:-1]:
        close_settlement(balance_id, cut_at=midnight, fence=cuts[balance_id].lease.fence)
    wanted = read_all(balances[:-1])
    transaction.savepoint_rollback(alone)

    done = close_together(cuts)

    assert set(done) == set(balances)
    assert [key for key, settlement in done.items() if settlement is None] == balances[-1:]
    idle = MerchantBalance.objects.get(pk=balances[-1])
    assert (idle.settled_until, idle.leased_until) == (midnight, None)
    assert read_all(balances[:-1]) == wanted
    assert find_broken() == {}
    assert close_together(lease(balances, midnight)) == {}


def test_twice_as_many_take_no_more_statements(balances):
    with CaptureQueriesContext(connection) as two:
        assert len(close_part(balances[:2])) == 2
    with CaptureQueriesContext(connection) as four:
        assert len(close_part(balances[2:])) == 3

    # One more finds the account of fees in the other currency.
    assert len(four) <= len(two) + 1


def test_a_fault_in_one_leaves_it_alone_and_closes_the_others(balances, caplog):
    with as_owner():
        PayoutAccount.objects.filter(merchant__balances=balances[1]).update(country="")

    closed = close_part(balances)

    assert [each.balance_id for each in closed] == [balances[0], *balances[2:5]]
    assert "was not settled" in caplog.text
    assert find_broken() == {}


def test_an_old_lease_closes_none_of_them(balances, midnight):
    cuts = lease(balances, midnight)
    MerchantBalance.objects.filter(pk=balances[0]).update(fence=99)

    assert balances[0] not in close_together(cuts)

    assert not Settlement.objects.filter(balance=balances[0]).exists()


def test_a_lease_lost_between_lock_and_end_undoes_all(balances, midnight, monkeypatch):
    cuts = lease(balances, midnight)
    monkeypatch.setattr(closing_together, "_MOVE_ON", closing_together._MOVE_ON + " AND false")
    before = read_all(balances)

    with pytest.raises(LeaseLost):
        close_together(cuts)

    assert read_all(balances) == before


def test_long_and_adjusted_ones_are_closed_alone(balances, midnight, monkeypatch):
    monkeypatch.setattr(closing_together, "_LINES_MAX", 3)

    done = close_together(lease(balances, midnight))

    # The second has three lines: two sales and a refund.
    assert set(done) == {balances[0], *balances[2:]}
