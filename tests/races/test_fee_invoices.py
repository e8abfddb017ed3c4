"""Beats that bill the same months at once: one invoice each, and no number is lost."""

from functools import partial

import pytest

from console.set_up import forget_founding
from merchants.fee_invoices import issue_fee_invoice
from merchants.models import FeeInvoice, InvoiceNumber, InvoiceTerms, Organisation
from tests import factories
from tests.merchants.invoices import end_month, set_up
from tests.owners import as_owner

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

SHOPS, BEATS = 4, 8


@pytest.fixture
def terms(committed):
    """Terms and an organisation, for as long as the race lasts."""
    yield set_up()
    with as_owner():
        Organisation.objects.all().delete()
        InvoiceTerms.objects.all().delete()
    forget_founding()


def test_of_eight_beats_one_bills_a_month_and_the_others_give_their_numbers_back(
    terms, crowd, monkeypatch
):
    month, customer = end_month(monkeypatch), factories.open_customer()
    for _ in range(2):
        balances = []
        for _ in range(SHOPS):
            shop = factories.open_shop()
            factories.sell(shop, customer)
            factories.settle(shop)
            balances.append(factories.balance_of(shop))
        before = FeeInvoice.objects.count()
        # Of two that bill one shop at once, one has taken a number and has to give it back.
        jobs = [
            partial(issue_fee_invoice, balances[number % SHOPS], month)
            for number in range(BEATS)
        ]

        answers = crowd.act(jobs)

        assert len(set(answers)) == SHOPS
        assert FeeInvoice.objects.count() == before + SHOPS
        numbers = FeeInvoice.objects.order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, before + SHOPS + 1))
        assert InvoiceNumber.objects.get().last == before + SHOPS
