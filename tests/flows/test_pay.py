"""The sale, by HTTP, from the till's Charge to the settled line."""

import pytest


@pytest.mark.django_db
def test_a_coffee_is_sold(till, phone, customer, shop):
    charge = till.post("charges", {"amount": {"amount_minor": 480, "currency": "EUR"}}).json()
    claim = phone.post("wallet/claims", {"payload": charge["link"]}).json()

    payment = phone.post("wallet/payments", {"claim": claim["id"]})

    assert payment.status_code == 201
    assert payment.json()["charge"]["status"] == "captured"
    assert payment.json()["balance"] == {"amount_minor": 9520, "currency": "EUR"}
    assert till.get(f"charges/{charge['id']}").json()["payer"] == "Li W."
