"""Money that a wallet may not hold: it is never lost, and never credited beyond the limit."""

import uuid

import pytest

from banking import breaks
from banking.errors import DecisionUnfit
from banking.expectations import expect
from banking.models import Break, Expectation
from ledger.queries import read_balance
from tests import factories
from tests.banking import bank
from tests.banking.samples import Ntry, Tx
from tests.banking.test_imports import balance_of, bring, statement
from tests.tiers import allow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account(db):
    return bank.find_account()


def announce(customer):
    return expect(
        uuid.uuid4(),
        credit_account_id=customer.wallet.account_id,
        currency="EUR",
        amount_minor=2000,
    )


def pay_in(expected, amount, *, name):
    return Ntry(amount, bank=name, txs=(Tx(amount=amount, reference=expected.reference),))


def held(customer):
    return read_balance(customer.wallet.account_id)


def test_what_fits_to_the_cent_is_credited_and_the_rest_waits_with_its_reason(customer):
    allow(balance=13_000)
    expected = announce(customer)

    # One after the other: the second takes the last room, the third finds none.
    entries = [
        pay_in(expected, amount, name=f"in{place}")
        for place, amount in enumerate(("20.00", "10.00", "0.01"))
    ]
    bring(statement(*entries))

    assert held(customer) == 13_000
    row = Break.objects.get()
    assert (row.reason, row.amount_minor, row.decision) == ("over_limit", 1, "")
    assert row.suggested_account_id == customer.wallet.account_id
    assert balance_of("suspense") == 1
    assert balance_of("safeguard") == 13_001
    assert bank.list_broken() == []


def test_a_larger_one_waits_and_a_smaller_one_after_it_is_credited(customer):
    allow(balance=11_000)
    expected = announce(customer)

    bring(
        statement(
            pay_in(expected, "20.00", name="in1"),
            pay_in(expected, "10.00", name="in2"),
        )
    )

    assert held(customer) == 11_000
    assert Break.objects.get().amount_minor == 2000
    assert Expectation.objects.get().arrived_at is not None


def test_another_wallet_in_the_same_file_is_not_concerned(customer, another):
    allow(balance=10_500)
    full, other = announce(customer), announce(another)

    bring(
        statement(
            pay_in(full, "10.00", name="in1"),
            pay_in(other, "5.00", name="in2"),
        )
    )

    assert (held(customer), held(another)) == (10_000, 10_500)


def test_an_operator_credits_it_once_it_fits_and_no_sooner(customer):
    allow(balance=11_000)
    operator = bank.make_user()
    bring(statement(pay_in(announce(customer), "20.00", name="in1")))
    row = Break.objects.get()

    with pytest.raises(DecisionUnfit, match=r"may hold €10\.00 more"):
        breaks.credit(row, account_id=customer.wallet.account_id, by=operator)
    breaks.carry_out_decisions()
    assert held(customer) == 10_000

    allow(balance=12_000)
    row.refresh_from_db()
    breaks.credit(row, account_id=customer.wallet.account_id, by=operator)
    breaks.carry_out_decisions()
    assert held(customer) == 12_000
    assert balance_of("suspense") == 0


def test_a_credit_that_fits_no_more_opens_the_break_again(customer):
    operator = bank.make_user()
    bring(statement(Ntry("20.00", bank="in1")))
    row = Break.objects.get()
    breaks.credit(row, account_id=customer.wallet.account_id, by=operator)
    allow(balance=11_999)

    breaks.carry_out_decisions()

    row.refresh_from_db()
    assert (row.decision, row.carried_out_at) == ("", None)
    assert "may hold €19.99 more" in row.note
    assert held(customer) == 10_000
    assert balance_of("suspense") == 2000


def test_a_refund_comes_in_whatever_the_limit(customer, shop):
    charge = factories.sell(shop, customer, amount_minor=1000)
    allow(balance=1)

    factories.refund(shop, charge)

    assert held(customer) == 10_000
