"""Decisions about breaks: each moves its money once, and nobody is overruled by chance."""

import pytest
from django.utils import timezone

from banking import breaks
from banking.errors import BreakDecided, DecisionUnfit, OwnRun
from banking.models import Break, Order
from banking.payees import Payee
from banking.runs import make_run, release_run
from ledger.models import Account, Transfer
from ledger.queries import read_balance
from tests.banking import bank
from tests.banking.samples import Ntry, Tx
from tests.banking.test_imports import balance_of, bring, statement

pytestmark = pytest.mark.django_db
SENDER = Payee(name="Ana Silva", iban="IE29AIBK93115212345678")


@pytest.fixture(autouse=True)
def account(db):
    return bank.find_account()


@pytest.fixture
def operator():
    return bank.make_user()


@pytest.fixture
def money_in():
    bring(statement(Ntry("10.00", bank="in", txs=(Tx(name="Ana Silva", iban=SENDER.iban),))))
    return Break.objects.get()


@pytest.fixture
def money_out():
    bring(statement(Ntry("3.00", bank="out", sign="DBIT", code="CHRG")))
    return Break.objects.get()


def test_a_credit_moves_the_money_once(customer, operator, money_in):
    before = read_balance(customer.wallet.account_id)
    breaks.credit(money_in, account_id=customer.wallet.account_id, by=operator, note="called")
    for _ in range(2):
        breaks.carry_out_decisions()

    money_in.refresh_from_db()
    transfer = Transfer.objects.get(pk=money_in.pk)
    assert (transfer.kind, transfer.amount_minor) == ("credit", 1000)
    assert read_balance(customer.wallet.account_id) == before + 1000
    assert (money_in.decided_by, money_in.note) == (operator, "called")
    assert money_in.carried_out_at is not None
    assert balance_of("suspense") == 0
    assert bank.list_broken() == []


def test_a_wallet_that_closed_meanwhile_opens_the_break_again(customer, operator, money_in):
    breaks.credit(money_in, account_id=customer.wallet.account_id, by=operator)
    Account.objects.filter(pk=customer.wallet.account_id).update(closed_at=timezone.now())

    breaks.carry_out_decisions()

    money_in.refresh_from_db()
    assert (money_in.decision, money_in.credit_account) == ("", None)
    assert balance_of("suspense") == 1000


def test_money_goes_back_by_an_order(operator, money_in):
    order = breaks.send_back(money_in, payee=SENDER, by=operator)

    assert (order.kind, order.subject, order.amount_minor) == ("send_back", money_in.pk, 1000)
    assert (order.creditor_name, order.creditor_iban) == (SENDER.name, SENDER.iban)
    assert bank.list_broken() == []
    bank.send()
    assert balance_of("suspense") == 0
    assert bank.list_broken() == []


def test_money_that_does_not_go_back_is_decided_again(operator, money_in):
    order = breaks.send_back(money_in, payee=SENDER, by=operator)
    bank.send()
    order.refresh_from_db()
    out = Ntry("10.00", sign="DBIT", bank="o", txs=(Tx(end_to_end=order.end_to_end_id),))
    back = Ntry("10.00", bank="r", txs=(Tx(end_to_end=order.end_to_end_id, reason="AC01"),))
    bring(statement(out, back))
    for _ in range(2):
        breaks.carry_out_decisions()

    money_in.refresh_from_db()
    assert (money_in.decision, money_in.carried_out_at) == ("", None)
    assert balance_of("suspense") == 1000
    assert bank.list_broken() == []

    breaks.send_back(money_in, payee=SENDER, by=operator)
    breaks.carry_out_decisions()
    money_in.refresh_from_db()
    assert money_in.decision == "send_back"
    assert Order.objects.filter(subject=money_in.pk).count() == 2


def test_what_is_kept_stays_open(customer, operator, money_in):
    breaks.keep(money_in, by=operator, note="asked the bank")
    breaks.carry_out_decisions()
    assert balance_of("suspense") == 1000

    breaks.credit(money_in, account_id=customer.wallet.account_id, by=operator)
    breaks.carry_out_decisions()

    assert balance_of("suspense") == 0


def test_parts_are_decided_by_themselves(customer, operator, money_in):
    first, second = breaks.split(money_in, [700, 300], by=operator)

    breaks.credit(first, account_id=customer.wallet.account_id, by=operator)
    breaks.carry_out_decisions()

    assert balance_of("suspense") == 300 == second.amount_minor
    assert second.split_from == money_in
    assert bank.list_broken() == []


@pytest.mark.parametrize("parts", [[1000], [700, 200], [1100, -100], [], [0, 1000]])
def test_parts_that_do_not_make_the_whole_are_refused(operator, money_in, parts):
    with pytest.raises(DecisionUnfit):
        breaks.split(money_in, parts, by=operator)

    assert Break.objects.count() == 1


def test_a_bank_s_charge_is_borne_out_of_fees(operator, money_out):
    assert balance_of("suspense") == -300
    breaks.bear(money_out, by=operator)
    for _ in range(2):
        breaks.carry_out_decisions()

    assert (balance_of("suspense"), balance_of("fee_income")) == (0, -300)
    assert bank.list_broken() == []


def test_decisions_fit_the_money_s_way(customer, operator, money_in, nothing_moved):
    with pytest.raises(DecisionUnfit):
        breaks.bear(money_in, by=operator)
    bring(statement(Ntry("3.00", bank="o", sign="DBIT")))
    gone = Break.objects.get(amount_minor=-300)
    with pytest.raises(DecisionUnfit):
        breaks.credit(gone, account_id=customer.wallet.account_id, by=operator)
    with pytest.raises(DecisionUnfit):
        breaks.send_back(gone, payee=SENDER, by=operator)

    assert not Break.objects.exclude(decision="").exists()


DECIDE = {
    "credit": lambda row, by, account: breaks.credit(row, account_id=account, by=by),
    "send back": lambda row, by, _: breaks.send_back(row, payee=SENDER, by=by),
    "keep": lambda row, by, _: breaks.keep(row, by=by, note="x"),
    "split": lambda row, by, _: breaks.split(row, [1, 999], by=by),
}


@pytest.mark.parametrize("decide", DECIDE.values(), ids=DECIDE)
@pytest.mark.parametrize("first", ["credit", "send back", "split"])
def test_the_second_to_decide_changes_nothing(customer, operator, money_in, first, decide):
    DECIDE[first](money_in, operator, customer.wallet.account_id)
    late = Break.objects.get(pk=money_in.pk)
    decided = late.decision

    with pytest.raises(BreakDecided):
        decide(late, bank.make_user(), customer.wallet.account_id)

    late.refresh_from_db()
    assert (late.decision, late.decided_by) == (decided, operator)
    assert Order.objects.count() == (first == "send back")


@pytest.mark.parametrize("is_maker", [True, False])
def test_money_that_goes_elsewhere_than_it_came_from_takes_two(operator, money_in, is_maker):
    maker = operator if is_maker else bank.make_user()
    for part in breaks.split(money_in, [400, 600], by=operator):
        elsewhere = Payee(name="Mallory", iban=bank.IBAN)
        breaks.send_back(part, payee=elsewhere, by=operator)
    run = make_run(bank.find_account(), by=maker, execute_on=bank.DAY)

    with pytest.raises(OwnRun):
        release_run(run, by=operator)

    run.refresh_from_db()
    assert run.status == "draft"
    release_run(run, by=bank.make_user())
    assert run.status == "released"


def test_money_that_goes_back_where_it_came_from_takes_one(operator, money_in):
    breaks.send_back(money_in, payee=SENDER, by=operator)
    run = make_run(bank.find_account(), by=operator, execute_on=bank.DAY)

    release_run(run, by=operator)

    assert run.status == "released"
