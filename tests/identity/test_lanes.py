"""Few hashes at once: whoever finds no place is asked to come back, and nothing is counted."""

import threading

import pytest
from django.test import Client

from identity.errors import ChecksWait
from identity.lanes import Lane
from identity.models import Tries
from merchants.models import Role
from tests import factories


@pytest.fixture
def full():
    """A lane of one place and none to wait at, which is taken."""
    lane = Lane(at_once=1, waiting_max=0, patience_s=5)
    with lane.enter():
        yield lane


def test_who_finds_no_place_is_refused_at_once(full):
    with pytest.raises(ChecksWait), full.enter():
        pytest.fail("the place was taken")


def test_who_waits_too_long_is_refused_and_leaves_the_place_to_wait():
    lane = Lane(at_once=1, waiting_max=1, patience_s=0.01)

    with lane.enter():
        for _ in range(3):
            with pytest.raises(ChecksWait), lane.enter():
                pytest.fail("the place was taken")
    with lane.enter():
        pass


def test_who_waits_comes_next():
    lane, came = Lane(at_once=1, waiting_max=1, patience_s=30), threading.Event()

    def wait():
        with lane.enter():
            came.set()

    with lane.enter():
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not came.is_set()
    waiting.join()

    assert came.is_set()


def test_a_place_is_free_again_after_a_mistake():
    lane = Lane(at_once=1, waiting_max=0, patience_s=5)

    with pytest.raises(KeyError), lane.enter():
        raise KeyError
    with lane.enter():
        pass


@pytest.mark.django_db
def test_a_page_that_finds_no_place_asks_to_come_back(shop, customer, full, monkeypatch):
    owner = factories.hire_person(shop, role=Role.OWNER, password="a long password").user
    monkeypatch.setattr("identity.sign_in.STRANGERS", full)
    browser = Client(SERVER_NAME="pay.test")

    for path, form in {
        "/wallet/sign-in/": {"login": customer.wallet.user.phone, "pin": factories.PIN},
        "/dashboard/sign-in/": {"email": owner.email, "password": "a long password"},
    }.items():
        answer = browser.post(path, form)

        assert (answer.status_code, answer["Retry-After"]) == (503, "1")
        assert "Many people are signing in at this moment." in answer.text
    assert not Tries.objects.exists()


@pytest.mark.django_db
def test_a_payment_that_finds_no_place_is_a_problem_and_moves_nothing(
    shop, customer, phone, full, monkeypatch, nothing_moved
):
    claim = factories.claim(customer, factories.make_charge(shop, amount_minor=5000))
    monkeypatch.setattr("identity.pins.KNOWN", full)

    answer = phone.post("wallet/payments", {"claim": claim.public_id, "pin": factories.PIN})

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["code"] == "busy"
    assert nothing_moved()
    assert not Tries.objects.exists()
