"""Codes of a second factor, typed at many places at the same moment."""

import uuid
from collections import Counter
from functools import partial

import pytest

from identity.devices import NEW
from identity.errors import FactorLocked, FactorWrong
from identity.factors import (
    check_factor,
    count_recovery_codes,
    keep_app,
    renew_recovery_codes,
    show_app_code,
)
from identity.models import AuthenticatorApp, User
from tests.flows.steps import APP_SECRET

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
AT_ONCE = 5


@pytest.fixture
def person(committed):
    user = User.objects.create(name="Aoife", email=f"{uuid.uuid4().hex}@operator.test")
    keep_app(user, APP_SECRET)
    return user


def check_at_once(crowd, person, code, *, times=AT_ONCE):
    job = partial(check_factor, person, code, device=NEW)
    return Counter(map(type, crowd.act([job] * times, refusals=(FactorWrong, FactorLocked))))


def test_a_code_of_the_app_lets_one_in(crowd, person):
    for _ in range(5):
        AuthenticatorApp.objects.filter(pk=person.pk).update(last_step=0)
        outcomes = check_at_once(crowd, person, show_app_code(APP_SECRET))

        assert outcomes[type(None)] == 1


def test_a_recovery_code_lets_one_in(crowd, person):
    for code in renew_recovery_codes(person)[:5]:
        assert check_at_once(crowd, person, code)[type(None)] == 1

    assert count_recovery_codes(person.pk) == 5


def test_of_many_wrong_codes_five_are_looked_at(crowd, person):
    outcomes = check_at_once(crowd, person, "7K4M9-2QXP3", times=12)

    assert outcomes == {FactorWrong: 4, FactorLocked: 8}
