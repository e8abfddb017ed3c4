"""One idempotency key many times at once, by HTTP: one effect, and the same answer to all."""

from collections import Counter
from functools import partial

import pytest

from ledger.models import Transfer
from ledger.queries import read_balance
from pos.models import Charge, Refund
from tests import factories
from tests.conftest import Api
from wallet.models import Payment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

MANY = 20
KEY = "the-one-key"


def amount(amount_minor):
    return {"amount": {"amount_minor": amount_minor, "currency": "EUR"}}


def post(secret, path, body):
    return Api(secret).post(path, body, key=KEY)


def read_bodies(answers):
    """Return the distinct bodies, but for the server's clock."""
    distinct = []
    for answer in answers:
        body = answer.json()
        for part in (body, body.get("charge", {})):
            if isinstance(part, dict):
                part.pop("server_time", None)
        if body not in distinct:
            distinct.append(body)
    return distinct


def read_outcomes(answers):
    return Counter(
        "made" if answer.status_code == 201 else answer.json()["code"] for answer in answers
    )


def test_a_charge_is_created_once(crowd):
    shop = factories.open_shop()

    for number in range(4):
        body = amount(480) | {"reference": f"A-{number}"}
        answers = crowd.act(
            [partial(Api(shop.token).post, "charges", body, key=f"key {number}")] * MANY
        )

        assert [answer.status_code for answer in answers] == [201] * MANY
        (charge,) = read_bodies(answers)
        assert charge["reference"] == f"A-{number}"

    assert Charge.objects.filter(store=shop.store).count() == 4


def test_of_two_bodies_under_one_key_one_is_created(crowd):
    shop = factories.open_shop()
    jobs = [partial(post, shop.token, "charges", amount(480 + n % 2)) for n in range(MANY)]

    answers = crowd.act(jobs)

    assert read_outcomes(answers) == {"made": MANY // 2, "idempotency_mismatch": MANY // 2}
    assert {a.status_code for a in answers} == {201, 422}
    assert len(read_bodies([a for a in answers if a.status_code == 201])) == 1
    assert Charge.objects.filter(store=shop.store).count() == 1


def test_two_tills_may_use_the_same_key(crowd):
    shops = [factories.open_shop() for _ in range(MANY)]

    answers = crowd.act([partial(post, shop.token, "charges", amount(480)) for shop in shops])

    assert [answer.status_code for answer in answers] == [201] * MANY
    assert len({answer.json()["id"] for answer in answers}) == MANY


@pytest.mark.parametrize("pin", ["", factories.PIN])
def test_a_charge_is_paid_once(crowd, pin):
    shop, customer = factories.open_shop(), factories.open_customer()
    charge = factories.make_charge(shop)
    claim = factories.claim(customer, charge).public_id
    body = {"claim": claim} | ({"pin": pin} if pin else {})

    answers = crowd.act([partial(post, customer.token, "wallet/payments", body)] * MANY)

    assert read_outcomes(answers) == {"made": MANY}
    (payment,) = read_bodies(answers)
    assert payment["balance"]["amount_minor"] == 10_000 - 480
    assert Payment.objects.filter(wallet=customer.wallet).count() == 1
    assert Transfer.objects.filter(debit_account=customer.wallet.account_id).count() == 1


def test_one_key_for_two_claims_pays_one_of_them(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()
    claims = [
        factories.claim(customer, factories.make_charge(shop, amount_minor=minor)).public_id
        for minor in (480, 590)
    ]
    jobs = [
        partial(post, customer.token, "wallet/payments", {"claim": claims[n % 2]})
        for n in range(MANY)
    ]

    answers = crowd.act(jobs)

    assert read_outcomes(answers) == {"made": MANY // 2, "idempotency_mismatch": MANY // 2}
    (payment,) = read_bodies([a for a in answers if a.status_code == 201])
    paid_minor = payment["amount"]["amount_minor"]
    assert read_balance(customer.wallet.account_id) == 10_000 - paid_minor


def test_a_refund_is_made_once(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()
    charge = factories.sell(shop, customer)
    path = f"charges/{charge.public_id}/refunds"

    answers = crowd.act([partial(post, shop.key, path, amount(100))] * MANY)

    assert read_outcomes(answers) == {"made": MANY}
    assert len(read_bodies(answers)) == 1
    assert Refund.objects.filter(charge=charge).count() == 1
    assert read_balance(customer.wallet.account_id) == 10_000 - 480 + 100


def test_of_two_refunds_under_one_key_one_is_made(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()
    charge = factories.sell(shop, customer)
    path = f"charges/{charge.public_id}/refunds"
    jobs = [partial(post, shop.key, path, amount(100 + n % 2)) for n in range(MANY)]

    answers = crowd.act(jobs)

    assert read_outcomes(answers) == {"made": MANY // 2, "idempotency_mismatch": MANY // 2}
    assert Refund.objects.filter(charge=charge).count() == 1


def test_a_tills_cancellation_and_a_phones_confirmation_get_the_same_truth(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()

    for _ in range(20):
        charge = factories.make_charge(shop, amount_minor=100)
        claim = factories.claim(customer, charge).public_id
        body = {"claim": claim, "pin": factories.PIN}
        paid, canceled = crowd.act(
            [
                partial(Api(customer.token).post, "wallet/payments", body),
                partial(Api(shop.token).post, f"charges/{charge.public_id}/cancel"),
            ]
        )

        truth = Api(shop.token).get(f"charges/{charge.public_id}").json()["status"]
        if truth == "captured":
            assert (paid.status_code, canceled.status_code) == (201, 409)
            assert canceled.json()["charge_status"] == "captured"
        else:
            assert (paid.status_code, canceled.status_code) == (409, 200)
            assert paid.json()["charge_status"] == canceled.json()["status"] == "canceled"
