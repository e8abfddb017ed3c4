"""A door with an express lane, and the four requests of a sale as a server hands them over."""

import io
import json
import uuid
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.core.wsgi import get_wsgi_application

from config.express import ExpressLane
from pos.payloads import write_link


@cache
def views():
    """Return the views alone; made by the first test, when the settings are the tests'."""
    return get_wsgi_application()


class Door:
    """A lane before the views, which counts what is left to them."""

    def __init__(self):
        self.left = 0
        self._lane = ExpressLane(self._pass_on)

    def ask(self, request, *, by_lane=True):
        """Return status, headers and body; `request` is what CGI calls the environment."""
        environ = request | {"wsgi.input": io.BytesIO(request["body"])}
        got: list[Any] = []

        def start(status, headers, *_):
            got.extend((status, sorted(map(tuple, headers))))

        answer = b"".join((self._lane if by_lane else views())(environ, start))
        status, headers = got
        told = dict(headers)
        assert told.pop("Content-Length", None) in {None, str(len(answer))}
        return status, told, answer

    def _pass_on(self, environ, start_response):
        self.left += 1
        return views()(environ, start_response)

    @contextmanager
    def leaving(self, number):
        """Check how many requests of the block are left to the views."""
        before = self.left
        yield
        assert self.left - before == number


def write_request(method, path, secret, body=None, **headers):
    content = b"" if body is None else json.dumps(body).encode()
    more = {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(content))}
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": f"/api/v1/{path}",
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "pay.test",
        "SERVER_PORT": "80",
        "HTTP_HOST": "pay.test",
        "HTTP_AUTHORIZATION": f"Bearer {secret}",
        "HTTP_ACCEPT": "application/json",
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        "body": content,
        **({} if body is None else more),
        **headers,
    }


def write_create(shop, *, key="", secret="", **body):
    body = {"amount": {"amount_minor": 480, "currency": "EUR"}, "reference": "17"} | body
    key = key or str(uuid.uuid4())
    return write_request(
        "POST", "charges", secret or shop.token, body, HTTP_IDEMPOTENCY_KEY=key
    )


def write_claim(customer, charge):
    return write_request(
        "POST", "wallet/claims", customer.token, {"payload": write_link(charge)}
    )


def write_confirm(customer, claim, *, key="", **body):
    key = key or str(uuid.uuid4())
    return write_request(
        "POST",
        "wallet/payments",
        customer.token,
        {"claim": claim.public_id} | body,
        HTTP_IDEMPOTENCY_KEY=key,
    )


def write_show(shop, charge):
    return write_request("GET", f"charges/{charge.public_id}", shop.token)
