"""Tiers: a month's share by the sales of the month before, written before it begins."""

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from identity.models import User
from ledger.models import Transfer
from merchants import fee_rules, fee_tiers, tasks
from merchants.fee_rules import NewRule, find_first_day
from merchants.fee_tiers import choose_tier, find_turn, sum_volume
from merchants.fees import Fee, find_fee, list_tiers
from merchants.models import FeeRule, Role
from relay.letters import send_due_letters
from tests import factories
from tests.clocks import date_back, date_back_transfers
from tests.merchants.invoices import set_up

ZONE = "Europe/Dublin"
TIERS = ((1_000, 50), (5_000, 30))


@pytest.fixture
def last_day(shop, monkeypatch):
    """Noon of tomorrow's month's last day, for what sets tiers: sales of today count."""
    tomorrow = timezone.now().astimezone(ZoneInfo(ZONE)).date() + timedelta(days=1)
    after = (tomorrow.replace(day=1) + timedelta(days=32)).replace(day=1)
    noon = datetime.combine(after, datetime.min.time(), ZoneInfo(ZONE)) - timedelta(hours=12)
    monkeypatch.setattr(fee_tiers, "read_clock", lambda: noon)
    return noon


@pytest.fixture
def rule(shop):
    """A rule with tiers, in force since a week ago."""
    set_up()
    people = [User.objects.create(name=name) for name in ("Aoife Kelly", "Brian Walsh")]
    new = NewRule(
        fee=Fee(60, 2, 1, 900),
        applies_on=find_first_day(shop.merchant),
        reason="The contract.",
        tiers=TIERS,
    )
    rule = fee_rules.ask(shop.merchant, new, rule_id=uuid.uuid4(), by=people[0])
    fee_rules.agree(rule, by=people[1])
    began = timezone.now() - timedelta(days=7)
    rows = FeeRule.objects.filter(pk=rule.pk)
    date_back(rows, agreed_at=began - timedelta(days=1), applies_from=began)
    return rows.get()


def find_share(shop, at):
    return find_fee(shop.merchant.id, at=at).mdr_bps


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sold_minor", "bps"), [(999, 60), (1_000, 50), (4_999, 50), (5_000, 30)]
)
def test_the_month_s_sales_set_the_share_of_the_next_and_nothing_before(
    shop, customer, rule, last_day, sold_minor, bps
):
    sale = factories.sell(shop, customer, amount_minor=sold_minor)
    first = last_day + timedelta(hours=12)

    for _ in range(2):
        tasks.set_fee_tiers()

    assert find_share(shop, first) == find_share(shop, first + timedelta(days=20)) == bps
    assert find_share(shop, first - timedelta(microseconds=1)) == 60
    written = FeeRule.objects.filter(tier_of=rule)
    assert written.count() == (0 if bps == 60 else 1)
    for each in written:
        assert (each.volume_minor, each.applies_from) == (sold_minor, first)
        same = (each.fee_fixed_minor, each.fee_min_minor, each.fee_max_minor)
        assert (same, each.agreed_by) == ((2, 1, 900), rule.agreed_by)
    sale.refresh_from_db()
    assert sale.fee_minor == find_fee(shop.merchant.id).fee_fixed_minor + round(
        sold_minor * 60 / 10_000
    )
    assert [tier.percent for tier in list_tiers(shop.merchant.id)] == ["0.5", "0.3"]


@pytest.mark.django_db
def test_a_month_with_less_goes_back_and_the_shop_is_told(
    shop, customer, rule, last_day, monkeypatch
):
    owner = factories.hire_person(shop, role=Role.OWNER)
    factories.sell(shop, customer, amount_minor=6_000)
    tasks.set_fee_tiers()
    send_due_letters()
    assert mail.outbox[-1].to == [owner.user.email]
    told = mail.outbox[-1].body
    assert "The new fee is 0.3 % of each sale" in told
    assert "After a month with sales of €10.00 or more: 0.5 %." in told
    assert "After a month with sales of €50.00 or more: 0.3 %." in told

    # The last day but one of the month after: not yet.
    next_last = (last_day + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    monkeypatch.setattr(fee_tiers, "read_clock", lambda: next_last - timedelta(days=1))
    tasks.set_fee_tiers()
    assert FeeRule.objects.filter(tier_of=rule).count() == 1
    monkeypatch.setattr(fee_tiers, "read_clock", lambda: next_last)
    tasks.set_fee_tiers()

    latest = FeeRule.objects.filter(tier_of=rule).latest("applies_from")
    assert (latest.mdr_bps, latest.volume_minor) == (60, 0)


@pytest.mark.django_db
def test_another_rule_that_people_agree_to_ends_the_tiers(shop, customer, rule, last_day):
    factories.sell(shop, customer, amount_minor=6_000)
    plain = FeeRule.objects.create(
        merchant=shop.merchant,
        mdr_bps=70,
        fee_fixed_minor=0,
        applies_from=last_day + timedelta(hours=12),
        reason="Another contract.",
        asked_by=rule.asked_by,
        agreed_by=rule.agreed_by,
        agreed_at=timezone.now(),
    )

    tasks.set_fee_tiers()

    assert not FeeRule.objects.filter(tier_of__isnull=False).exists()
    assert find_share(shop, plain.applies_from) == 70


@pytest.mark.django_db
def test_a_month_is_counted_a_day_early(shop, customer, rule, last_day):
    turn = find_turn(last_day, ZONE)
    assert turn is not None
    moment = timedelta(microseconds=1)
    instants = (turn.since - moment, turn.since, turn.until - moment, turn.until)
    for amount_minor, at in zip((1_000, 200, 40, 8_000), instants, strict=True):
        sale = factories.sell(shop, customer, amount_minor=amount_minor)
        date_back_transfers(Transfer.objects.filter(pk=sale.pk), to=at)

    volume_minor = sum_volume(shop.merchant.id, turn, currency="EUR")

    assert volume_minor == 240


@pytest.mark.django_db
def test_sales_of_other_currencies_and_refunds_do_not_count(shop, customer, rule, last_day):
    factories.sell(shop, customer, amount_minor=900)
    other = factories.open_shop(currency="JPY")
    factories.sell(other, factories.open_customer(currency="JPY"), amount_minor=9_000)
    sale = factories.sell(shop, customer, amount_minor=200)
    factories.refund(shop, sale)

    tasks.set_fee_tiers()

    assert FeeRule.objects.get(tier_of=rule).volume_minor == 1_100
    assert Transfer.objects.filter(kind="refund").count() == 1


@given(
    day=st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    zone=st.sampled_from(["Europe/Dublin", "Pacific/Apia", "America/Sao_Paulo", "Asia/Tehran"]),
)
def test_each_instant_is_counted_for_one_month(day, zone):
    noon = datetime.combine(day, datetime.min.time(), ZoneInfo(zone)) + timedelta(hours=12)
    turn = find_turn(noon, zone)

    is_last = (day + timedelta(days=1)).day == 1
    assert (turn is not None) == is_last
    if turn is not None:
        assert turn.until <= noon < turn.applies_from
        begins = (day.replace(day=1) - timedelta(days=1), day)
        assert (turn.since.date(), turn.until.date()) == begins
        assert find_turn(turn.applies_from - timedelta(minutes=5), zone) is None
        assert find_turn(turn.until.astimezone(UTC) + timedelta(minutes=5), zone) is None


def test_the_highest_tier_that_is_reached_counts():
    shares = [choose_tier(60, TIERS, volume) for volume in (0, 999, 1_000, 5_000, 10**9)]

    assert shares == [60, 60, 50, 30, 30]
    assert choose_tier(60, (), 10**9) == 60
