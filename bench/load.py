"""Many clients in one process, by raw sockets and generators, so that load costs little.

A script is a generator: it sends on a connection itself, then yields that connection and
gets the answer back once it has come. The server's work, not ours, fills the two cores.
"""

import json
import selectors
import socket
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

_SILENCE_MAX_S = 15.0
_EVENT = b"event: "

Script = Generator["Connection", "Answer", None]
Asking = Generator["Connection", "Answer", "Answer"]


class Unexpected(Exception):
    """The server gave an unexpected answer, or none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer's status and body; of a stream, the events that came."""

    status: int
    body: bytes

    def read(self) -> dict[str, Any]:
        """Return the JSON of the body."""
        read: dict[str, Any] = json.loads(self.body)
        return read


class Connection:
    """One keep-alive connection of one caller."""

    def __init__(self, port: int, secret: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_SILENCE_MAX_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self._head = (
            f"HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {secret}\r\n"
            "Accept: application/json\r\n"
        )

    def get(self, path: str) -> None:
        """Send a GET; its answer is to be waited for."""
        self.socket.sendall(f"GET /api/v1/{path} {self._head}\r\n".encode())

    def post(self, path: str, body: object, *, key: str) -> None:
        """Send a POST under an idempotency key; its answer is to be waited for."""
        content = json.dumps(body)
        self.socket.sendall(
            f"POST /api/v1/{path} {self._head}Idempotency-Key: {key}\r\n"
            "Content-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n{content}".encode()
        )

    def receive(self) -> Answer | None:
        """Read the received bytes; return the answer once it is complete."""
        arrived = self.socket.recv(65536)
        if not arrived:
            raise Unexpected(f"the server hung up after {self.received[:200]!r}")
        self.received += arrived
        return self.take()

    def take(self) -> Answer | None:
        """Return the answer if it is complete already."""
        head, found, rest = self.received.partition(b"\r\n\r\n")
        if not found:
            return None
        length = _read_length(head)
        if len(rest) < length:
            return None
        self.received = rest[length:]
        return Answer(int(head[9:12]), rest[:length])

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


class EventStream(Connection):
    """A connection on which server-sent events are listened to; each wait ends with one."""

    def take(self) -> Answer | None:
        """Return the first event that was not given yet, by its name; heartbeats are none."""
        if self.received.startswith(b"HTTP/1.1 ") and self.received[9:12] != b"200":
            raise Unexpected(f"no stream: {self.received[:300]!r}")
        while True:
            _, found, rest = self.received.partition(_EVENT)
            name, whole, after = rest.partition(b"\n")
            if not (found and whole):
                return None
            self.received = after
            if name != b"beat":
                return Answer(200, name)


def ask(connection: Connection, expected: int) -> Asking:
    """Wait for the answer to what was sent.

    Raises:
        Unexpected: another status than the expected one.
    """
    answer = yield connection
    if answer.status != expected:
        raise Unexpected(f"{answer.status} instead of {expected}: {answer.body[:500]!r}")
    return answer


def run_scripts(scripts: Iterable[Script]) -> None:
    """Run all scripts to their ends, each waiting for its own answers only.

    Raises:
        Unexpected: a script was answered wrongly, or nobody was answered for too long.
    """
    with selectors.DefaultSelector() as selector:
        for script in scripts:
            _advance(selector, script, None)
        while selector.get_map():
            ready = selector.select(timeout=_SILENCE_MAX_S)
            if not ready:
                raise Unexpected(f"no answer within {_SILENCE_MAX_S:.0f} s")
            for key, _ in ready:
                connection, script = key.data
                answer = connection.receive()
                if answer is not None:
                    selector.unregister(connection.socket)
                    _advance(selector, script, answer)


def _advance(selector: selectors.BaseSelector, script: Script, answer: Answer | None) -> None:
    while True:
        try:
            connection = next(script) if answer is None else script.send(answer)
        except StopIteration:
            return
        answer = connection.take()
        if answer is None:
            selector.register(connection.socket, selectors.EVENT_READ, (connection, script))
            return


def _read_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise Unexpected(f"an answer without its length: {head!r}")
