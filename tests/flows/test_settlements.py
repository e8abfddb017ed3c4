"""Row 9 of a charge's life: settlements close, exact to the minor unit."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone

from foundation.target_days import find_next_target_day
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.queries import sum_balance
from merchants.due_settlements import close_due_settlements
from merchants.errors import CutInFuture, NothingToSettle
from merchants.models import MerchantBalance, Settlement, SettlementLine
from merchants.onboarding import open_store
from merchants.queries import check_balance, find_last_midnight, preview_settlement
from merchants.settlement import close_balances_now, close_settlement
from merchants.tasks import close_due_settlements as close_due_task
from pos.terminals import add_terminal
from relay.events import list_events
from tests import factories
from tests.clocks import date_back
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db


def figures(settlement):
    names = ["opening", "sales", "refunds", "fees", "payout", "closing"]
    return tuple(getattr(settlement, f"{name}_minor") for name in names)


def counts(settlement):
    return settlement.sales_count, settlement.refunds_count


def sell_all(shop, customer, *amounts):
    return [factories.sell(shop, customer, amount_minor=amount) for amount in amounts]


def date(rows, at):
    date_back(SettlementLine.objects.filter(pk__in=[row.pk for row in rows]), at=at)


def due(shop):
    """Close what is due, and return this shop's settlements of it."""
    balance = factories.balance_of(shop)
    return [each for each in close_due_settlements() if each.balance_id == balance.id]


def test_a_settlement_adds_up_to_the_minor_unit(shop, customer, proofs_hold):
    sales = sell_all(shop, customer, 480, 250, 750, 1250)
    factories.refund(shop, sales[0], amount_minor=180)

    settlement = factories.settle(shop)

    # 60 bp, half to even: 2.88, 1.5, 4.5 and 7.5 are 3, 2, 4 and 8; a refund returns none.
    assert figures(settlement) == (0, 2730, 180, 17, 2533, 0)
    assert counts(settlement) == (4, 1)
    assert (settlement.number, settlement.currency) == (1, "EUR")
    assert check_balance(factories.balance_of(shop)).ok
    proofs_hold()


def test_the_ledger_moves_takings_to_payable_and_fees_to_the_house(shop, customer):
    fee_income = get_or_open_house_account(AccountKind.FEE_INCOME, currency="EUR")
    fees_before = sum_balance(fee_income)
    (sale,) = sell_all(shop, customer, 1000)
    factories.refund(shop, sale, amount_minor=300)

    factories.settle(shop)

    balance = factories.balance_of(shop)
    assert sum_balance(shop.store.takings_account_id) == 0
    assert sum_balance(balance.payable_account_id) == 694
    assert sum_balance(fee_income) - fees_before == 6


def test_two_settlements_in_a_row_take_each_line_once(shop, customer, proofs_hold):
    first_sales = sell_all(shop, customer, 480, 520)
    first = factories.settle(shop)
    second_sales = sell_all(shop, customer, 700)
    second = factories.settle(shop)

    assert (first.number, second.number) == (1, 2)
    assert second.opened_at == first.closed_at
    assert figures(first) == (0, 1000, 0, 6, 994, 0)
    assert figures(second) == (0, 700, 0, 4, 696, 0)
    taken = {
        settlement: set(settlement.lines.values_list("charge_id", flat=True))
        for settlement in (first, second)
    }
    assert taken[first] == {sale.id for sale in first_sales}
    assert taken[second] == {sale.id for sale in second_sales}
    proofs_hold()


def test_a_small_sum_is_carried_until_it_reaches_the_minimum(shop, customer, proofs_hold):
    shop.merchant.payout_min_minor = 1000
    shop.merchant.save()
    sell_all(shop, customer, 600)
    first = factories.settle(shop)
    sell_all(shop, customer, 410)
    second = factories.settle(shop)

    assert figures(first) == (0, 600, 0, 4, 0, 596)
    assert first.payout_due_on is None
    assert figures(second) == (596, 410, 0, 2, 1004, 0)
    assert second.payout_due_on is not None
    proofs_hold()


def test_exactly_the_minimum_is_paid_out(shop, customer):
    shop.merchant.payout_min_minor = 994
    shop.merchant.save()
    sell_all(shop, customer, 1000)

    assert factories.settle(shop).payout_minor == 994


def test_a_negative_sum_is_carried_over_and_recovered(shop, customer, proofs_hold):
    (sale,) = sell_all(shop, customer, 1000)
    factories.settle(shop)
    factories.refund(shop, sale)
    second = factories.settle(shop)
    sell_all(shop, customer, 1500)
    third = factories.settle(shop)

    assert figures(second) == (0, 0, 1000, 0, 0, -1000)
    assert figures(third) == (-1000, 1500, 0, 9, 491, 0)
    balance = factories.balance_of(shop)
    assert sum_balance(balance.receivable_account_id) == 0
    assert sum_balance(balance.payable_account_id) == 994 + 491
    proofs_hold()


def test_a_refund_after_the_cut_of_a_sale_before_it_can_be_settled(shop, customer, proofs_hold):
    (sale,) = sell_all(shop, customer, 1000)
    refund = factories.refund(shop, sale, amount_minor=300)
    cut_at = timezone.now()
    date([sale], cut_at - timedelta(seconds=1))
    date([refund], cut_at)
    balance = factories.balance_of(shop)

    first = close_settlement(balance.id, cut_at=cut_at)
    second = close_settlement(balance.id)

    assert figures(first) == (0, 1000, 0, 6, 994, 0)
    assert figures(second) == (0, 0, 300, 0, 0, -300)
    assert sum_balance(shop.store.takings_account_id) == 0
    proofs_hold()


def test_nothing_to_settle_writes_nothing(shop):
    balance = factories.balance_of(shop)

    with nothing_changes(), pytest.raises(NothingToSettle):
        factories.settle(shop)

    assert MerchantBalance.objects.get(pk=balance.id).settled_until == balance.settled_until


def test_a_cut_that_has_not_come_yet_is_refused(shop, customer, proofs_hold):
    sell_all(shop, customer, 480)
    balance = factories.balance_of(shop)

    for ahead in (timedelta(seconds=5), timedelta(days=200)):
        with nothing_changes(), pytest.raises(CutInFuture, match="has not come yet"):
            close_settlement(balance.id, cut_at=timezone.now() + ahead)

    assert MerchantBalance.objects.get(pk=balance.id).settled_until == balance.settled_until
    proofs_hold()


@pytest.mark.parametrize("arguments", [[], ["--now"]])
def test_a_machine_whose_clock_is_ahead_settles_by_the_database_s(
    shop, customer, monkeypatch, proofs_hold, arguments
):
    sell_all(shop, customer, 480)
    ahead = timezone.now() + timedelta(days=200)
    monkeypatch.setattr(timezone, "now", lambda: ahead)

    call_command("close_settlements", *arguments)

    monkeypatch.undo()
    balance = factories.balance_of(shop)
    assert balance.settled_until <= timezone.now()
    assert balance.settlements.count() == len(arguments)
    proofs_hold()


def test_a_book_that_was_closed_beyond_now_is_told_of_in_every_round(shop, customer, caplog):
    sell_all(shop, customer, 480)
    balance = factories.balance_of(shop)
    MerchantBalance.objects.filter(pk=balance.pk).update(
        settled_until=timezone.now() + timedelta(days=90)
    )
    balance.refresh_from_db()

    with nothing_changes():
        assert due(shop) == []
        assert close_balances_now([balance]) == []

    assert [record.message for record in caplog.records] == [
        f"MerchantBalance {balance.id} was not settled."
    ] * 2
    assert "the database's clock says" in caplog.text


def test_a_sale_after_the_cut_waits_for_the_next(shop, customer):
    before, after = sell_all(shop, customer, 480, 520)
    cut_at = timezone.now()
    date([before], cut_at - timedelta(microseconds=1))
    date([after], cut_at)

    settlement = close_settlement(factories.balance_of(shop).id, cut_at=cut_at)

    assert settlement.closed_at == cut_at
    assert [line.charge_id for line in settlement.lines.all()] == [before.id]
    assert SettlementLine.objects.get(charge_id=after.id).settlement_id is None


def test_stores_and_currencies_are_told_apart(shop, customer, proofs_hold):
    second = open_store(shop.merchant, name="Second", currency="EUR")
    abroad = open_store(shop.merchant, name="Tokyo", currency="JPY")
    traveller = factories.open_customer(currency="JPY")
    sell_all(shop, customer, 480)
    for store, payer, amount_minor in ((second, customer, 250), (abroad, traveller, 7000)):
        other = factories.Shop(
            shop.merchant, store, add_terminal(store, name="Till"), token="", key=""
        )
        sell_all(other, payer, amount_minor)

    closed = {
        balance.currency: close_settlement(balance.id, cut_at=timezone.now())
        for balance in MerchantBalance.objects.filter(merchant=shop.merchant)
    }

    assert figures(closed["EUR"]) == (0, 730, 0, 5, 725, 0)
    assert figures(closed["JPY"]) == (0, 7000, 0, 42, 6958, 0)
    assert sum_balance(second.takings_account_id) == 0
    proofs_hold()


def test_books_are_closed_at_midnight_shop_time(customer, proofs_hold):
    shop = factories.open_shop(time_zone="Asia/Tokyo")
    today, yesterday = sell_all(shop, customer, 480, 520)
    midnight = find_last_midnight("Asia/Tokyo", now=timezone.now())
    MerchantBalance.objects.filter(merchant=shop.merchant).update(
        settled_until=midnight - timedelta(days=1)
    )
    date([yesterday], midnight - timedelta(seconds=1))
    date([today], midnight)

    (settlement,) = due(shop)

    local = midnight.astimezone(ZoneInfo("Asia/Tokyo"))
    assert (local.hour, local.minute) == (0, 0)
    assert settlement.opened_at == midnight - timedelta(days=1)
    assert settlement.closed_at == midnight
    assert settlement.payout_due_on == find_next_target_day(local.date())
    assert [line.charge_id for line in settlement.lines.all()] == [yesterday.id]
    assert due(shop) == []
    proofs_hold()


def test_an_idle_book_is_not_looked_at_again_before_the_next_cut(shop):
    midnight = find_last_midnight(shop.merchant.time_zone, now=timezone.now())
    MerchantBalance.objects.filter(merchant=shop.merchant).update(
        settled_until=midnight - timedelta(days=3)
    )

    assert due(shop) == []

    assert factories.balance_of(shop).settled_until == midnight
    assert not Settlement.objects.filter(balance__merchant=shop.merchant).exists()


def test_the_task_closes_what_is_due_once_however_often_it_comes(shop, customer):
    (sale,) = sell_all(shop, customer, 480)
    midnight = find_last_midnight(shop.merchant.time_zone, now=timezone.now())
    MerchantBalance.objects.filter(merchant=shop.merchant).update(
        settled_until=midnight - timedelta(days=1)
    )
    date([sale], midnight - timedelta(hours=1))

    for _ in range(3):
        close_due_task()

    (settlement,) = Settlement.objects.filter(balance__merchant=shop.merchant)
    assert figures(settlement) == (0, 480, 0, 3, 477, 0)


def test_the_command_closes_what_is_due(shop, customer, capsys):
    sell_all(shop, customer, 480)

    call_command("close_settlements")

    assert capsys.readouterr().out.endswith("settlements closed.\n")
    assert not Settlement.objects.filter(balance__merchant=shop.merchant).exists()


def test_the_command_closes_all_books_now_if_told_to(shop, customer, capsys):
    factories.open_shop()
    (sale,) = sell_all(shop, customer, 480)
    factories.refund(shop, sale, amount_minor=80)

    call_command("close_settlements", "--now")

    out = capsys.readouterr().out
    line = f"{shop.merchant.name}: settlement 1 closed, 1 sales, 1 refunds, payout €3.97"
    assert line in out
    assert Settlement.objects.get(balance__merchant=shop.merchant).payout_minor == 397


def test_the_preview_is_what_the_settlement_says(shop, customer):
    (sale,) = sell_all(shop, customer, 1000)
    factories.refund(shop, sale, amount_minor=300)

    preview = preview_settlement(factories.balance_of(shop))
    settlement = factories.settle(shop)

    assert (preview.sales_count, preview.refunds_count) == counts(settlement) == (1, 1)
    assert (preview.sales_minor, preview.refunds_minor) == (1000, 300)
    assert (preview.fees_minor, preview.opening_minor) == (6, 0)
    assert preview.closing_minor == settlement.payout_minor == 694
    assert preview.payout_minor == 0


def test_closing_is_told_in_the_feed(shop, customer):
    sell_all(shop, customer, 1000)

    settlement = factories.settle(shop)

    (event,) = list_events(settlement.id)
    assert (event.kind, event.feed) == ("settlement.closed", shop.merchant.id)
    assert event.facts == {"payout_minor": 994, "currency": "EUR"}


def test_a_fee_never_exceeds_its_charge(customer, shop, proofs_hold):
    shop.merchant.fee_fixed_minor = 25
    shop.merchant.save()
    sell_all(shop, customer, 10, 1000)

    assert figures(factories.settle(shop)) == (0, 1010, 0, 41, 969, 0)
    proofs_hold()


def test_a_day_with_a_clock_change_is_closed_at_its_midnights():
    noon = datetime(2026, 10, 25, 12, tzinfo=UTC)

    cut_at = find_last_midnight("Europe/Dublin", now=noon)

    assert cut_at.astimezone(UTC) == datetime(2026, 10, 24, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("time_zone", "now", "midnight"),
    [
        ("America/Havana", "2026-11-01T04:30Z", "2026-11-01T04:00Z"),
        ("America/Havana", "2026-11-01T05:30Z", "2026-11-01T04:00Z"),
        ("America/Havana", "2026-11-01T12:00Z", "2026-11-01T04:00Z"),
        ("Atlantic/Azores", "2026-10-25T00:30Z", "2026-10-25T00:00Z"),
        ("Atlantic/Azores", "2026-10-25T01:30Z", "2026-10-25T00:00Z"),
        ("Atlantic/Azores", "2026-10-25T12:00Z", "2026-10-25T00:00Z"),
    ],
)
def test_a_midnight_that_comes_twice_is_one_cut(time_zone, now, midnight):
    cut_at = find_last_midnight(time_zone, now=datetime.fromisoformat(now))

    assert cut_at.astimezone(UTC) == datetime.fromisoformat(midnight)


@pytest.mark.parametrize("time_zone", ["Nowhere/Atall", "../passwd", "America"])
def test_a_merchant_with_a_zone_nobody_knows_stops_no_other_s_settlement(
    customer, caplog, time_zone
):
    lost, shop = factories.open_shop(), factories.open_shop()
    for each in (lost, shop):
        (sale,) = sell_all(each, customer, 480)
        day = timedelta(days=1)
        MerchantBalance.objects.filter(merchant=each.merchant).update(
            settled_until=sale.created_at - day
        )
        date([sale], timezone.now() - day)
    lost.merchant.time_zone = time_zone
    lost.merchant.save()

    (settlement,) = due(shop)

    assert settlement.sales_minor == 480
    assert (
        f"MerchantBalance {factories.balance_of(lost).id} was not settled." in caplog.messages
    )
    assert not Settlement.objects.filter(balance__merchant=lost.merchant).exists()
