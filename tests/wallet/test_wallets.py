"""Wallets: opened, filled once, found by their session."""

import uuid

import pytest
from django.db import IntegrityError, connection

from ledger.models import Account, Transfer
from ledger.queries import read_balance
from tests import factories
from wallet.models import Attempt, Claim, Payment, ShortCodeMiss, Wallet
from wallet.wallets import find_wallet, open_wallet, top_up

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Li Wei", "Li W."),
        ("Ana Maria da Silva", "Ana S."),
        ("Madonna", "Madonna"),
        (" Li  Wei ", "Li W."),
        ("\u3000Li\u00a0\tWei\u2003", "Li W."),
        ("", ""),
        (" ", ""),
    ],
)
def test_strangers_see_a_first_name_and_a_letter(name, masked):
    with connection.cursor() as cursor:
        cursor.execute("SELECT wallet_mask_name(%s)", [name])
        assert cursor.fetchone() == (masked,)


def test_a_top_up_with_an_id_counts_once(customer):
    transfer = uuid.uuid4()

    for _ in range(3):
        top_up(customer.wallet, amount_minor=500, reference="bank 1", transfer_id=transfer)

    assert read_balance(customer.wallet.account_id) == 10_500
    assert Transfer.objects.filter(pk=transfer).count() == 1
    assert Transfer.objects.filter(credit_account=customer.wallet.account_id).count() == 2


def test_a_session_finds_its_person_s_wallet(customer, another):
    assert find_wallet(customer.token) == customer.wallet
    assert find_wallet("ws_unknown") is None


def test_a_second_wallet_in_the_same_currency_is_refused(customer):
    accounts = Account.objects.count()

    with pytest.raises(IntegrityError, match="wallet_wallet_one_a_currency"):
        open_wallet(customer.wallet.user, currency="EUR")

    assert Wallet.objects.get(user=customer.wallet.user) == customer.wallet
    assert Account.objects.count() == accounts


def test_things_name_themselves(shop, customer):
    claim = factories.claim(customer, factories.make_charge(shop))
    attempt = Attempt(claim=claim, reason="pin_wrong")
    miss = ShortCodeMiss.objects.create(wallet=customer.wallet)
    factories.confirm(customer, claim)

    assert str(customer.wallet) == "Li Wei EUR"
    assert str(Claim.objects.get()) == claim.public_id
    assert str(attempt) == f"{claim.id} pin_wrong"
    assert str(miss).startswith(f"{customer.wallet.id} ")
    payment = Payment.objects.get()
    assert str(payment) == payment.public_id
