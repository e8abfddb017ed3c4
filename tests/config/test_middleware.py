"""Pages that the database keeps waiting, or leaves, ask to be tried again."""

import contextlib

import pytest
from django.db import OperationalError, connection
from django.test import Client

from merchants.models import Role
from qr.links import encode_token
from tests import factories
from wallet.authentication import WALLET_COOKIE


@pytest.fixture
def owner(shop):
    browser = Client(SERVER_NAME="pay.test")
    browser.force_login(factories.hire_person(shop, role=Role.OWNER).user)
    return browser


def refuse(table):
    """Refuse every query on a table, as if the connection were lost."""

    def answer(execute, sql, *rest):
        if table in sql:
            raise OperationalError("the connection was lost")
        return execute(sql, *rest)

    return connection.execute_wrapper(answer)


def assert_asks_to_try_again(answer, advice):
    text = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert "We could not finish this" in text
    assert advice in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table", ["merchants_merchantbalance", "identity_dashboardsession", "identity_user"]
)
def test_a_page_whose_database_is_lost_is_busy(owner, table):
    with refuse(table):
        answer = owner.get("/dashboard/settlements/")

    assert_asks_to_try_again(answer, "Look at your payments before you try again.")
    assert owner.get("/dashboard/settlements/").status_code == 200


@pytest.mark.django_db
def test_a_mistake_of_ours_is_still_one(owner, monkeypatch):
    monkeypatch.setattr("merchants.views.list_merchant_balances", None)

    with pytest.raises(TypeError):
        owner.get("/dashboard/settlements/")


@pytest.mark.django_db
def test_the_api_refuses_in_its_own_form(shop, till):
    with refuse("pos_charge"):
        answer = till.get("charges")

    assert (answer.status_code, answer.json()["code"]) == (503, "try_again")


@pytest.mark.usefixtures("committed")
def test_a_customer_who_waits_too_long_to_confirm_is_told_that_nothing_was_changed():
    shop, customer = factories.open_shop(), factories.open_customer()
    charge = factories.make_charge(shop)
    factories.claim(customer, charge)
    browser = Client(SERVER_NAME="pay.test")
    browser.cookies[WALLET_COOKIE] = customer.token
    path = f"/p/{encode_token(charge.token)}/pay"
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")

    with contextlib.closing(connection.copy()) as other:
        other.set_autocommit(False)
        lock = "SELECT 1 FROM pos_charge WHERE id = %s FOR UPDATE"
        other.cursor().execute(lock, [charge.id])
        waiting = browser.post(path, {"pin": customer.pin})
    again = browser.post(path, {"pin": customer.pin})

    advice = "Somebody else is using this. Nothing was changed; try again."
    assert_asks_to_try_again(waiting, advice)
    assert again.status_code == 302
    charge.refresh_from_db()
    assert charge.status == "captured"
