"""A settlement in words: legal names, fee rules of its time, carry-over, older sales."""

from datetime import timedelta

import pytest
from django.utils import timezone

from merchants.models import FeeRule, Merchant, Settlement, SettlementLine
from merchants.reports.older_sales import load_older_sales
from merchants.reports.words import (
    describe_older_sale,
    describe_sides,
    list_carry_words,
    list_fee_words,
)
from tests import factories
from tests.merchants.invoices import EXEMPTION, set_up

pytestmark = pytest.mark.django_db
OPEN, CLOSE = "\u2068", "\u2069"


def read(words):
    """Return sentences without the marks that keep a minus before its number."""
    return [each.replace(OPEN, "").replace(CLOSE, "") for each in words]


def carry(*, opening, closing):
    figures = {"opening_minor": opening, "closing_minor": closing, "currency": "EUR"}
    return read(list_carry_words(Settlement(**figures)))


@pytest.mark.parametrize(
    ("opening", "closing", "said"),
    [
        (0, 0, ["Nothing goes on to the next settlement."]),
        (
            1200,
            0,
            [
                "€12.00 was carried over from the settlement before.",
                "Nothing goes on to the next settlement.",
            ],
        ),
        (0, 300, ["€3.00 is carried over to the next settlement."]),
        (
            -500,
            -200,
            [
                "The shop owed €5.00 from the settlement before.",
                "The shop owes €2.00, which is taken off the next settlement.",
            ],
        ),
    ],
)
def test_what_is_carried_over_is_said(opening, closing, said):
    assert carry(opening=opening, closing=closing) == said


@pytest.mark.parametrize(
    ("bps", "fixed", "rule"),
    [
        (60, 0, "0.6 % of each sale."),
        (60, 10, "0.6 % of each sale, and €0.10."),
        (0, 10, "€0.10 for each sale."),
        (0, 0, "Sales cost nothing."),
    ],
)
def test_the_fee_is_said(shop, customer, bps, fixed, rule):
    Merchant.objects.filter(pk=shop.merchant.pk).update(mdr_bps=bps, fee_fixed_minor=fixed)
    factories.sell(shop, customer, amount_minor=1000)

    words = read(list_fee_words(factories.settle(shop)))

    rounds = ["Rounded to the smallest coin; half a coin goes to the even side."]
    assert words == [rule, *(rounds if bps or fixed else [])]


def test_a_rule_that_began_in_its_time_is_said_too(shop, customer):
    sale = factories.sell(shop, customer, amount_minor=1000)
    factories.refund(shop, sale, amount_minor=100)
    settlement = factories.settle(shop)
    settlement.opened_at = settlement.closed_at - timedelta(days=3)
    people = [factories.hire_person(shop).user for _ in range(2)]
    for days, bps in [(5, 70), (2, 80), (-2, 90)]:
        began = settlement.closed_at - timedelta(days=days)
        FeeRule.objects.create(
            merchant=shop.merchant,
            mdr_bps=bps,
            fee_fixed_minor=0,
            applies_from=began,
            reason="A contract.",
            asked_by=people[0],
            asked_at=began - timedelta(days=2),
            agreed_by=people[1],
            agreed_at=began - timedelta(days=1),
        )

    words = read(list_fee_words(settlement))

    assert words[0] == "0.7 % of each sale."
    assert words[1].startswith("From ")
    assert words[1].endswith(" on: 0.8 % of each sale.")
    assert words[-1] == "A refund does not return the fee of its sale."
    assert len(words) == 4


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({}, f"No VAT is in the fees: {EXEMPTION}."),
        (
            {"vat_bps": 2300, "exemption": ""},
            "The fees have 23 % VAT in them: €0.11. The invoice of the month rounds once.",
        ),
    ],
)
def test_the_vat_on_fees_is_said_as_it_was_known_when_it_closed(shop, customer, terms, said):
    set_up(**terms)
    factories.sell(shop, customer, amount_minor=10_000)
    settlement = factories.settle(shop)

    set_up(vat_bps=500, exemption="")

    assert read(list_fee_words(settlement))[-1] == said
    Merchant.objects.filter(pk=shop.merchant.pk).update(country="US")
    settlement.refresh_from_db()
    assert any("VAT" in each for each in list_fee_words(settlement)) == (not terms)


def test_bounds_are_said(shop, customer):
    people = [factories.hire_person(shop).user for _ in range(2)]
    began = timezone.now() - timedelta(days=3)
    FeeRule.objects.create(
        merchant=shop.merchant,
        mdr_bps=60,
        fee_fixed_minor=0,
        fee_min_minor=5,
        fee_max_minor=200,
        applies_from=began,
        reason="A contract.",
        asked_by=people[0],
        agreed_by=people[1],
        agreed_at=began - timedelta(days=1),
    )
    sales = [factories.sell(shop, customer, amount_minor=each) for each in (3, 100, 9_000)]

    words = read(list_fee_words(factories.settle(shop)))

    assert [sale.fee_minor for sale in sales] == [3, 5, 54]
    assert words[0] == "0.6 % of each sale. At least €0.05 each. At most €2.00 each."


def test_a_shop_is_named_as_it_is_in_law(shop):
    settlement = Settlement(balance=factories.balance_of(shop))
    (plain,) = describe_sides(settlement)
    application = factories.apply_as_shop()
    application.merchant, application.status = shop.merchant, "approved"
    application.decided_at = timezone.now()
    application.save()

    (side,) = describe_sides(settlement)

    assert (plain.title, plain.name, plain.lines) == ("Shop", shop.merchant.name, [])
    assert side.name == "Pier Foods Ltd"
    assert side.lines[0] == shop.merchant.name
    assert side.lines[-1] == "VAT number IE6433435F"


def test_a_refund_of_an_older_sale_names_the_sale_s_day_and_settlement(shop, customer):
    old, new = (factories.sell(shop, customer, amount_minor=1000) for _ in range(2))
    first = factories.settle(shop)
    factories.refund(shop, old, amount_minor=100)
    newest = factories.sell(shop, customer, amount_minor=500)
    factories.refund(shop, newest, amount_minor=200)
    second = factories.settle(shop)
    lines = list(second.lines.select_related("store").order_by("at"))

    load_older_sales(second, lines)

    said = [describe_older_sale(line, second) for line in lines]
    day = SettlementLine.objects.get(pk=old.pk).at.astimezone(second.period.start.tzinfo)
    assert first.number == 1
    assert new.refunded_minor == 0
    sold = f"Sale of {day.day} {day:%b} {day.year}, in ST-0001; its fee is not returned"
    assert said == [sold, "", ""]
