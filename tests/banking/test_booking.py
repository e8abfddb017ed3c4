"""Where each entry's money goes, and why some of it waits for somebody."""

import uuid

import pytest
from django.utils import timezone

from banking.expectations import expect
from banking.models import Break, Entry, OrderStatus
from ledger.models import Account
from ledger.queries import read_balance
from tests.banking import bank
from tests.banking.samples import Ntry, Tx
from tests.banking.test_imports import balance_of, bring, statement

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account(db):
    return bank.find_account()


def announce(customer, amount_minor=2500):
    return expect(
        uuid.uuid4(),
        credit_account_id=customer.wallet.account_id,
        currency="EUR",
        amount_minor=amount_minor,
    )


def put_in_suspense(amount_minor):
    """Bring money of nobody in, so that it can be sent back."""
    amount = f"{amount_minor / 100:.2f}"
    bring(statement(Ntry(amount, bank=f"in-{uuid.uuid4().hex[:8]}")))


def test_a_payout_that_the_bank_booked_is_booked():
    put_in_suspense(1000)
    order = bank.make_sent_order(1000)
    tx = Tx(amount="10.00", end_to_end=order.end_to_end_id)

    bring(statement(Ntry("10.00", sign="DBIT", bank="O1", txs=(tx,))))

    order.refresh_from_db()
    assert order.status == OrderStatus.BOOKED
    assert (balance_of("transit"), balance_of("safeguard")) == (0, 0)
    assert Entry.objects.get(order=order).posted_as == "book"


@pytest.mark.parametrize("in_one_file", [True, False])
def test_what_comes_back_is_owed_again_once(in_one_file):
    put_in_suspense(1000)
    order = bank.make_sent_order(1000)
    out = Ntry("10.00", sign="DBIT", bank="O1", txs=(Tx(end_to_end=order.end_to_end_id),))
    back = Ntry("10.00", bank="R1", txs=(Tx(end_to_end=order.end_to_end_id, reason="AC04"),))
    # What comes back may even stand before what went out.
    files = [statement(back, out)] if in_one_file else [statement(out), statement(back)]

    for content in [*files, *files]:
        bring(content)

    order.refresh_from_db()
    assert (order.status, order.reason_code) == (OrderStatus.RETURNED, "AC04")
    assert balance_of("safeguard") == 1000
    assert balance_of("transit") == 0
    assert Break.objects.count() == 1


def test_another_amount_than_was_ordered_waits():
    put_in_suspense(1000)
    order = bank.make_sent_order(1000)
    tx = Tx(end_to_end=order.end_to_end_id)

    bring(statement(Ntry("9.00", sign="DBIT", bank="O1", txs=(tx,))))

    order.refresh_from_db()
    assert order.status == OrderStatus.SENT
    assert Break.objects.get(amount_minor=-900).reason == "wrong_amount"


def test_an_order_that_is_booked_twice_waits_the_second_time():
    put_in_suspense(1000)
    order = bank.make_sent_order(1000)
    tx = Tx(end_to_end=order.end_to_end_id)
    twice = [Ntry("10.00", sign="DBIT", bank=name, txs=(tx,)) for name in ("O1", "O2")]

    bring(statement(*twice))

    assert Break.objects.get(amount_minor=-1000).reason == "late"


REASONS = {
    "no_reference": Ntry(),
    "unknown_reference": Ntry(txs=(Tx(reference="RF18539007547034"),)),
    "not_ours": Ntry(sign="DBIT"),
    "bank_charge": Ntry(sign="DBIT", code="CHRG"),
    "reversal": Ntry(sign="DBIT", reversal="true"),
    "parts": Ntry(batch="3"),
}


@pytest.mark.parametrize(("reason", "entry"), REASONS.items())
def test_what_nobody_knows_waits_with_its_reason(reason, entry):
    bring(statement(entry))

    row = Break.objects.get()
    assert (row.reason, row.decision) == (reason, "")
    assert balance_of("suspense") == row.amount_minor == Entry.objects.get().amount_minor


def test_a_reversal_or_a_sum_credits_nobody_even_with_a_reference(customer):
    reference = announce(customer).reference
    before = read_balance(customer.wallet.account_id)
    tx = Tx(reference=reference)

    bring(
        statement(
            Ntry(bank="1", reversal="true", txs=(tx,)),
            Ntry(bank="2", batch="2", txs=(tx,)),
            Ntry(bank="3", sign="DBIT", txs=(tx,)),
        )
    )

    assert read_balance(customer.wallet.account_id) == before
    assert sorted(Break.objects.values_list("reason", flat=True)) == [
        "not_ours",
        "parts",
        "reversal",
    ]


def test_a_wallet_that_is_closed_leaves_the_money_to_somebody(customer):
    expectation = announce(customer)
    Account.objects.filter(pk=customer.wallet.account_id).update(closed_at=timezone.now())

    bring(statement(Ntry("25.00", txs=(Tx(reference=expectation.reference),))))

    assert Break.objects.get().reason == "late"
    expectation.refresh_from_db()
    assert expectation.arrived_at is None


def test_who_sent_money_before_is_suggested(customer):
    reference = announce(customer).reference
    iban = "IE29AIBK93115212345678"
    bring(statement(Ntry("25.00", bank="1", txs=(Tx(reference=reference, iban=iban),))))

    bring(statement(Ntry("4.00", bank="2", txs=(Tx(text="lunch", iban=iban),))))

    assert Break.objects.get().suggested_account_id == customer.wallet.account_id


def test_who_alone_waits_for_the_amount_is_suggested(customer, another):
    announce(customer, 3100)
    announce(customer, 500)
    announce(another, 500)

    bring(statement(Ntry("31.00", bank="1"), Ntry("5.00", bank="2")))

    assert Break.objects.get(amount_minor=3100).suggested_account_id == (
        customer.wallet.account_id
    )
    assert Break.objects.get(amount_minor=500).suggested_account_id is None


def test_more_than_a_batch_is_booked(customer, monkeypatch):
    monkeypatch.setattr("banking.booking.BATCH_MAX", 3)
    announced = [announce(customer, 100) for _ in range(7)]
    before = read_balance(customer.wallet.account_id)

    bring(
        statement(
            *[
                Ntry("1.00", bank=str(n), txs=(Tx(reference=each.reference),))
                for n, each in enumerate(announced)
            ]
        )
    )

    assert read_balance(customer.wallet.account_id) == before + 700
    assert not Entry.objects.filter(posted_at=None).exists()
