"""The logs: links of charges and receipts stand in none of them."""

import logging
from io import StringIO

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from config.logs import LinkShortener
from identity.models import Verification
from identity.verifications import write_token
from merchants import applications, invitations
from merchants.models import Application, Invitation

TOKEN = "7k4m92qx7k4m92qx7k4m92qx7k"


@pytest.fixture
def console():
    """What the console's handler writes."""
    handlers = logging.getLogger().handlers
    (handler,) = [
        each
        for each in handlers
        if isinstance(each, logging.StreamHandler)
        and any(isinstance(rule, LinkShortener) for rule in each.filters)
    ]
    written = StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@pytest.fixture
def _verbose():
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    yield
    root.setLevel(before)


@pytest.mark.django_db
@pytest.mark.usefixtures("_verbose")
@pytest.mark.parametrize(
    "path",
    [
        *(f"/p/{TOKEN}/pay", f"/r/{TOKEN}/", f"/P/{TOKEN.upper()}", f"/print/{TOKEN}/"),
        f"/dashboard/invitation/{TOKEN}:1tZ:abc/",
        f"/dashboard/password/us_{'0' * 26}/{TOKEN}-abc/",
        *(f"{way}{TOKEN}:1tZ:abc/" for way in ("/join/", "/wallet/join/", "/wallet/pin/")),
    ],
)
def test_a_refused_page_leaves_no_link_in_the_log(caplog, console, path):
    answer = Client(enforce_csrf_checks=True).post(path)

    assert answer.status_code >= 400
    assert TOKEN[:8] not in console.getvalue().lower()
    assert [each.name for each in caplog.records if each.name == "django.request"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"/p/{TOKEN}", f"/r/{TOKEN}/"])
def test_a_page_that_breaks_is_logged_without_its_link(console, monkeypatch, path):
    def break_down(*_args):
        raise RuntimeError

    monkeypatch.setattr(WSGIHandler, "resolve_request", break_down)
    client = Client(raise_request_exception=False)
    monkeypatch.setattr(type(client.handler), "resolve_request", break_down)

    assert client.get(path).status_code == 500
    assert f"Internal Server Error: {path[:3]}…" in console.getvalue()
    assert TOKEN not in console.getvalue()


def test_links_as_they_are_signed_are_cut_off(console):
    signed = {
        "/join/": applications.make_token(Application()),
        "/wallet/join/": write_token(Verification(), then=""),
        "/wallet/pin/": write_token(Verification(), then=f"/p/{TOKEN}"),
        "/dashboard/invitation/": invitations.make_token(Invitation()),
    }
    for way, token in signed.items():
        logging.getLogger("tests").error("Not Found: %s%s/", way, token)

    written = [line.partition(" Not Found: ")[2] for line in console.getvalue().splitlines()]
    assert written == [f"{way}…/" for way in signed]


def test_other_lines_stay_as_they_are(console):
    logging.getLogger("tests").error("%s of %s at /p/", 3, "seven")

    assert "ERROR tests 3 of seven at /p/\n" in console.getvalue()
