"""The invariants find what the verbs would never do."""

import pytest
from django.utils import timezone

from ledger.posting import post_together
from ledger.transfers import NewTransfer
from merchants.models import LineKind, MerchantBalance, SettlementLine
from pos.models import Charge, Refund
from tests import factories
from tests.broken import find_broken


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
