"""Fees by payment method: one rule, judged by the capture, whoever scanned whose code."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from identity.models import User
from merchants import fee_rules, fee_tiers
from merchants.fee_rules import NewRule, find_first_day
from merchants.fees import Fee, MethodFee, list_methods, read_methods
from merchants.models import FeeRule, PaymentMethod, SettlementLine, Store
from merchants.reports.words import list_fee_words
from pos.charges import create_charge
from pos.methods import note_collection
from pos.models import Collection
from pos.principals import act_for_merchant, act_for_payer
from pos.subtotals import read_subtotals
from tests import factories
from tests.broken import find_broken
from tests.clocks import date_back
from tests.merchants.test_report_forms import recompute, write_csv, write_json
from tests.paycodes import show_code
from wallet.collection import collect_charge
from wallet.payment_codes import NewUse

pytestmark = pytest.mark.django_db


def agree_to(shop, *methods, fee=None, began=None):
    """Agree to a rule of 1 % with other parts for some methods, in force for a week."""
    people = [User.objects.create(name=name) for name in ("Aoife Kelly", "Brian Walsh")]
    new = NewRule(
        fee=fee or Fee(100, 0),
        applies_on=find_first_day(shop.merchant),
        reason="The contract.",
        methods=tuple(MethodFee(*each) for each in methods),
    )
    rule = fee_rules.ask(shop.merchant, new, rule_id=uuid.uuid4(), by=people[0])
    fee_rules.agree(rule, by=people[1])
    began = began or timezone.now() - timedelta(days=7)
    rows = FeeRule.objects.filter(pk=rule.pk)
    date_back(rows, agreed_at=began - timedelta(days=1), applies_from=began)
    return rows.get()


def sell_by(method, shop, customer, amount_minor, *, tip_minor=0):
    new = factories.plan_charge(shop, amount_minor=amount_minor)
    new = replace(new, tip_minor=tip_minor)
    principals = {
        "link": lambda: act_for_merchant(shop.store),
        "counter_code": lambda: act_for_payer(factories.print_code(shop), customer.wallet.id),
    }
    principal = principals.get(method, lambda: shop.till)()
    charge = create_charge(principal, new)
    outcome = ""
    if method == "customer_code":
        use = NewUse(show_code(customer), charge, "collect", b"test")
        outcome = collect_charge(shop.till, use).outcome
    if outcome != "captured":
        factories.confirm(customer, factories.claim(customer, charge))
    charge.refresh_from_db()
    return charge


METHODS = (("customer_code", 50, 10), ("counter_code", 0, 7), ("link", 290, 25))
# The rule is 1 %; halves go to the even side, and no sale costs more than itself.
TABLE = [
    ("EUR", "till_code", 1_250, 12),
    ("EUR", "customer_code", 1_300, 16),
    ("EUR", "customer_code", 6_000, 40),
    ("EUR", "counter_code", 2_000, 7),
    ("EUR", "counter_code", 5, 5),
    ("EUR", "link", 1_000, 54),
    ("JPY", "till_code", 1_350, 14),
    ("JPY", "link", 1_000, 54),
    ("KWD", "till_code", 1_250, 12),
    ("KWD", "link", 1_500, 69),
]


@pytest.mark.parametrize(("currency", "method", "amount_minor", "fee_minor"), TABLE)
def test_a_sale_is_charged_by_its_method(
    currency, method, amount_minor, fee_minor, proofs_hold
):
    shop = factories.open_shop(currency=currency)
    customer = factories.open_customer(currency=currency)
    agree_to(shop, *METHODS)

    sale = sell_by(method, shop, customer, amount_minor)

    assert (sale.status, sale.fee_minor) == ("captured", fee_minor)
    assert SettlementLine.objects.get().fee_minor == fee_minor
    (row,) = next(
        part.rows
        for part in read_subtotals(factories.settle(shop)).parts
        if part.key == "method"
    )
    assert (row.method, row.fees_minor) == (method, fee_minor)
    proofs_hold()


@pytest.mark.parametrize(("amount_minor", "fee_minor"), [(100, 10), (2_000, 17), (20_000, 90)])
def test_least_and_most_are_those_of_the_rule(shop, amount_minor, fee_minor):
    customer = factories.open_customer(balance_minor=50_000)
    agree_to(shop, ("till_code", 50, 7), fee=Fee(100, 0, 10, 90))

    assert sell_by("till_code", shop, customer, amount_minor).fee_minor == fee_minor


def test_a_code_that_is_read_after_the_payment_changes_nothing(shop, customer):
    agree_to(shop, *METHODS)
    sale = sell_by("till_code", shop, customer, 1_000)

    note_collection(sale, payer_account_id=customer.wallet.account_id)

    assert not Collection.objects.exists()
    assert sale.fee_minor == 10


def test_a_change_touches_nothing_before_it(shop, customer):
    now = timezone.now()
    agree_to(shop, ("till_code", 500, 0), began=now - timedelta(days=2))
    before = sell_by("till_code", shop, customer, 1_000)

    agree_to(shop, began=now - timedelta(microseconds=1))

    assert sell_by("till_code", shop, customer, 1_000).fee_minor == 10
    before.refresh_from_db()
    assert before.fee_minor == 50
    assert list_methods(shop.merchant.id) == []
    (old,) = list_methods(shop.merchant.id, at=now - timedelta(days=1))
    assert (old.method, old.percent) == ("till_code", "5")


def test_the_month_s_tier_keeps_the_methods(shop, monkeypatch):
    rule = agree_to(shop, *METHODS)
    month = fee_tiers.Turn(
        rule.applies_from, rule.applies_from, timezone.now() + timedelta(days=1)
    )

    fee_tiers._write_rule(rule, month, bps=80, volume_minor=1)

    written = FeeRule.objects.get(tier_of=rule)
    assert (written.by_method, written.mdr_bps) == (True, 80)
    assert read_methods(written) == read_methods(rule) != ()


def test_a_statement_says_each_method(shop, customer):
    agree_to(shop, ("link", 290, 25), ("counter_code", 0, 0))
    sell_by("link", shop, customer, 1_000)

    words = list_fee_words(factories.settle(shop))[0]

    plain = words.replace("\u2068", "").replace("\u2069", "")
    assert plain == (
        "1 % of each sale. Payment link: 2.9 % of each sale, and €0.25."
        " Counter code: Sales cost nothing."
    )


def test_a_statement_with_methods_and_tips_is_recomputed(shop, customer):
    Store.objects.filter(pk=shop.store.pk).update(asks_tips=True, vat_mode="excluded")
    shop.store.refresh_from_db()
    agree_to(shop, *METHODS)
    for method in ("link", "customer_code", "counter_code"):
        sell_by(method, shop, customer, 1_000)
    tipped = sell_by("link", shop, customer, 1_000, tip_minor=100)
    factories.refund(shop, tipped, amount_minor=950)
    settlement = factories.settle(shop)

    assert (settlement.tips_minor, settlement.refunded_tips_minor) == (100, 50)
    assert "tips,1.00" in write_csv(settlement)
    for write in (write_csv, write_json):
        assert recompute(write(settlement))[0] == 0
    assert not find_broken()


@pytest.mark.parametrize("method", PaymentMethod)
def test_methods_are_those_of_the_capture(method):
    places = {"counter_code": [str(uuid.uuid4()), None], "till_code": [None, str(uuid.uuid4())]}
    asked = [method == "customer_code", *places.get(method, [None, None])]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pos_name_method(%s, %s::uuid, %s::uuid)", asked)
        assert cursor.fetchone() == (method,)
