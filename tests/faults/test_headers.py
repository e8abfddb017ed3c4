"""Headers as bytes, through nginx and granian: what would not arrive does no harm."""

import json
import re
import socket
import uuid
from urllib.parse import urlsplit

import pytest
from psycopg import sql

from servers.nginx import COOKIES
from servers.programs import ROOT
from tests.faults.shop import ask_books

AMOUNT = {"amount": {"amount_minor": 100, "currency": "EUR"}}
ODD_BYTES = [byte for byte in range(256) if not 0x20 <= byte <= 0x7E and byte != 0x0A]
ODD_KEYS = {
    "none": [],
    "empty": [b"Idempotency-Key:"],
    "blank": [b"Idempotency-Key: \t "],
    "two": [b"Idempotency-Key: a", b"Idempotency-Key: b"],
    "the same twice": [b"Idempotency-Key: a", b"idempotency-key: a"],
    "one and an odd one": [b"Idempotency-Key: a", b"Idempotency-Key: \xe9"],
    "an odd one and one": [b"Idempotency-Key: \xe9", b"Idempotency-Key: a"],
    "folded": [b"Idempotency-Key: a", b" b"],
    "with an underscore": [b"Idempotency_Key: a"],
    "with a blank in its name": [b"Idempotency-Key : a"],
    "too long": [b"Idempotency-Key: " + b"k" * 256],
    "longer than a header may be": [b"Idempotency-Key: " + b"k" * 20_000],
    "UTF-8": ["Idempotency-Key: ключ".encode()],
    "UTF-16": [b"Idempotency-Key: " + "key".encode("utf-16-le")],
} | {f"byte {byte:#04x}": [b"Idempotency-Key: x%cy" % byte] for byte in ODD_BYTES}


@pytest.fixture
def send(stack):
    """Send a request of raw lines; return the status, the head and the body."""
    address = urlsplit(stack.url)

    def ask(method, path, lines, body=None):
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1".encode(), *lines, b"Connection: close"]
        if not any(line.lower().startswith(b"host:") for line in lines):
            lines.insert(1, b"Host: " + address.netloc.encode())
        if body is not None:
            lines.append(b"Content-Length: %d" % len(content))
        with socket.create_connection((address.hostname, address.port), timeout=20) as wire:
            wire.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + content)
            answer = b""
            while part := wire.recv(65536):
                answer += part
        head, _, text = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode().lower(), text

    return ask


@pytest.fixture
def writes(demo, shop):
    """What has to be done once: the path, the secret that may, the body, and the table."""
    key, phone = demo["merchants"][0]["secret_key"], shop.customer["token"]
    sold, claimed = shop.sell(), shop.scan(shop.open_charge())
    return [
        ("charges", key, AMOUNT, "pos_charge"),
        (f"charges/{sold.charge}/refunds", key, AMOUNT, "pos_refund"),
        ("wallet/payments", phone, claimed, "wallet_payment"),
    ]


def count(stack, table):
    return ask_books(stack, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))


def bearer(secret):
    return [b"Authorization: Bearer " + secret.encode(), b"Content-Type: application/json"]


def test_a_key_that_would_not_arrive_is_refused_and_nothing_is_made(stack, send, writes):
    for path, secret, body, table in writes:
        before = count(stack, table)
        for name, lines in ODD_KEYS.items():
            status, head, text = send("POST", f"/api/v1/{path}", bearer(secret) + lines, body)
            assert status == 400, (path, name, text)
            assert "application/problem+json" in head, (path, name)
            assert json.loads(text)["code"] == "request_invalid", (path, name)
        assert count(stack, table) == before


def test_a_key_of_any_other_byte_is_one_wish(stack, send, demo):
    secret, key = (
        demo["merchants"][0]["secret_key"],
        bytes(range(0x21, 0x7F)).replace(b",", b""),
    )
    before = count(stack, "pos_charge")

    for _ in range(2):
        line = [b"IDEMPOTENCY-KEY:  " + uuid.UUID(int=7).hex.encode() + b" " + key + b" "]
        status, _head, text = send("POST", "/api/v1/charges", bearer(secret) + line, AMOUNT)
        assert status == 201, text

    assert count(stack, "pos_charge")[0][0] == before[0][0] + 1


def test_what_is_dropped_of_other_headers_opens_nothing(send, demo):
    secret, key = demo["merchants"][0]["secret_key"].encode(), [b"Idempotency-Key: other"]
    json_type = b"Content-Type: application/json"
    right = b"Authorization: Bearer " + secret
    for lines, expected in (
        ([right + b"\xe9", json_type], 401),
        ([b"Authorization: Bearer \xff" + secret, json_type], 401),
        ([right.replace(b"Authorization", b"Authoriz_ation"), json_type], 401),
        ([right, right, json_type], 400),
        ([right, json_type + b"\xe9"], 415),
        ([right, json_type, b"Host: pay\xe9.test"], 400),
        ([right, json_type, b"Host: pay_test\\"], 400),
        ([right, json_type, b"Host: a", b"Host: b"], 400),
    ):
        status, _head, text = send("POST", "/api/v1/charges", lines + key, AMOUNT)
        assert status == expected, (lines, text)


@pytest.mark.parametrize("odd", [b"other=\xe9", "other=кот".encode(), b"other=a\x01b"])
def test_a_cookie_of_another_application_signs_nobody_out(send, shop, odd):
    ours = b"tessera_wallet=" + shop.customer["token"].encode()
    for cookies in (ours + b"; " + odd, odd + b"; " + ours):
        status, head, text = send("GET", "/wallet/", [b"Cookie: " + cookies])
        assert status == 200, head
        assert "Li Wei" in text.decode()


def test_a_stream_opens_whatever_it_says_it_has_seen(send, shop):
    right = b"Authorization: Bearer " + shop.customer["token"].encode()
    for seen in (b"17", b"\xff\xfe", b"x" * 5000):
        status, _head, _text = send("GET", "/api/v1/wallet", [right, b"Last-Event-ID: " + seen])
        assert status == 200


def test_every_cookie_of_ours_is_known_in_front():
    named = {"csrftoken", "tessera_dashboard"}
    for folder in ("banking", "config", "identity", "merchants", "pos", "wallet"):
        for path in (ROOT / folder).glob("*.py"):
            named |= set(re.findall(r'_COOKIE = "(\w+)"', path.read_text()))

    assert named == set(COOKIES)
