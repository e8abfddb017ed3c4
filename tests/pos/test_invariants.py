"""The invariants find what the verbs would never do."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.utils import timezone

from ledger.posting import post_together
from ledger.transfers import NewTransfer
from merchants.models import LineKind, MerchantBalance, SettlementLine, Store, VatMode
from pos.charges import create_charge
from pos.discounts import NewDiscount, take_discounts
from pos.lines import line_of_item
from pos.models import Charge, Item, Refund
from pos.stock import count_stock
from tests import factories
from tests.broken import find_broken
from tests.owners import as_owner

BREAKS = {
    "a line's price": (
        "UPDATE pos_chargeline SET unit_price_minor = unit_price_minor + 1",
        "every charge of lines is",
    ),
    "a discount": ("DELETE FROM pos_chargediscount", "every charge of lines is"),
    "a refund's part": ("DELETE FROM pos_refundvat", "every refund's parts by rate"),
    "a count": (
        "UPDATE pos_item SET stock = stock + 1 WHERE stock IS NOT NULL",
        "what is left of every counted item",
    ),
}


@pytest.mark.django_db
def test_a_refund_to_somebody_else_is_found(shop, customer):
    charge = factories.sell(shop, customer)
    stranger = factories.open_customer()
    refund = Refund.objects.create(
        charge=charge, amount_minor=100, currency="EUR", idempotency_key="k", request_hash=b"k"
    )
    Charge.objects.filter(pk=charge.pk).update(refunded_minor=100, refunds_count=1)
    SettlementLine.objects.create(
        id=refund.id,
        balance=MerchantBalance.objects.get(merchant=shop.merchant),
        store=shop.store,
        kind=LineKind.REFUND,
        charge_id=charge.id,
        amount_minor=100,
        fee_minor=0,
        at=timezone.now(),
    )

    post_together(
        [
            NewTransfer(
                id=refund.id,
                debit_account_id=charge.takings_account_id,
                credit_account_id=stranger.wallet.account_id,
                amount_minor=100,
                currency="EUR",
                kind="refund",
                reference=charge.public_id,
            )
        ]
    )

    claim = "refunds never exceed the capture, and each has one transfer to its payer"
    wallets = (
        "every wallet holds what came in and its refunds, less payments, redemptions"
        " and what was adjusted"
    )
    assert list(find_broken()) == [claim, wallets]


@pytest.mark.django_db
@pytest.mark.parametrize("name", BREAKS)
def test_goods_that_were_altered_by_hand_are_found(shop, customer, name):
    item = Item.objects.create(store=shop.store, name="Tea", price_minor=500, vat_bps=900)
    staff = factories.hire_person(shop)
    count_stock(item, left=9, staff=staff, move_id=uuid4())
    item.refresh_from_db()
    lines, taken = take_discounts(
        [line_of_item(item, 2)], own=[NewDiscount(percent_bps=1000)], whole=None
    )
    Store.objects.filter(pk=shop.store.pk).update(vat_mode=VatMode.INCLUDED)
    shop.store.refresh_from_db()
    shop.terminal.store = shop.store
    new = replace(factories.plan_charge(shop), amount_minor=None, lines=lines, discounts=taken)
    charge = create_charge(shop.till, new)
    factories.confirm(customer, factories.claim(customer, charge))
    factories.refund(shop, charge, amount_minor=300)
    assert not find_broken()

    with as_owner() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(BREAKS[name][0])

    (claim,) = find_broken()
    assert claim.startswith(BREAKS[name][1])
