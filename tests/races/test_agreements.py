"""What takes two people, decided by several at the same moment: one does, and once."""

import uuid
from collections import Counter
from functools import partial

import pytest

from console.fee_decisions import agree_to_fee, ask_for_fee, withdraw_fee
from console.models import AuditEntry, Operator
from identity.errors import DecidedMeanwhile
from identity.models import User
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
