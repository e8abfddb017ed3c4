"""Many phones, one code: one of them pays, and every other one is told the truth."""

from collections import Counter
from functools import partial

import pytest
from django.db.models.functions import Now

from ledger.models import Transfer
from ledger.queries import read_balance
from pos.errors import ChargeClaimedByAnother, ChargeNotPayable
from pos.models import Charge
from tests import factories
from tests.races.crowd import stagger
from wallet.models import Payment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

REFUSALS = (ChargeClaimedByAnother, ChargeNotPayable)
PEOPLE = 50


def scan_and_pay(customer, charge):
    return factories.confirm(customer, factories.claim(customer, charge), pin="")


def end_lease(charge):
    Charge.objects.filter(pk=charge.pk).update(lease_until=Now())


def test_of_fifty_phones_on_one_code_one_pays(crowd, without_pin):
    shop = factories.open_shop()
    people = [factories.open_customer() for _ in range(PEOPLE)]
    rounds = 12

    for _ in range(rounds):
        charge = factories.make_charge(shop)
        jobs = [partial(scan_and_pay, person, charge) for person in people]
        answers = crowd.act(jobs, refusals=REFUSALS)

        paid = [answer for answer in answers if isinstance(answer, Payment)]
        assert len(paid) == 1
        assert sum(isinstance(answer, REFUSALS) for answer in answers) == PEOPLE - 1
        assert {a.status for a in answers if isinstance(a, ChargeNotPayable)} <= {"captured"}
        assert Payment.objects.get(charge=charge).pk == paid[0].pk

    left_minor = sum(read_balance(person.wallet.account_id) for person in people)
    assert left_minor == PEOPLE * 10_000 - rounds * 480


def test_of_fifty_scans_of_one_code_one_holds_it(crowd):
    shop = factories.open_shop()
    people = [factories.open_customer() for _ in range(PEOPLE)]

    for _ in range(8):
        charge = factories.make_charge(shop)
        jobs = [partial(factories.claim, person, charge) for person in people]
        answers = crowd.act(jobs, refusals=(ChargeClaimedByAnother,))

        kinds = Counter(type(answer).__name__ for answer in answers)
        assert kinds == {"Claim": 1, "ChargeClaimedByAnother": PEOPLE - 1}
        winner = next(answer for answer in answers if not isinstance(answer, Exception))
        charge.refresh_from_db()
        assert charge.payer_account_id == winner.wallet.account_id
        assert charge.version == 2


def test_two_phones_of_one_person_hold_one_claim(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()

    for _ in range(20):
        charge = factories.make_charge(shop)
        answers = crowd.act([partial(factories.claim, customer, charge)] * 5)

        assert len({claim.id for claim in answers}) == 1
        charge.refresh_from_db()
        assert charge.status == "claimed"


def test_when_a_lease_ends_the_old_payer_and_the_new_one_do_not_both_pay(crowd, without_pin):
    shop = factories.open_shop()
    first, second = (factories.open_customer(balance_minor=100_000) for _ in range(2))
    payers = Counter[str]()

    for number in range(60):
        charge = factories.make_charge(shop)
        claim = factories.claim(first, charge)
        jobs = [
            partial(factories.confirm, first, claim, pin=""),
            partial(end_lease, charge),
            partial(scan_and_pay, second, charge),
        ]
        answers = crowd.act(stagger(jobs, round_number=number), refusals=REFUSALS)

        paid = [answer for answer in answers if isinstance(answer, Payment)]
        assert len(paid) <= 1
        assert Transfer.objects.filter(pk=charge.pk).count() == len(paid)
        payers["old" if answers[0] in paid else "new" if answers[2] in paid else "none"] += 1

    assert {"old", "new"} <= set(payers)
