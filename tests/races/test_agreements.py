"""What takes two people, decided by several at the same moment: one does, and once."""

import uuid
from collections import Counter
from functools import partial

import pytest

from banking.adjustments import NewAdjustment, carry_out_agreed
from console.adjustments import agree_to_adjust, ask_to_adjust, withdraw_adjustment
from console.errors import ChangeOver, LastOperator
from console.fee_decisions import agree_to_fee, ask_for_fee, withdraw_fee
from console.models import AuditEntry, Operator, OperatorChange
from console.operators import accept, ask_to_end, invite
from console.operators import agree as agree_to_operator
from identity.errors import DecidedMeanwhile
from identity.models import User
from ledger.accounts import get_or_open_house_account
from ledger.errors import InsufficientFunds
from ledger.queries import read_balance
from merchants.fee_rules import NewRule, find_first_day
from merchants.fees import Fee
from tests import factories
from tests.owners import logged_in_as_owner

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


@pytest.fixture
def operators(committed):
    """Three operators, made by the owner of the tables as the command does."""
    people = [
        User.objects.create(name=name, email=f"{uuid.uuid4().hex}@operator.test")
        for name in ("Aoife", "Brian", "Ciara")
    ]
    with logged_in_as_owner():
        return [Operator.objects.create(user=user) for user in people]


def list_deeds(subject):
    return sorted(AuditEntry.objects.filter(subject=subject).values_list("deed", flat=True))


def test_of_those_who_agree_to_an_adjustment_and_withdraw_it_at_once_one_does(crowd, operators):
    asker, second, third = operators
    wallet = factories.open_customer().wallet
    fees = get_or_open_house_account("fee_income", currency="EUR")
    moved_minor = 0
    for _ in range(10):
        new = NewAdjustment(
            debit_account_id=fees,
            credit_account_id=wallet.account_id,
            amount_minor=7,
            reason="Race",
        )
        row = ask_to_adjust(new, adjustment_id=uuid.uuid4(), by=asker, device="")
        jobs = [
            partial(agree_to_adjust, row, by=second, device=""),
            partial(agree_to_adjust, row, by=third, device=""),
            partial(withdraw_adjustment, row, by=asker, device=""),
        ]

        outcomes = crowd.act(jobs, refusals=(DecidedMeanwhile,))
        crowd.act([carry_out_agreed] * 3, refusals=())

        assert Counter(map(type, outcomes)) == {type(None): 1, DecidedMeanwhile: 2}
        row.refresh_from_db()
        moved_minor += 0 if row.agreed_at is None else 7
        assert row.moved_minor == (None if row.agreed_at is None else 7)
        assert read_balance(wallet.account_id) == 10_000 + moved_minor
        decided = "adjustment.agreed" if row.agreed_at else "adjustment.withdrawn"
        assert list_deeds(row.id) == sorted(["adjustment.asked", decided])


def test_a_wallet_that_is_spent_while_it_is_adjusted_is_never_below_zero(crowd, operators):
    asker, second, _ = operators
    shop, customer = factories.open_shop(), factories.open_customer()
    fees = get_or_open_house_account("fee_income", currency="EUR")
    new = NewAdjustment(
        debit_account_id=customer.wallet.account_id,
        credit_account_id=fees,
        amount_minor=6000,
        reason="Race",
    )
    row = ask_to_adjust(new, adjustment_id=uuid.uuid4(), by=asker, device="")
    agree_to_adjust(row, by=second, device="")
    claim = factories.claim(customer, factories.make_charge(shop, amount_minor=6000))

    jobs = [partial(factories.confirm, customer, claim), *[carry_out_agreed] * 3]
    outcomes = crowd.act(jobs, refusals=(InsufficientFunds,))

    row.refresh_from_db()
    was_paid = not any(isinstance(each, InsufficientFunds) for each in outcomes)
    assert (row.moved_minor, row.refusal) == (
        (0, "insufficient_funds") if was_paid else (6000, "")
    )
    assert read_balance(customer.wallet.account_id) == 4000


def test_of_those_who_agree_to_a_fee_and_withdraw_it_at_once_one_does(crowd, operators):
    asker, second, third = operators
    shop = factories.open_shop()
    for bps in range(10):
        new = NewRule(fee=Fee(bps, 0), applies_on=find_first_day(shop.merchant), reason="Race")
        rule = ask_for_fee(shop.merchant, new, rule_id=uuid.uuid4(), by=asker, device="")
        jobs = [
            partial(agree_to_fee, rule, by=second, device=""),
            partial(agree_to_fee, rule, by=third, device=""),
            partial(withdraw_fee, rule, by=asker, device=""),
        ]

        outcomes = crowd.act(jobs, refusals=(DecidedMeanwhile,))

        assert Counter(map(type, outcomes)) == {type(None): 1, DecidedMeanwhile: 2}
        rule.refresh_from_db()
        assert (rule.agreed_at is None) != (rule.withdrawn_at is None)
        decided = "fee.agreed" if rule.agreed_at else "fee.withdrawn"
        assert list_deeds(rule.id) == sorted(["fee.asked", decided])


def test_of_all_who_end_themselves_at_once_one_stays(crowd, operators):
    with logged_in_as_owner():
        Operator.objects.exclude(pk__in=[each.pk for each in operators]).update(is_active=False)
    jobs = [
        partial(ask_to_end, each, reason="Race", change_id=uuid.uuid4(), by=each, device="")
        for each in operators
    ]

    outcomes = crowd.act(jobs, refusals=(LastOperator,))

    assert sum(isinstance(each, LastOperator) for each in outcomes) == 1
    active = Operator.objects.filter(is_active=True)
    assert active.count() == 1
    assert OperatorChange.objects.filter(person=active.get().user).count() == 0


def test_of_those_who_accept_an_invitation_at_once_one_does(crowd, operators):
    asker, second, _ = operators
    email = f"{uuid.uuid4().hex}@operator.test"
    change = invite("Dara", email, reason="Race", change_id=uuid.uuid4(), by=asker, device="")
    agree_to_operator(change, by=second, device="")
    jobs = [partial(accept, change, name="Dara", password="x" * 12, device="")] * 6

    outcomes = crowd.act(jobs, refusals=(ChangeOver,))

    assert sum(isinstance(each, ChangeOver) for each in outcomes) == len(jobs) - 1
    assert Operator.objects.filter(user__email=email, is_active=True).count() == 1
