"""Two at once about one order or run: one wins, and the money is in one place.

In a currency of their own, because what they commit stays.
"""

import uuid
from collections import Counter
from functools import partial

import pytest
from django.db import connection, transaction

from banking.dispatch import send_due_files
from banking.errors import NothingToSend, OrderElsewhere, OrderOnItsWay, RunElsewhere
from banking.models import Order, OrderKind, OrderStatus, PaymentFile
from banking.orders import book_order, cancel_order, create_order, refuse_order, send_file
from banking.payees import Payee
from banking.runs import cancel_run, hand_over, make_run, release_run
from ledger.queries import read_available, read_balance
from tests import factories
from tests.banking import bank
from tests.ledger.sessions import read_pid, wait_until_waited_for
from tests.races.crowd import Job, stagger
from wallet.errors import WalletFrozen
from wallet.freezing import freeze
from wallet.redemptions import request_redemption

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

NOK = "NOK"
ROUNDS = 8


def redeem(customer, amount_minor=1000):
    return bank.plan(
        amount_minor,
        currency=NOK,
        kind=OrderKind.REDEMPTION,
        source_account_id=customer.wallet.account_id,
    )


@transaction.atomic
def book(order):
    """Book an entry, which is there only if it was booked."""
    book_order(order, bank.enter(order, -order.amount_minor))


def drain():
    """Send what earlier tests have left."""
    if Order.objects.filter(currency=NOK, status="pending", file=None).exists():
        bank.send(NOK)


def test_same_order_by_many_is_made_once(crowd):
    customer = factories.open_customer(currency=NOK)
    for _ in range(ROUNDS):
        wish = redeem(customer)

        made = crowd.act([partial(create_order, wish)] * 8)

        assert len({order.pk for order in made}) == 1
        cancel_order(made[0])
    assert read_available(customer.wallet.account_id) == 10_000


def test_cancel_against_release_and_sending(crowd):
    customer = factories.open_customer(currency=NOK)
    account, operator = bank.find_account(NOK), bank.make_user()
    ends: Counter[str] = Counter()
    for number in range(ROUNDS):
        drain()
        order = create_order(redeem(customer, 100))
        create_order(redeem(customer, 10))
        file = make_run(account, by=operator, execute_on=bank.PAY_ON)

        def release(file=file):
            release_run(file, by=operator)
            hand_over(file, by=operator)
            send_file(file.pk)

        jobs: list[Job] = [partial(cancel_order, order), release]
        answers = crowd.act(stagger(jobs, round_number=number), refusals=(OrderOnItsWay,))

        order.refresh_from_db()
        file.refresh_from_db()
        is_canceled = not isinstance(answers[0], OrderOnItsWay)
        assert order.status == (OrderStatus.CANCELED if is_canceled else OrderStatus.SENT)
        assert (file.orders_count, file.total_minor) == ((1, 10) if is_canceled else (2, 110))
        ends[order.status] += 1
    spent = 100 * ends[OrderStatus.SENT] + 10 * ROUNDS
    assert read_balance(customer.wallet.account_id) == 10_000 - spent
    assert read_available(customer.wallet.account_id) == 10_000 - spent


def test_cancel_waits_for_a_release_that_is_under_way(crowd):
    customer = factories.open_customer(currency=NOK)
    drain()
    order = create_order(redeem(customer, 100))
    file = make_run(bank.find_account(NOK), by=None, execute_on=bank.PAY_ON)
    order.refresh_from_db()

    with transaction.atomic():
        release_run(file, by=bank.make_user())
        late = crowd.start(partial(cancel_order, order), refusals=(OrderOnItsWay,))
        wait_until_waited_for(read_pid(connection))

    assert isinstance(late.result(timeout=10), OrderOnItsWay)
    order.refresh_from_db()
    assert (order.status, order.file) == (OrderStatus.PENDING, file)


def test_a_wallet_that_is_frozen_meanwhile_keeps_its_money(crowd):
    for number in range(ROUNDS):
        customer = factories.open_customer(currency=NOK)
        ask = partial(
            request_redemption,
            customer.wallet,
            request_id=uuid.uuid4(),
            amount_minor=1000,
            payee=Payee(name=customer.wallet.user.name, iban=bank.IBAN),
            pin=factories.PIN,
        )

        jobs: list[Job] = [ask, partial(freeze, customer.wallet)]
        crowd.act(stagger(jobs, round_number=number), refusals=(WalletFrozen,))

        assert read_available(customer.wallet.account_id) == 10_000


def test_two_runs_at_once_share_no_order(crowd):
    customer = factories.open_customer(currency=NOK)
    account = bank.find_account(NOK)
    for number in range(ROUNDS):
        drain()
        orders = [create_order(redeem(customer, 10)) for _ in range(4)]

        jobs = [partial(make_run, account, by=None, execute_on=bank.PAY_ON)] * 3
        files = crowd.act(stagger(jobs, round_number=number), refusals=(NothingToSend,))

        made = [file for file in files if isinstance(file, PaymentFile)]
        assert sum(file.orders_count for file in made) == len(orders)
        for file in made:
            release_run(file, by=bank.make_user())
            hand_over(file, by=bank.make_user())
    send_due_files()


def test_release_against_cancel_of_a_run(crowd):
    customer = factories.open_customer(currency=NOK)
    account, operator = bank.find_account(NOK), bank.make_user()
    for number in range(ROUNDS):
        drain()
        order = create_order(redeem(customer, 10))
        file = make_run(account, by=operator, execute_on=bank.PAY_ON)

        def release(file=file):
            release_run(file, by=operator)
            hand_over(file, by=operator)

        jobs: list[Job] = [release, partial(cancel_run, file)]
        crowd.act(stagger(jobs, round_number=number), refusals=(RunElsewhere,))

        send_due_files()
        file.refresh_from_db()
        order.refresh_from_db()
        assert (file.status, order.status) in {("canceled", "pending"), ("sent", "sent")}


def test_booked_against_refused_is_one_of_them(crowd):
    customer = factories.open_customer(currency=NOK)
    for number in range(ROUNDS):
        drain()
        order = create_order(redeem(customer, 100))
        bank.send(NOK)
        before = read_balance(customer.wallet.account_id)
        twins = [Order.objects.get(pk=order.pk) for _ in range(4)]

        jobs = [
            partial(book, twins[0]),
            partial(refuse_order, twins[1], reason_code="AC04"),
            partial(book, twins[2]),
            partial(refuse_order, twins[3], reason_code="AC01"),
        ]
        crowd.act(stagger(jobs, round_number=number), refusals=(OrderElsewhere,))

        order.refresh_from_db()
        after = read_balance(customer.wallet.account_id)
        assert (order.status, after - before) in {("booked", 0), ("refused", 100)}
