"""A sale on a day with too many of them: refused, it moves nothing, and goes on by its keys."""

import io
import json
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from api.problems import describe_problem
from config.admission import Admission, Bounds
from config.express import ExpressLane
from pos.models import Charge
from tests import factories
from tests.descriptions import find_undescribed
from tests.flows.door import (
    views,
    write_claim,
    write_confirm,
    write_create,
    write_request,
    write_show,
)
from wallet.models import Payment

pytestmark = pytest.mark.django_db
ONE = Bounds(working=1, sales_waiting=0, charges_waiting=0, pages_waiting=0)


@pytest.fixture(autouse=True)
def _one_transaction(db):
    """Keep the test's transaction open, as the test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class FullHouse:
    """Tessera with one place and nowhere to wait."""

    def __init__(self):
        self._lane = ExpressLane(views())
        self._admission = Admission(self._work, bounds=ONE)
        self._meanwhile = None

    def ask(self, request):
        got: list[Any] = []
        environ = request | {"wsgi.input": io.BytesIO(request["body"])}

        def start(status, headers, *_):
            got.extend((status, dict(headers)))

        answer = b"".join(self._admission(environ, start))
        status, headers = got
        return status, headers, json.loads(answer)

    def ask_while_taken(self, request):
        """Ask while somebody else has the place."""
        answers = []
        self._meanwhile = lambda: answers.append(self.ask(request))
        self.ask(write_request("GET", "wallet", ""))
        [answer] = answers
        return answer

    def _work(self, environ, start_response):
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return self._lane(environ, start_response)


@pytest.fixture
def house():
    return FullHouse()


def assert_refused(answer, request):
    status, headers, body = answer
    assert (status, headers["Content-Type"]) == (
        "503 Service Unavailable",
        "application/problem+json",
    )
    assert body == describe_problem(503, "overloaded", body["detail"])
    assert find_undescribed(request["REQUEST_METHOD"], request["PATH_INFO"], 503, body) == []


def test_a_new_charge_that_is_refused_is_made_once_by_the_same_request(house, shop):
    request = write_create(shop, key="a-sale")

    assert_refused(house.ask_while_taken(request), request)
    assert not Charge.objects.exists()
    made, again = house.ask(request), house.ask(request)

    assert (made[0], again[0]) == ("201 Created", "201 Created")
    assert made[2]["id"] == again[2]["id"]
    assert Charge.objects.count() == 1


def test_a_claim_that_is_refused_leaves_the_charge_open(house, shop, customer):
    charge = factories.make_charge(shop)
    request = write_claim(customer, charge)

    assert_refused(house.ask_while_taken(request), request)
    charge.refresh_from_db()
    assert (charge.status, charge.version) == ("open", 1)

    assert house.ask(request)[0] == "201 Created"


def test_a_confirmation_that_is_refused_moves_nothing_and_pays_once_by_its_key(
    house, shop, customer, nothing_moved
):
    claim = factories.claim(customer, factories.make_charge(shop))
    request = write_confirm(customer, claim, key="a-payment")

    assert_refused(house.ask_while_taken(request), request)
    assert nothing_moved()
    paid, again = house.ask(request), house.ask(request)

    assert (paid[0], again[0]) == ("201 Created", "201 Created")
    assert paid[2]["id"] == again[2]["id"]
    assert Payment.objects.count() == 1


def test_a_till_that_may_not_look_may_look_again(house, shop):
    request = write_show(shop, factories.make_charge(shop))

    assert_refused(house.ask_while_taken(request), request)
    assert house.ask(request)[0] == "200 OK"
