"""The day's end at the till, and the dashboard's Z reports."""

import re

import pytest
from django.core import mail
from django.test import Client

from merchants.models import Role, Store
from pos.closings import find_last
from pos.models import Closing
from pos.terminals import offer_pairing
from relay.letters import send_due_letters
from tests import factories
from tests.flows.steps import open_dashboard, unlock

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(shop):
    browser = Client(SERVER_NAME="pay.test")
    browser.post("/till/pair/", {"code": offer_pairing(shop.terminal)})
    unlock(browser, factories.hire_person(shop))
    return browser


def read_form(browser):
    page = browser.get("/till/day/").content.decode()
    found = re.search(r'name="made_id" value="([^"]+)"', page)
    assert found
    return {"made_id": found[1]}


def test_a_cashier_closes_the_day_once(till, shop, customer):
    factories.sell(shop, customer, amount_minor=1234)
    page = till.get("/till/day/").content.decode()
    form = read_form(till)

    answers = [till.post("/till/day/", form) for _ in range(2)]

    closing = Closing.objects.get()
    assert "X report" in page
    assert "€12.34" in page
    assert "Z 1" in page
    where = f"/till/day/{closing.public_id}/"
    assert [(each.status_code, each["Location"]) for each in answers] == [(302, where)] * 2
    kept = till.get(where).content.decode()
    assert "Z report 0001" in kept
    assert "Nora Byrne" in kept
    assert closing.hash in kept
    assert "€12.34" in kept
    assert "€0.00" in till.get("/till/day/").content.decode()


def test_a_locked_till_closes_nothing(till, shop):
    form = read_form(till)
    till.post("/till/lock/")

    answers = [till.get("/till/day/"), till.post("/till/day/", form)]

    assert {(each.status_code, each["Location"]) for each in answers} == {
        (302, "/till/unlock/")
    }
    assert find_last(shop.terminal) is None


def test_another_till_s_closing_is_unknown(till):
    other = factories.open_shop()
    browser = Client(SERVER_NAME="pay.test")
    browser.post("/till/pair/", {"code": offer_pairing(other.terminal)})
    unlock(browser, factories.hire_person(other))
    browser.post("/till/day/", read_form(browser))
    theirs = Closing.objects.get()

    answers = [till.get(f"/till/day/{each}/") for each in (theirs.public_id, "zr_1", "x")]

    assert [each.status_code for each in answers] == [404] * 3
    till.post("/till/lock/")
    assert till.get(f"/till/day/{theirs.public_id}/")["Location"] == "/till/unlock/"


def test_a_form_of_another_till_is_refused_and_renewed(till, shop):
    other = factories.open_shop()
    browser = Client(SERVER_NAME="pay.test")
    browser.post("/till/pair/", {"code": offer_pairing(other.terminal)})
    unlock(browser, factories.hire_person(other))
    form = read_form(till)
    browser.post("/till/day/", form)

    answer = till.post("/till/day/", form)

    assert answer.status_code == 409
    assert "press again" in answer.content.decode()
    assert find_last(shop.terminal) is None


def test_the_dashboard_lists_and_shows_them(till, shop, customer):
    factories.sell(shop, customer, amount_minor=1234)
    till.post("/till/day/", read_form(till))
    till.post("/till/day/", read_form(till))
    reader = open_dashboard(factories.hire_person(shop, role=Role.ACCOUNTANT))
    newest, oldest = Closing.objects.order_by("-number")

    tills = reader.get("/dashboard/tills/").content.decode()
    every = reader.get("/dashboard/closings/").content.decode()
    of_till = reader.get(f"/dashboard/closings/?till={shop.terminal.public_id}")
    rest = reader.get(f"/dashboard/closings/?after={newest.public_id}").content.decode()

    assert f"/dashboard/closings/?till={shop.terminal.public_id}" in tills
    assert every.index("Z 0002") < every.index("Z 0001")
    assert "Z reports: <bdi>Till 1</bdi>" in of_till.content.decode()
    assert "Z 0002" not in rest
    assert "Z 0001" in rest
    page = reader.get(f"/dashboard/closings/{oldest.public_id}/").content.decode()
    assert "€12.34" in page
    table = reader.get(f"/dashboard/closings/{oldest.public_id}.csv").content.decode()
    assert "turnover,Sales (1),12.34,,EUR" in table
    assert f"checksum,SHA-256,{oldest.hash}" in table
    people = reader.get(f"/dashboard/closings/{oldest.public_id}.csv?as=comma").content.decode()
    assert "Turnover;Sales (1);12,34;;EUR" in people
    paper = reader.get(f"/dashboard/closings/{oldest.public_id}.pdf")
    assert paper.content.startswith(b"%PDF-")
    assert paper["Content-Disposition"].startswith('attachment; filename="z-0001-')
    assert reader.get("/dashboard/closings/?after=zr_1").status_code == 404


def test_without_closings_the_list_says_so(shop):
    reader = open_dashboard(factories.hire_person(shop, role=Role.OWNER))

    assert "No till was closed yet." in reader.get("/dashboard/closings/").content.decode()


def test_owners_who_want_it_get_each_closing_by_mail(till, shop, customer):
    owner = factories.hire_person(shop, role=Role.OWNER)
    factories.sell(shop, customer, amount_minor=1234)
    till.post("/till/day/", read_form(till))
    send_due_letters()
    assert not mail.outbox
    Store.objects.filter(pk=shop.store.pk).update(mails_closings=True)

    till.post("/till/day/", read_form(till))
    send_due_letters()

    (letter,) = mail.outbox
    closing = Closing.objects.get(number=2)
    assert letter.to == [owner.user.email]
    assert str(letter.subject) == "Z 0002 of Till 1: €0.00"
    assert "Sales (0): €0.00" in str(letter.body)
    assert f"/dashboard/closings/{closing.public_id}/" in str(letter.body)
