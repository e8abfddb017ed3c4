"""The sale, by HTTP, from the till's Charge to the settled line."""

import uuid

import pytest

from pos.tasks import issue_missing_receipts
from tests import factories
from tests.conftest import Api


@pytest.mark.django_db
def test_a_coffee_is_sold(till, phone, customer, shop):
    charge = till.post("charges", {"amount": {"amount_minor": 480, "currency": "EUR"}}).json()
    claim = phone.post("wallet/claims", {"payload": charge["link"]}).json()

    payment = phone.post("wallet/payments", {"claim": claim["id"]})

    assert payment.status_code == 201
    assert payment.json()["charge"]["status"] == "captured"
    assert payment.json()["balance"] == {"amount_minor": 9520, "currency": "EUR"}
    assert till.get(f"charges/{charge['id']}").json()["payer"] == "Li W."


@pytest.mark.usefixtures("committed")
def test_a_whole_day_from_the_first_coffee_to_the_settled_line(books_hold):
    shop, customer = factories.open_shop(), factories.open_customer()
    till, phone, server = Api(shop.token), Api(customer.token), Api(shop.key)

    def sell(amount_minor):
        amount = {"amount_minor": amount_minor, "currency": "EUR"}
        charge = till.post("charges", {"amount": amount}, key=str(uuid.uuid4())).json()
        claim = phone.post("wallet/claims", {"payload": charge["link"]}).json()
        return phone.post("wallet/payments", {"claim": claim["id"]}).json()["charge"]["id"]

    first, second = sell(480), sell(2500)
    part = {"amount": {"amount_minor": 500, "currency": "EUR"}, "reason": "cold"}
    till.post(f"charges/{second}/refunds", part)
    issue_missing_receipts()
    factories.settle(shop)
    till.post(f"charges/{first}/refunds", {})
    factories.settle(shop)

    later, earlier = server.get("settlements").json()["data"]
    lines = server.get(f"settlements/{earlier['id']}/lines").json()["data"]
    assert [line["net"]["amount_minor"] for line in lines] == [-500, 2485, 477]
    assert [line["charge"] for line in lines] == [second, second, first]
    assert earlier["payout"] == {"amount_minor": 2462, "currency": "EUR"}
    assert later["closing"] == {"amount_minor": -480, "currency": "EUR"}
    assert server.get(f"settlements/{later['id']}").json() == later
    assert phone.get("wallet").json()["balance"]["amount_minor"] == 10_000 - 2000
    books_hold()
