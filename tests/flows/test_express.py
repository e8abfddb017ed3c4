"""The express lane answers a sale as the views do, and leaves everything else to them."""

import json
import re
import string
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identity.models import Session, User
from ledger.queries import read_balance
from merchants.models import Store
from pos.models import Charge, TerminalToken
from pos.payloads import write_link
from pos.terminals import revoke_terminal
from qr.references import decode_reference
from tests import factories
from tests.clocks import let_expire, let_lease_end
from tests.flows.door import (
    Door,
    write_claim,
    write_confirm,
    write_create,
    write_request,
    write_show,
)
from wallet.models import Attempt, Payment

pytestmark = pytest.mark.django_db
# What differs from one charge, claim or moment to the next.
_DRAWN = [
    (re.compile(rb"(ch|cl|py)_[0-9a-z]{26}"), rb"\1_"),
    (re.compile(rb"/([Pr])/[0-9A-Za-z]{26}"), rb"/\1/"),
    (re.compile(rb'"(short_code|check_word)":"[^"]*"'), rb'"\1":'),
    (re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+Z"), b"T"),
]


def hide_drawn(answer):
    status, headers, body = answer
    for pattern, instead in _DRAWN:
        body = pattern.sub(instead, body)
    return status, headers, body


def undone(ask):
    """Return what was answered; whatever was written is undone."""
    with transaction.atomic():
        answer = ask()
        transaction.set_rollback(True)
    return hide_drawn(answer)


@pytest.fixture(autouse=True)
def _one_transaction(db):
    """Keep the test's transaction open, as the test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def door(shop, customer):
    """A lane that has seen a sale, and so knows the views' headers."""
    door = Door()
    assert door.ask(write_create(shop))[0] == "201 Created"
    charge = Charge.objects.get()
    assert door.ask(write_claim(customer, charge))[0] == "201 Created"
    claim = factories.claim(customer, charge)
    assert door.ask(write_confirm(customer, claim))[0] == "201 Created"
    assert door.ask(write_show(shop, charge))[0] == "200 OK"
    assert door.left == 4
    return door


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


def assert_alike(door, request):
    lane = undone(lambda: door.ask(request))
    view = undone(lambda: door.ask(request, by_lane=False))
    assert lane == view
    return lane[0]


def test_a_sale_is_answered_without_the_views_and_as_they_would(door, shop, customer, charge):
    claim = factories.claim(customer, charge)
    with door.leaving(0):
        for request, status in [
            (write_create(shop, description="Zwei Kaffee \N{HOT BEVERAGE}"), "201 Created"),
            (write_claim(customer, charge), "201 Created"),
            (write_confirm(customer, claim), "201 Created"),
            (write_show(shop, charge), "200 OK"),
        ]:
            assert assert_alike(door, request) == status, request["PATH_INFO"]


def test_each_request_takes_one_statement(
    door, shop, customer, charge, django_assert_num_queries
):
    for request in [
        write_create(shop),
        write_claim(customer, charge),
        write_confirm(customer, factories.claim(customer, charge)),
        write_show(shop, charge),
    ]:
        with door.leaving(0), django_assert_num_queries(1):
            door.ask(request)


def test_a_paid_charge_is_shown_alike(door, shop, customer):
    sold = factories.sell(shop, customer)

    with door.leaving(0):
        assert assert_alike(door, write_show(shop, sold)) == "200 OK"


def test_the_money_moves_once_and_a_repeat_is_the_views(door, customer, charge):
    request = write_confirm(customer, factories.claim(customer, charge))

    with door.leaving(0):
        first = door.ask(request)
    with door.leaving(1):
        second = door.ask(request)

    assert first[0] == second[0] == "201 Created"
    assert json.loads(first[2])["id"] == json.loads(second[2])["id"]
    assert Payment.objects.filter(charge=charge).count() == 1
    assert read_balance(customer.wallet.account_id) == 10_000 - 480 - 480


def test_a_charge_is_created_once(door, shop):
    request = write_create(shop, key="17")

    first, second = door.ask(request), door.ask(request)

    assert json.loads(first[2])["id"] == json.loads(second[2])["id"]
    assert Charge.objects.filter(idempotency_key="17").count() == 1
    other = write_create(shop, key="17", reference="18")
    assert assert_alike(door, other) == "422 Unprocessable Entity"


def test_secrets_end_between_two_requests(door, shop, customer, charge):
    claim = factories.claim(customer, charge)
    Session.objects.update(ended_at="2026-01-01T00:00Z")
    revoke_terminal(shop.terminal)

    for request in [
        write_create(shop),
        write_claim(customer, charge),
        write_confirm(customer, claim),
        write_show(shop, charge),
    ]:
        with door.leaving(1):
            assert assert_alike(door, request) == "401 Unauthorized"


def test_the_token_of_a_paired_device_opens_nothing_here(door, shop, charge):
    TerminalToken.objects.update(is_device=True)

    for request in [write_create(shop), write_show(shop, charge)]:
        with door.leaving(1):
            assert assert_alike(door, request) == "401 Unauthorized"


def test_another_store_s_charge_is_not_there(door):
    foreign = factories.make_charge(factories.open_shop())

    assert assert_alike(door, write_show(factories.open_shop(), foreign)) == "404 Not Found"


def test_a_refused_confirmation_is_recorded_once(door, shop, another):
    poor = factories.open_customer(balance_minor=100)
    charge = factories.make_charge(shop)
    claim = factories.claim(poor, charge)

    status, _, body = door.ask(write_confirm(poor, claim))

    assert (status[:3], json.loads(body)["code"]) == ("402", "insufficient_funds")
    assert Attempt.objects.filter(claim=claim).count() == 1
    with door.leaving(1):
        assert assert_alike(door, write_claim(another, charge)) == "409 Conflict"


def test_what_needs_a_pin_is_the_views(door, shop, customer):
    charge = factories.make_charge(shop, amount_minor=5000)
    claim = factories.claim(customer, charge)

    for more in ({}, {"pin": "000000"}, {"pin": factories.PIN}, {"pin": ""}):
        with door.leaving(1):
            assert_alike(door, write_confirm(customer, claim, **more))


def test_a_charge_with_lines_is_shown_by_the_view(door, shop):
    item = factories.make_item(shop)
    lines = [{"item": item.public_id, "quantity": 2}]
    amount = {"amount_minor": 2 * item.price_minor, "currency": "EUR"}
    with door.leaving(1):
        created = door.ask(write_create(shop, amount=amount, lines=lines))
    charge = Charge.objects.get(pk=decode_reference("ch", json.loads(created[2])["id"]))

    with door.leaving(1):
        assert assert_alike(door, write_show(shop, charge)) == "200 OK"


_MORE = {
    "HTTP_ORIGIN": "https://elsewhere.test",
    "HTTP_REFERER": "https://elsewhere.test/",
    "HTTP_ACCEPT_LANGUAGE": "de",
    "HTTP_ACCEPT_ENCODING": "gzip",
    "HTTP_IF_NONE_MATCH": "*",
    "HTTP_IF_MODIFIED_SINCE": "Mon, 30 Nov 2026 00:00:00 GMT",
    "HTTP_RANGE": "bytes=0-1",
    "HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE",
    "HTTP_X_FORWARDED_HOST": "elsewhere.test",
    "HTTP_X_REQUESTED_WITH": "XMLHttpRequest",
    "HTTP_CONTENT_ENCODING": "gzip",
    "REMOTE_ADDR": "192.0.2.1",
}


@pytest.mark.parametrize("scheme", [None, "http", "https"])
def test_headers_are_those_of_any_request(shop, customer, charge, scheme):
    claim = factories.claim(customer, charge)
    by_scheme = {} if scheme is None else {"HTTP_X_FORWARDED_PROTO": scheme}
    for request in [
        write_create(shop),
        write_claim(customer, charge),
        write_confirm(customer, claim),
        write_show(shop, charge),
    ]:
        plain, more = request | by_scheme, request | by_scheme | _MORE
        for first, then in [(plain, more), (more, plain)]:
            door = Door()
            undone(lambda door=door, first=first: door.ask(first))
            with door.leaving(0):
                assert assert_alike(door, then)[:2] == "20"


def test_a_request_with_cookies_is_the_views(door, shop, charge):
    for request in [write_create(shop), write_show(shop, charge)]:
        with door.leaving(1):
            status, headers, _ = door.ask(request | {"HTTP_COOKIE": "csrftoken=broken"})

        assert status[:2] == "20"
        assert "csrftoken=" in headers["Set-Cookie"]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "get", ""])
def test_other_methods_are_the_views(door, shop, charge, method):
    for request in [write_create(shop), write_show(shop, charge)]:
        with door.leaving(1):
            assert_alike(door, request | {"REQUEST_METHOD": method})


@pytest.mark.parametrize("path", ["/", "//", "%0a", "\n", "\r\nX: y", "\x00", "?x"])
def test_odd_addresses_are_the_views(door, shop, charge, path):
    for request in [write_create(shop), write_show(shop, charge)]:
        with door.leaving(1):
            assert_alike(door, request | {"PATH_INFO": request["PATH_INFO"] + path})


@pytest.mark.parametrize(
    "secret", ["", " ", "x", "\xff\x00", "sk_x", "a b", "tk_" + "x" * 9000]
)
def test_odd_secrets_open_nothing(door, secret, charge, shop):
    show = write_show(shop, charge)
    for request in [write_create(shop), show]:
        with door.leaving(1):
            odd = request | {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
            assert assert_alike(door, odd) == "401 Unauthorized"


def test_what_is_over_by_the_clock_is_answered_alike(door, shop, customer, another):
    late, left = factories.make_charge(shop), factories.make_charge(shop)
    claims = [factories.claim(customer, charge) for charge in (late, left)]
    let_expire(late)
    let_lease_end(left)

    for request in [
        *(write_confirm(customer, claim) for claim in claims),
        *(write_claim(customer, charge) for charge in (late, left)),
        *(write_claim(another, charge) for charge in (late, left)),
        *(write_show(shop, charge) for charge in (late, left)),
    ]:
        assert_alike(door, request)


def test_another_wallet_s_claim_pays_nothing(door, customer, another, charge):
    claim = factories.claim(customer, charge)

    with door.leaving(1):
        assert assert_alike(door, write_confirm(another, claim)) == "404 Not Found"


@pytest.mark.parametrize(
    ("model", "change"),
    [(User, {"is_active": False}), (Session, {"expires_at": "2026-01-01T00Z"})],
)
def test_who_may_not_sign_in_any_more_pays_nothing(door, customer, charge, model, change):
    claim = factories.claim(customer, charge)
    model.objects.update(**change)

    for request in [write_claim(customer, charge), write_confirm(customer, claim)]:
        with door.leaving(1):
            assert assert_alike(door, request) == "401 Unauthorized"


def test_a_closed_store_opens_nothing(door, shop):
    Store.objects.filter(pk=shop.store.pk).update(closed_at="2026-01-01T00:00Z")

    with door.leaving(1):
        assert assert_alike(door, write_create(shop))[:3] == "409"


_TEXTS = st.text(string.printable + "é\N{HOT BEVERAGE}\u200d\u202e\x00", max_size=6)
_VALUES = st.one_of(st.none(), st.booleans(), st.integers(-1, 10**13), st.floats(), _TEXTS)
_AMOUNTS = st.fixed_dictionaries(
    {
        "amount_minor": st.one_of(st.integers(-1, 10**13), _VALUES),
        "currency": st.one_of(st.sampled_from(["EUR", "eur", "JPY", "XXX", "EU"]), _VALUES),
    },
    optional={"more": _VALUES},
)
_CREATED: Any = st.fixed_dictionaries(
    {},
    optional={
        "amount": st.one_of(_AMOUNTS, _VALUES),
        "reference": st.one_of(st.text("a \t é", min_size=60, max_size=66), _VALUES),
        "description": _VALUES,
        "lines": st.just([]),
        "store": _VALUES,
        "more": _VALUES,
    },
)
_KEYS = st.one_of(st.just("17"), st.text(string.printable[:97], max_size=3), st.just("x" * 256))
_HEADERS = st.fixed_dictionaries(
    {"HTTP_IDEMPOTENCY_KEY": _KEYS},
    optional={
        "HTTP_ACCEPT": st.sampled_from(["*/*", "text/html", "application/json;q=0.5", ""]),
        "HTTP_HOST": st.sampled_from(["pay.test:80", "other.test", "PAY.TEST"]),
        "QUERY_STRING": st.sampled_from(["format=json", "x"]),
        "CONTENT_TYPE": st.sampled_from(["application/json; charset=utf-8", "text/plain"]),
        "HTTP_X_FORWARDED_PROTO": st.sampled_from(["https", "http"]),
    },
)
_PROPERTY = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_PROPERTY
@given(body=_CREATED, headers=_HEADERS)
def test_whatever_is_sent_to_create_is_answered_alike(door, shop, body, headers):
    request = write_create(shop)
    content = json.dumps(body).encode()
    request |= {"body": content, "CONTENT_LENGTH": str(len(content))} | headers

    assert_alike(door, request)


@_PROPERTY
@given(
    payload=st.one_of(st.tuples(st.sampled_from(["", " ", "\n", "x", "]Q1"]), _TEXTS), _VALUES),
    headers=_HEADERS,
)
def test_whatever_is_scanned_is_answered_alike(door, customer, charge, payload, headers):
    if isinstance(payload, tuple):
        payload = f"{payload[0]}{write_link(charge)}{payload[1]}"
    request = write_request("POST", "wallet/claims", customer.token, {"payload": payload})

    assert_alike(door, request | headers)


@_PROPERTY
@given(
    content=st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [b'{"a":1,"a":2}', b"[" * 4000, b"NaN", b"\xef\xbb\xbf{}", b"{}" * 2048]
        ),
    )
)
def test_whatever_bytes_come_are_answered_alike(door, shop, customer, content):
    for request in [
        write_create(shop),
        write_request("POST", "wallet/claims", customer.token, {}),
        write_request("POST", "wallet/payments", customer.token, {}),
    ]:
        sent = {"body": content, "CONTENT_LENGTH": str(len(content))}
        assert_alike(door, request | sent)
