"""Scripts that begin at set times, whatever has become of those before them.

So nothing is hidden by waiting: a slow server meets as many newcomers as a quick one, and what
a script measures from its own set times includes every delay, ours too.

A script is a generator. It yields `Until` a time, `Ask` with a request's bytes, `Listen` to a
stream, `Hear` its next event or `HangUp`, and is given what came of it.
"""

import heapq
import itertools
import re
import select
import socket
import time
from collections import deque
from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

from load import Unexpected

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_RETRY_AFTER = re.compile(rb"\r\nretry-after: *([0-9]+)", re.IGNORECASE)
_CHANGED = re.compile(rb"event: changed\ndata: (\{[^\n]*\})\n\n")
_BYTES_AT_ONCE = 65536


class Until(NamedTuple):
    """Wait until this time of `time.perf_counter`."""

    at: float


class Ask(NamedTuple):
    """Send this request on a free connection and wait for its answer."""

    content: bytes


class Listen(NamedTuple):
    """Send this request on a connection of its own, and go on when it is answered."""

    content: bytes


class Hear(NamedTuple):
    """Wait for the next event on what `Listen` has opened."""

    stream: "Line"


class HangUp(NamedTuple):
    """Listen no more."""

    stream: "Line"


class Answer(NamedTuple):
    """An answer, and the stream if it opened one."""

    status: int
    retry_after_s: int
    body: bytes
    stream: "Line | None" = None


Step = Until | Ask | Listen | Hear | HangUp
Script = Generator[Step, Any, None]
Arrivals = Iterator[tuple[float, Script]]


class Line:
    """One connection, and the script that waits at it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(0)
        self.received = b""
        self.script: Script | None = None
        self.is_stream = False


class OpenLoop:
    """Runs scripts over as many keep-alive connections as they need, up to a bound."""

    def __init__(self, port: int, *, lines_max: int) -> None:
        self._port, self._lines_max = port, lines_max
        self._poll = select.epoll()
        self._lines: dict[int, Line] = {}
        self._idle: list[Line] = []
        self._waiting: deque[tuple[Script, bytes]] = deque()
        self._timers: list[tuple[float, int, Script]] = []
        self._numbers = itertools.count()
        self._open = 0
        self._active = 0

    def run(self, arrivals: Arrivals, *, until: float) -> int:
        """Begin each script at its time and run all to their ends.

        Return how many had not ended at `until`; they are given up.
        """
        coming = next(arrivals, None)
        while coming or self._active:
            now = time.perf_counter()
            if now >= until:
                break
            while coming and coming[0] <= now:
                self._active += 1
                self._advance(coming[1], None)
                coming = next(arrivals, None)
            self._go_on(now)
            self._listen(min(until, coming[0] if coming else until))
        left, self._active = self._active, 0
        return left

    def close(self) -> None:
        """Hang up everywhere."""
        for line in self._lines.values():
            line.socket.close()
        self._lines.clear()
        self._poll.close()

    def _go_on(self, now: float) -> None:
        while self._timers and self._timers[0][0] <= now:
            self._advance(heapq.heappop(self._timers)[2], None)

    def _listen(self, until: float) -> None:
        if self._timers:
            until = min(until, self._timers[0][0])
        for number, _ in self._poll.poll(max(0.0, until - time.perf_counter())):
            # A script that went on a moment ago may have hung up there.
            if number in self._lines:
                self._receive(self._lines[number])

    def _advance(self, script: Script, answer: Answer | bytes | None) -> None:
        while True:
            try:
                step = script.send(answer)
            except StopIteration:
                self._active -= 1
                return
            if isinstance(step, HangUp):
                self._drop(step.stream)
                answer = None
                continue
            if isinstance(step, Hear):
                answer = _take_event(step.stream)
                if answer is not None:
                    continue
                step.stream.script = script
            elif isinstance(step, Ask):
                self._send(script, step.content)
            elif isinstance(step, Until):
                heapq.heappush(self._timers, (step.at, next(self._numbers), script))
            else:
                line = self._open_line()
                line.is_stream, line.script = True, script
                line.socket.send(step.content)
            return

    def _send(self, script: Script, content: bytes) -> None:
        if self._idle:
            line = self._idle.pop()
        elif self._open < self._lines_max:
            self._open += 1
            line = self._open_line()
        else:
            self._waiting.append((script, content))
            return
        line.script = script
        try:
            line.socket.send(content)
        except ConnectionError:
            # Closed by the server a moment ago, because it was idle for so long.
            self._drop(line)
            line = self._open_line()
            line.script = script
            line.socket.send(content)

    def _open_line(self) -> Line:
        line = Line(self._port)
        self._lines[line.socket.fileno()] = line
        self._poll.register(line.socket, select.EPOLLIN)
        return line

    def _drop(self, line: Line) -> None:
        self._poll.unregister(line.socket)
        del self._lines[line.socket.fileno()]
        line.socket.close()

    def _receive(self, line: Line) -> None:
        arrived = _read(line)
        if arrived is None:
            return
        if not arrived:
            self._hang_up(line)
            return
        line.received += arrived
        script = line.script
        if script is None:
            return
        is_answer = line.received.startswith(b"HTTP/1.1 ")
        answer = _take_answer(line) if is_answer else _take_event(line)
        if answer is None:
            return
        line.script = None
        if not line.is_stream:
            self._idle.append(line)
        elif isinstance(answer, Answer) and answer.stream is None:
            self._drop(line)
        self._advance(script, answer)
        while self._waiting and self._idle:
            self._send(*self._waiting.popleft())

    def _hang_up(self, line: Line) -> None:
        if line.script is not None or line not in self._idle:
            raise Unexpected(f"the server hung up after {line.received[:200]!r}")
        self._idle.remove(line)
        self._open -= 1
        self._drop(line)


def _read(line: Line) -> bytes | None:
    try:
        return line.socket.recv(_BYTES_AT_ONCE)
    except BlockingIOError:
        # The sign was for the line that had this number before.
        return None
    except ConnectionResetError:
        return b""


def _take_answer(line: Line) -> Answer | None:
    head, found, rest = line.received.partition(b"\r\n\r\n")
    if not found:
        return None
    status = int(head[9:12])
    if line.is_stream and status == 200:
        line.received = rest
        return Answer(status, 0, b"", line)
    length = _LENGTH.search(head)
    if length is None:
        raise Unexpected(f"an answer without its length: {head!r}")
    if len(rest) < int(length[1]):
        return None
    line.received = b""
    after = _RETRY_AFTER.search(head) if status != 200 else None
    return Answer(status, int(after[1]) if after else 0, rest)


def _take_event(line: Line) -> bytes | None:
    found = _CHANGED.search(line.received)
    if found is None:
        return None
    line.received = line.received[found.end() :]
    return found[1]
