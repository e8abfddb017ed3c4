"""Streams through nginx end with the session, or the till's key, that opened them."""

import contextlib
import http.client
import re
import urllib.parse
import uuid

import psycopg
import pytest

from qr.references import encode_reference
from tests.browser.screens import find_owner

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
_ADD_TILL = """
    INSERT INTO pos_terminal
           (id, store_id, name, may_refund, pairing_code, pairing_code_expires_at)
    SELECT %s, store_id, 'Streams', true, 'STREAM', now() + interval '5 minutes'
      FROM pos_terminal ORDER BY id LIMIT 1
"""
_WAKE = "UPDATE identity_session SET ended_at = NULL WHERE device_name = 'Demo'"


class Browser:
    """Sends forms as a browser does: with its cookies and the page's token."""

    def __init__(self, stack):
        self.stack, self.cookies = stack, {}

    def open(self, method, path, body=None, **headers):
        """Send a request, and return the answer unread, with its connection."""
        connection = http.client.HTTPConnection(self.stack.host, self.stack.port, timeout=30)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, {"Cookie": cookies} | headers)
        response = connection.getresponse()
        for each in response.headers.get_all("Set-Cookie") or []:
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value
        return connection, response

    def get(self, path):
        connection, response = self.open("GET", path)
        with contextlib.closing(connection):
            return response.status, response.read().decode()

    def submit(self, path, *, page, **form):
        """Send a form of a page; return the answer's status."""
        token, *_ = re.findall('csrfmiddlewaretoken" value="([^"]+)"', self.get(page)[1])
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token} | form)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection, response = self.open("POST", path, body, **kind)
        with contextlib.closing(connection):
            response.read()
            return response.status

    @contextlib.contextmanager
    def listen(self, path):
        """Open a stream and wait until the relay's news reach it; yield it.

        An end is told once: a stream that was opened while the relay came back, after a test
        that had stopped it, would wait for its ten minutes to be over.
        """
        connection, response = self.open("GET", path)
        with contextlib.closing(connection):
            assert response.status == 200
            while response.readline() != b"event: beat\n":
                pass
            yield response


@pytest.fixture
def browser(stack):
    return lambda: Browser(stack)


@pytest.fixture
def phone(browser, demo, stack):
    """Somebody's phone, signed in."""
    customer = demo["customers"][3]

    def sign_in():
        signed_in, path = browser(), "/wallet/sign-in/"
        facts = {"login": customer["phone"], "pin": customer["pin"]}
        assert signed_in.submit(path, page=path, **facts) == 302
        return signed_in

    yield sign_in
    # Other tests sign in by the demo's own session, which one of these has ended.
    with psycopg.connect(stack.servers.superuser_url(stack.database)) as books:
        books.execute(_WAKE)


def test_a_wallet_s_stream_ends_with_its_session_and_no_other_one(phone):
    mine, other = phone(), phone()

    with (
        mine.listen("/api/v1/wallet/events") as ended,
        other.listen("/api/v1/wallet/events") as open_still,
    ):
        assert mine.submit("/wallet/sign-out/", page="/wallet/") == 302
        assert b"event: ended" in ended.read()
        assert other.submit("/wallet/sign-out/", page="/wallet/") == 302
        assert b"event: ended" in open_still.read()

    assert mine.get("/api/v1/wallet/events")[0] == 401


def test_streams_of_devices_that_are_signed_out_from_another_one_end(phone):
    mine, other = phone(), phone()

    with (
        other.listen("/api/v1/wallet/events") as ended,
        mine.listen("/api/v1/wallet/events") as open_still,
    ):
        devices = "/wallet/safety/devices/"
        assert mine.submit(devices, page="/wallet/safety/", others="1") == 302
        assert b"event: ended" in ended.read()
        assert mine.submit("/wallet/sign-out/", page="/wallet/") == 302
        assert open_still.read().count(b"event: ended") == 1

    assert other.get("/api/v1/wallet/events")[0] == 401


def test_a_till_s_stream_ends_when_it_is_unpaired_and_not_when_it_is_locked(
    stack, browser, demo
):
    terminal, tablet, office = uuid.uuid4(), browser(), browser()
    url = stack.servers.superuser_url(stack.database)
    with psycopg.connect(url, autocommit=True) as books:
        books.execute(_ADD_TILL, [terminal])
    assert tablet.submit("/till/pair/", page="/till/pair/", code="STREAM") == 302
    owner, path = find_owner(demo), "/dashboard/sign-in/"
    facts = {"email": owner["email"], "password": owner["password"]}
    assert office.submit(path, page=path, **facts) == 302
    unpair = f"/dashboard/tills/{encode_reference('tm', terminal)}/revoke/"

    with tablet.listen("/till/desk/events/") as stream:
        assert tablet.submit("/till/lock/", page="/till/unlock/") == 302
        assert tablet.get("/till/desk/")[0] == 200
        assert office.submit(unpair, page="/dashboard/tills/") == 302
        heard = stream.read()

    assert heard.count(b"event: ended") == 1
    assert tablet.get("/till/desk/events/")[0] == 401
