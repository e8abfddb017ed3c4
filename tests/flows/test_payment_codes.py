"""The phone's payment codes by the API: fetched, told what came of them, stopped, started."""

import pytest

from tests import factories
from tests.conftest import Api
from tests.flows.steps import collect
from tests.paycodes import await_steady_step, show_code, write_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


def test_the_phone_gets_its_codes_with_their_minutes(phone, customer):
    step = await_steady_step()

    answer = phone.get("wallet/payment_codes").json()

    assert len(answer["data"]) == 15
    assert answer["data"][0]["code"] == write_code(customer.wallet, step=step)
    assert answer["data"][0]["until"] == answer["data"][1]["from"]
    assert (answer["stopped"], answer["last_use"]) == (False, None)
    assert phone.get("wallet/payment_codes").json()["data"] == answer["data"]


def test_the_phone_learns_what_its_code_paid(till, phone, charge, customer):
    code = show_code(customer)
    collect(till, charge, code)

    answer = phone.get("wallet/payment_codes").json()

    use = answer["last_use"]
    assert (use["outcome"], use["needs"]) == ("captured", [])
    assert (use["charge"]["id"], use["charge"]["payer"]) == (charge.public_id, "Li W.")
    assert code not in [each["code"] for each in answer["data"]]


def test_the_phone_learns_why_its_code_paid_nothing(till, charge):
    poor = factories.open_customer(balance_minor=0)
    collect(till, charge, show_code(poor))

    use = Api(poor.token).get("wallet/payment_codes").json()["last_use"]

    assert (use["outcome"], use["charge"]["payer"]) == ("insufficient_funds", None)


def test_codes_are_stopped_and_started_by_pin(phone, customer):
    before = show_code(customer)

    stopped = phone.post("wallet/payment_codes/revoke").json()
    still = phone.get("wallet/payment_codes").json()
    refused = phone.post("wallet/payment_codes", {"pin": "000000"})
    started = phone.post("wallet/payment_codes", {"pin": factories.PIN}).json()

    assert (stopped["data"], stopped["stopped"]) == ([], True)
    assert (still["data"], still["stopped"]) == ([], True)
    assert (refused.status_code, refused.json()["code"]) == (403, "pin_wrong")
    assert (len(started["data"]), started["stopped"]) == (15, False)
    assert before not in [each["code"] for each in started["data"]]


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", 123456])
def test_a_pin_of_another_form_is_no_try(phone, customer, pin):
    answer = phone.post("wallet/payment_codes", {"pin": pin})

    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
    assert factories.count_tries(customer.wallet.user) == 0
