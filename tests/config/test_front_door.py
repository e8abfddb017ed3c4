"""What visitors meet at the front door, nginx before granian, and what both leave behind."""

import contextlib
import http.client
import json
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import yaml

from api.problems import describe_problem

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


class Answer:
    """One answer, read whole."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = (
            response.status,
            response.headers,
            response.read(),
        )


@pytest.fixture
def ask(stack):
    """Send one request through nginx."""

    def send(method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(stack.host, stack.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            return Answer(connection.getresponse())

    return send


@pytest.fixture
def ask_raw(stack):
    """Send bytes that no client would, and read until the connection is closed."""

    def send(text: bytes) -> tuple[bytes, bytes]:
        with socket.create_connection((stack.host, stack.port), timeout=30) as connection:
            connection.sendall(text)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        return head, body

    return send


def assert_problem(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    )
    assert answer.headers["Cache-Control"] == "no-store"
    problem = json.loads(answer.body)
    assert problem == describe_problem(status, code, problem["detail"])


def test_whatever_refuses_below_api_refuses_as_a_problem(ask, ask_raw, stack, demo):
    assert_problem(ask("GET", "/api/v1/nothing"), 404, "not_found")
    assert_problem(ask("GET", "/api/nothing"), 404, "not_found")
    assert_problem(ask("GET", "/api/v1/charges"), 401, "not_authenticated")
    assert_problem(ask("PUT", "/api/v1/wallet"), 401, "not_authenticated")
    assert_problem(ask("POST", "/api/schema/"), 405, "method_not_allowed")
    assert_problem(ask("TRACE", "/api/v1/wallet"), 405, "method_not_allowed")
    assert_problem(ask("POST", "/api/v1/charges", b"x" * (2**20 + 1)), 413, "too_large")
    assert_problem(
        ask("GET", "/api/v1/wallet", Host="elsewhere.example"), 400, "request_invalid"
    )
    for lines in (
        b"GET /api/v1/%00 HTTP/1.1\r\nHost: x",
        b"GET /api/v1/wallet HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 20_000,
        b"GET /api/v1/" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x",
    ):
        head, body = ask_raw(lines + b"\r\nConnection: close\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 "), lines[:60]
        assert b"application/problem+json" in head
        assert json.loads(body)["code"] == "request_invalid"


def test_pages_are_refused_as_pages(ask, ask_raw):
    assert ask("GET", "/nothing/").headers["Content-Type"].startswith("text/html")
    assert ask("TRACE", "/wallet/").headers["Content-Type"].startswith("text/html")
    head, _body = ask_raw(b"GET /wallet/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b"text/html" in head


def test_answers_of_the_api_are_kept_by_nobody(ask, demo):
    secret = f"Bearer {demo['merchants'][0]['secret_key']}"

    for path in ("/api/v1/charges", "/api/v1/settlements"):
        answer = ask("GET", path, Authorization=secret)
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")


def test_a_mistake_of_ours_is_a_problem_and_not_a_page(ask, stack, demo):
    secret = f"Bearer {demo['merchants'][0]['secret_key']}"
    url = stack.servers.superuser_url(stack.database)

    with psycopg.connect(url, autocommit=True) as books:
        books.execute("ALTER TABLE merchants_settlement RENAME COLUMN number TO away")
        try:
            answer = ask("GET", "/api/v1/settlements", Authorization=secret)
        finally:
            books.execute("ALTER TABLE merchants_settlement RENAME COLUMN away TO number")

    assert_problem(answer, 500, "internal_error")


def test_nobody_behind_the_door_is_a_problem_and_the_log_keeps_no_link(ask, stack):
    secret = "SECRETSECRETSECRETSECRET"
    stack.kill("web")
    try:
        for path in (f"/p/{secret}", f"/r/{secret}/", f"/s/{secret}", f"/?x={secret}"):
            answer = ask("GET", path, Referer=f"http://x/r/{secret}/")
            assert answer.status == 503
        assert_problem(ask("GET", f"/api/v1/charges/{secret}"), 503, "unavailable")
    finally:
        stack.start("web")

    for log in Path(stack.state.path / "logs").iterdir():
        assert secret not in log.read_text()
    written = stack.processes["nginx"].log_path.read_text()
    assert ' 503 GET /p/ upstream="unix:' in written
    assert ' 503 GET /api/ upstream="unix:' in written


def test_logs_are_for_their_owner_alone(stack):
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in Path(stack.state.path / "logs").iterdir()
    }

    assert set(modes.values()) == {0o600}, modes


def test_many_who_ask_a_fresh_process_for_the_description_get_it(ask, stack):
    stack.stop("web")
    stack.start("web")

    with ThreadPoolExecutor(12) as crowd:
        answers = list(crowd.map(lambda _: ask("GET", "/api/schema/"), range(12)))

    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    tags = {answer.headers["ETag"] for answer in answers}
    assert len(tags) == 1
    (tag,) = tags
    again = ask("GET", "/api/schema/", **{"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
    described = ask("GET", "/api/schema/", Accept="application/json")
    assert described.headers["Content-Type"] == "application/json"
    assert json.loads(described.body)["paths"] == yaml.safe_load(answers[0].body)["paths"]
