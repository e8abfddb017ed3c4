"""The dashboard page of fees: the rule in words, and examples by the charging function."""

import re

import pytest

from ledger.typed import write_percent
from merchants.fees import find_fee, list_fee_examples
from merchants.models import Merchant, Role
from merchants.onboarding import open_merchant, open_store
from pos.models import Charge
from tests import factories
from tests.flows.steps import open_dashboard

pytestmark = pytest.mark.django_db
PAGE = "/dashboard/fees/"


def read_page(shop):
    owner = factories.hire_person(shop, role=Role.OWNER)
    text = open_dashboard(owner).get(PAGE).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.mark.parametrize(
    ("bps", "words"), [(60, "0.6"), (100, "1"), (125, "1.25"), (0, "0"), (10_000, "100")]
)
def test_basis_points_are_written_as_people_say_them(bps, words):
    assert write_percent(bps) == words


def test_the_rule_and_its_examples_are_shown(shop):
    text = read_page(shop)

    assert "0.6 % of each sale." in text
    assert "€2.00 €0.01 €1.99" in text
    assert "€50.00 €0.30 €49.70" in text
    assert "A refund does not return it." in text


def test_a_fixed_part_is_named_and_counted(shop):
    Merchant.objects.update(mdr_bps=60, fee_fixed_minor=25)

    text = read_page(shop)

    assert "0.6 % of each sale, and a fixed part." in text
    assert "The fixed part: €0.25" in text
    assert "€10.00 €0.31 €9.69" in text


def test_free_sales_are_said_to_be_free(shop):
    Merchant.objects.update(mdr_bps=0, fee_fixed_minor=0)

    assert "Sales cost nothing." in read_page(shop)


def test_an_example_is_what_a_sale_is_charged(shop, customer):
    Merchant.objects.update(mdr_bps=123, fee_fixed_minor=7)

    for example in list_fee_examples(find_fee(shop.merchant.id), "EUR"):
        charge = factories.sell(shop, customer, amount_minor=example.amount_minor)
        assert Charge.objects.get(pk=charge.pk).fee_minor == example.fee_minor


def test_each_currency_has_its_examples(shop):
    open_store(shop.merchant, name="Tokyo", currency="JPY")

    text = read_page(shop)

    assert "Examples in EUR" in text
    assert "¥1,000 ¥6 ¥994" in text


def test_before_the_first_store_the_page_is_no_error():
    merchant = open_merchant("Pier", country="IE", time_zone="Europe/Dublin", mdr_bps=60)

    assert [each.currency for each in list_fee_examples(find_fee(merchant.id), "EUR")] == [
        "EUR"
    ] * 3
