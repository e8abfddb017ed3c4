"""What is asked for: what a tip comes to, and whether a request can be paid at all."""

from dataclasses import replace
from decimal import Decimal

import pytest

from qr.payment import Account, Mutability, PaymentRequest, Tip, TipKind

REQUEST = PaymentRequest(
    scheme="pix",
    accounts=(Account("pix", "a@example.com"),),
    currency="BRL",
    amount_minor=100,
    mutability=Mutability.FIXED,
)


@pytest.mark.parametrize(
    ("tip", "fee"),
    [
        (Tip(TipKind.PROMPT), 0),
        (Tip(TipKind.FIXED, 250), 250),
        (Tip(TipKind.PERCENTAGE, None, Decimal("3.00")), 30),
        (Tip(TipKind.PERCENTAGE, None, Decimal("0.75")), 8),
        (Tip(TipKind.PERCENTAGE, None, Decimal("0.05")), 1),
        (Tip(TipKind.PERCENTAGE, None, Decimal("0.04")), 0),
    ],
)
def test_a_fee_is_added_to_the_amount(tip, fee):
    assert tip.compute(1000) == fee


def test_a_known_amount_is_payable_and_so_is_one_to_be_typed():
    assert REQUEST.is_payable
    assert replace(REQUEST, amount_minor=None, mutability=Mutability.OPEN).is_payable


def test_an_amount_finer_than_the_currency_is_not_payable():
    assert not replace(REQUEST, amount_minor=None).is_payable


def test_nobody_is_not_payable():
    assert not replace(REQUEST, accounts=()).is_payable
