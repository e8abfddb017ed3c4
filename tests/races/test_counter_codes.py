"""Counter codes under a crowd: to each payer a charge, paid once, and none past a cap."""

from functools import partial

import pytest

from ledger.queries import read_balance
from pos.counter_codes import create_counter_code
from pos.errors import ChargeNotPayable
from pos.models import Charge
from tests import factories
from tests.races.crowd import late
from wallet.counter_payments import measure_left
from wallet.errors import CounterLimitReached
from wallet.models import Claim, Payment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


def pay_at(customer, code):
    return factories.confirm(customer, factories.claim_at(customer, code), pin="")


def test_many_payers_at_one_code_pay_one_charge_each(crowd, without_pin):
    shop = factories.open_shop()
    code = factories.print_code(shop)
    people = [factories.open_customer() for _ in range(10)]

    for number in range(1, 6):
        payments = crowd.act([partial(pay_at, person, code) for person in people])

        assert {payment.wallet for payment in payments} == {each.wallet for each in people}
        assert len({payment.charge_id for payment in payments}) == len(people)
        paid = Charge.objects.filter(counter_code=code, status="captured")
        assert paid.count() == number * len(people)

    assert {read_balance(person.wallet.account_id) for person in people} == {10_000 - 5 * 480}


def test_two_payers_have_two_charges_each_paid_once(crowd, without_pin):
    shop = factories.open_shop()
    code = factories.print_code(shop)
    first, second = factories.open_customer(), factories.open_customer()

    for _ in range(20):
        mine, theirs = crowd.act([partial(pay_at, first, code), partial(pay_at, second, code)])

        assert mine.charge_id != theirs.charge_id
        assert (
            Payment.objects.filter(charge__in=[mine.charge_id, theirs.charge_id]).count() == 2
        )


def test_one_payer_s_requests_at_the_same_moment_stay_within_the_cap(crowd):
    shop = factories.open_shop()

    for _ in range(10):
        payer = factories.open_customer()
        code = factories.print_code(shop, cap_minor=1000)
        jobs = [partial(factories.claim_at, payer, code) for _ in range(8)]
        answers = crowd.act(jobs, refusals=(CounterLimitReached,))

        assert sum(isinstance(answer, Claim) for answer in answers) == 2
        assert measure_left(payer.wallet, code) == 40


def test_one_key_at_the_same_moment_opens_one_charge(crowd):
    shop = factories.open_shop()
    code = factories.print_code(shop)

    for number in range(10):
        payer = factories.open_customer()
        key = f"round {number}"
        claims = crowd.act([partial(factories.claim_at, payer, code, key=key)] * 6)

        assert len({claim.id for claim in claims}) == 1
        assert Charge.objects.filter(principal_id=payer.wallet.id).count() == 1


def test_a_form_sent_again_while_its_charge_is_paid_is_paid_once(crowd):
    code = factories.print_code(factories.open_shop())

    for number in range(20):
        payer = factories.open_customer()
        claim = factories.claim_at(payer, code, key="form")
        again = late(partial(factories.claim_at, payer, code, key="form"), number / 2000)
        payment, _ = crowd.act(
            [partial(factories.confirm, payer, claim), again], refusals=(ChargeNotPayable,)
        )

        assert payment.charge_id == claim.charge_id
        assert Charge.objects.filter(principal_id=payer.wallet.id).count() == 1
        assert read_balance(payer.wallet.account_id) == 10_000 - 480


@pytest.mark.parametrize(("currency", "cap_minor"), [("JPY", 1000), ("KWD", 1000)])
def test_twenty_tabs_stay_within_the_cap_whatever_the_decimals(crowd, currency, cap_minor):
    code = factories.print_code(factories.open_shop(currency=currency), cap_minor=cap_minor)
    payer = factories.open_customer(currency=currency, balance_minor=100_000)

    def pay() -> Payment:
        return factories.confirm(payer, factories.claim_at(payer, code, amount_minor=300))

    answers = crowd.act([pay] * 20, refusals=(CounterLimitReached,))

    assert sum(isinstance(answer, Payment) for answer in answers) == 3
    assert read_balance(payer.wallet.account_id) == 100_000 - 900
    assert measure_left(payer.wallet, code) == 100


def test_one_key_at_the_same_moment_makes_one_code(crowd):
    shop = factories.open_shop()
    new = factories.plan_code(shop)

    codes = crowd.act([partial(create_counter_code, shop.store, new, actor="test")] * 6)

    assert len({code.id for code in codes}) == 1
