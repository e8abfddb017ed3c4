"""What each tier allows: the setting, its table, and how much is used."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests import factories
from tests.tiers import allow
from wallet.models import Tier, TierLimit
from wallet.tier_table import list_limits
from wallet.tiers import Usage, find_next, measure_usage

pytestmark = pytest.mark.django_db
START = {"balance": 100, "paid_day": 50}
SETTING = {"*": {"start": START, "known": {}, "checked": {"paid_ever": 0}}}


def test_the_table_holds_the_setting_for_every_currency(settings):
    written = {
        (row.tier, row.currency): (row.balance_max_minor, row.paid_year_max_minor)
        for row in TierLimit.objects.all()
    }

    assert written["start", "EUR"] == (100_000, 250_000)
    assert written["known", "EUR"] == (1_000_000, 10_000_000)
    assert written["checked", "EUR"] == (None, 20_000_000)
    # A unit that is worth something else has no limit that nobody thought of.
    for currency in ("IDR", "JPY", "KWD"):
        assert {written[tier, currency] for tier in Tier} == {(None, None)}
    assert ("start", "XAU") not in written


def test_a_currency_s_own_limits_replace_the_others():
    own = {"start": {"paid_year": 9}, "known": {}, "checked": {}}
    rows = {(row.tier, row.currency): row for row in list_limits(SETTING | {"JPY": own})}

    assert rows["start", "EUR"].balance_max_minor == 100
    assert rows["start", "JPY"].balance_max_minor is None
    assert rows["start", "JPY"].paid_year_max_minor == 9
    assert rows["checked", "EUR"].paid_ever_max_minor == 0


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ([], "WALLET_LIMITS: an object"),
        ({}, "WALLET_LIMITS: currencies"),
        ({"EUR": SETTING["*"]}, "WALLET_LIMITS: currencies"),
        (SETTING | {"EURO": SETTING["*"]}, r"\['EURO'\]"),
        (SETTING | {"XAU": SETTING["*"]}, r"\['XAU'\]"),
        ({"*": {"start": START, "known": {}}}, "start, known, checked"),
        ({"*": SETTING["*"] | {"gold": {}}}, "start, known, checked"),
        ({"*": SETTING["*"] | {"start": {"paid": 1}}}, "start: only balance"),
        ({"*": SETTING["*"] | {"start": {"balance": -1}}}, "balance: a whole number"),
        ({"*": SETTING["*"] | {"start": {"balance": "1"}}}, "balance: a whole number"),
        ({"*": SETTING["*"] | {"start": {"balance": True}}}, "balance: a whole number"),
        ({"*": SETTING["*"] | {"start": 5}}, "start: an object"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(wanted, place):
    with pytest.raises(ImproperlyConfigured, match=place):
        list_limits(wanted)


def test_usage_is_of_what_was_paid_and_is_held(shop, customer):
    allow(balance=20_000, paid_day=1000, paid_year=2000, paid_ever=480)
    factories.sell(shop, customer)

    assert measure_usage(customer.wallet) == [
        Usage("balance", 20_000, 9_520, "EUR"),
        Usage("paid_day", 1000, 480, "EUR"),
        Usage("paid_year", 2000, 480, "EUR"),
        Usage("paid_ever", 480, 480, "EUR"),
    ]


@pytest.mark.parametrize(
    ("most", "used", "left", "percent"),
    [(100, 0, 100, 0), (3, 1, 2, 33), (100, 100, 0, 100), (10, 25, 0, 100), (0, 0, 0, 100)],
)
def test_a_bar_is_never_more_than_full(most, used, left, percent):
    usage = Usage("balance", most, used, "EUR")

    assert (usage.left_minor, usage.percent) == (left, percent)


def test_tiers_follow_each_other():
    assert [find_next(tier) for tier in Tier] == [Tier.KNOWN, Tier.CHECKED, None]
