"""An owner chooses when settlements close and are paid; the shop's people read it in words."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from foundation.target_days import find_next_target_day, find_target_day
from merchants.due_settlements import close_due_settlements
from merchants.models import Merchant, MerchantBalance, Rhythm, Role, SettlementLine
from merchants.onboarding import open_store
from merchants.queries import preview_settlement
from relay.events import list_events
from tests import factories
from tests.clocks import date_back
from tests.flows.steps import open_dashboard
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
PAGE = "/dashboard/settlements/timetable/"


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


def choose(browser, **chosen):
    form = {"rhythm": "weekly", "closing_weekday": "4", "cut_off": "22:00", "smallest": "10"}
    return browser.post(f"{PAGE}change/", form | chosen)


def read(browser):
    return " ".join(browser.get(PAGE).content.decode().split())


def close_due(shop):
    balance = factories.balance_of(shop)
    return [each for each in close_due_settlements() if each.balance_id == balance.pk]


def test_without_a_choice_it_is_as_before(owner, shop):
    text = read(owner)

    assert "A settlement closes each day at 00:00." in text
    assert "It is due to be paid on the next banking day." in text
    assert "Any amount is paid" in text
    next_cut = owner.get(PAGE).context["next_cut"]
    tomorrow = timezone.now().astimezone(ZoneInfo("Europe/Dublin")) + timedelta(days=1)
    assert next_cut.astimezone(ZoneInfo("Europe/Dublin")).date() == tomorrow.date()


def test_an_owner_chooses_and_the_page_says_it_with_the_next_one(owner, shop):
    assert choose(owner).status_code == 302
    assert choose(owner).status_code == 302

    text, context = read(owner), owner.get(PAGE).context
    assert "A settlement closes each Friday at 22:00." in text
    assert "€10.00" in text
    local = context["next_cut"].astimezone(ZoneInfo("Europe/Dublin"))
    assert (local.weekday(), local.time()) == (4, time(22))
    assert context["due_on"] == find_next_target_day(local.date())
    merchant = Merchant.objects.get(pk=shop.merchant.pk)
    assert (merchant.rhythm, merchant.closing_weekday) == (Rhythm.WEEKLY, 4)
    assert (merchant.cut_off, merchant.payout_min_minor) == (time(22), 1000)
    [event] = list_events(merchant.pk)
    assert event.kind == "timetable.changed"
    assert event.facts["after"]["cut_off"] == "22:00"
    assert event.facts["before"]["rhythm"] == "next_day"


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"rhythm": "hourly"}, "rhythm"),
        ({"closing_weekday": "7"}, "closing_weekday"),
        ({"cut_off": "25:00"}, "cut_off"),
        ({"cut_off": ""}, "cut_off"),
        ({"smallest": "ten"}, "smallest"),
        ({"smallest": "1000000.01"}, "smallest"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(owner, shop, chosen, field):
    with nothing_changes():
        answer = choose(owner, **chosen)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Merchant.objects.get(pk=shop.merchant.pk).rhythm == Rhythm.NEXT_DAY


def test_a_shop_of_several_currencies_is_not_asked_for_one_sum(owner, shop):
    Merchant.objects.filter(pk=shop.merchant.pk).update(payout_min_minor=700)
    open_store(shop.merchant, name="Tokyo", currency="JPY")

    assert "smallest" not in owner.get(PAGE).context["form"].fields
    assert choose(owner, smallest="1").status_code == 302

    assert Merchant.objects.get(pk=shop.merchant.pk).payout_min_minor == 700
    assert "€7.00" in read(owner)


def test_others_read_it_and_change_nothing(shop):
    accountant = open_dashboard(factories.hire_person(shop, role=Role.ACCOUNTANT))
    manager = open_dashboard(factories.hire_person(shop, role=Role.MANAGER))

    for browser in (accountant, manager):
        assert "An owner changes it." in read(browser)
        with nothing_changes():
            assert choose(browser).status_code == 403
    assert Merchant.objects.get(pk=shop.merchant.pk).rhythm == Rhythm.NEXT_DAY


def test_a_settlement_closes_by_the_chosen_timetable(shop, customer, proofs_hold):
    early, late = (factories.sell(shop, customer, amount_minor=1000) for _ in "ab")
    now = timezone.now()
    cut = (now - timedelta(hours=3)).replace(second=0, microsecond=0)
    local = cut.astimezone(ZoneInfo("Europe/Dublin"))
    Merchant.objects.filter(pk=shop.merchant.pk).update(
        rhythm=Rhythm.SAME_DAY, cut_off=local.time()
    )
    MerchantBalance.objects.filter(merchant=shop.merchant).update(
        settled_until=cut - timedelta(days=1)
    )
    lines = SettlementLine.objects.filter(balance__merchant=shop.merchant)
    date_back(lines.filter(charge_id=early.id), at=cut - timedelta(microseconds=1))
    date_back(lines.filter(charge_id=late.id), at=cut)

    [settlement] = close_due(shop)

    assert settlement.closed_at == cut
    assert settlement.payout_due_on == find_target_day(local.date())
    assert [line.charge_id for line in settlement.lines.all()] == [early.id]
    assert close_due(shop) == []
    proofs_hold()


def test_a_weekly_timetable_waits_for_its_day(shop, customer):
    factories.sell(shop, customer)
    now = timezone.now()
    tomorrow = (now.astimezone(ZoneInfo("Europe/Dublin")) + timedelta(days=1)).weekday()
    Merchant.objects.filter(pk=shop.merchant.pk).update(
        rhythm=Rhythm.WEEKLY, closing_weekday=tomorrow
    )
    MerchantBalance.objects.filter(merchant=shop.merchant).update(
        settled_until=now - timedelta(days=2)
    )

    assert close_due(shop) == []


def test_the_installation_s_smallest_payout_holds_for_shops_without_their_own(
    shop, customer, settings
):
    settings.PAYOUT_MIN_MINOR = {"": 0, "EUR": 500}
    factories.sell(shop, customer, amount_minor=400)
    balance = factories.balance_of(shop)
    assert preview_settlement(balance).payout_if_closed_minor == 0

    first = factories.settle(shop)
    assert (first.payout_minor, first.closing_minor) == (0, 398)
    factories.sell(shop, customer, amount_minor=200)

    assert factories.settle(shop).payout_minor == 597


def test_the_statement_says_why_a_sum_is_carried_over(owner, shop, customer):
    sale = factories.sell(shop, customer, amount_minor=400)
    settled = factories.settle(shop)
    factories.refund(shop, sale)
    below = factories.settle(shop)
    Merchant.objects.filter(pk=shop.merchant.pk).update(payout_min_minor=5000)
    factories.sell(shop, customer, amount_minor=900)
    asked = owner.get("/dashboard/settlements/close/").content.decode()
    small = factories.settle(shop)

    def read_statement(settlement):
        return owner.get(f"/dashboard/settlements/{settlement.public_id}/").content.decode()

    assert "carried over" not in read_statement(settled)
    assert "What is below zero is carried over" in read_statement(below)
    assert "less than the smallest payout" in read_statement(small)
    assert "The smallest payout is €50.00" in " ".join(asked.split())
