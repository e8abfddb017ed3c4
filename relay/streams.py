"""Server-sent events: a small ASGI application that needs no database.

The page's view has checked the caller and returned a signed ticket with the topics; the proxy
passes it on to an internal address here (docs/decisions/0001). One subscription per process
listens to the relay and wakes the streams concerned.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import redis.asyncio
from django.conf import settings
from django.core import signing

from relay.pages import CHANNEL, END, Change, read_topics

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]

_SALT = "relay.streams"
_TICKET_LIFE_S = 30
_HEARTBEAT_S = 15
# How often a heartbeat tests the path; static/js/server.js treats a stream as dead after two of
# these, and a little more, of silence.
_BEAT_S = 2
# A beat is sent to so many streams at once, and to all of them within this time.
_BEATS_AT_ONCE = 25
_BEAT_TURNS = 40
_BEAT_SPREAD_S = 0.6
_ANSWER_MAX_S = 2
# The relay is away when it left so many tests unanswered.
_UNANSWERED_MAX = 2
# A device has a few pages open; more is a fault, or an attack on the connections.
STREAMS_EACH_MAX = 16
# Per topic, for all callers: the tills of a large store listen to one.
STREAMS_A_TOPIC_MAX = 500
_RETRY_AFTER_S = 30
# Then the page opens another stream and is authenticated again: an end that was lost, because
# the relay was away, takes effect after this time all the same.
_LIFE_S = 600
_RETRY_S = 0.5
# A page opens its stream a moment after it was drawn; what was told meanwhile is told again.
_MEMORY_S = 10
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


@dataclass(frozen=True, slots=True)
class Ticket:
    """The topics a page listens to, and those that end its stream, such as its session."""

    topics: list[str]
    bound_to: list[str]


def sign_ticket(*topics: str, bound_to: Iterable[str] = ()) -> str:
    """Sign a ticket that opens a stream of these topics within half a minute."""
    return signing.dumps([topics, list(bound_to)], salt=_SALT)


def read_ticket(ticket: str) -> Ticket:
    """Read a ticket.

    Raises:
        signing.BadSignature: forged, altered or too old.
    """
    topics, bound_to = signing.loads(ticket, salt=_SALT, max_age=_TICKET_LIFE_S)
    return Ticket(topics, bound_to)


class Stream:
    """One open page: the topics it listens to, and those with pending news."""

    def __init__(self, topics: list[str]) -> None:
        self.topics = topics
        self.pending: dict[tuple[str, Change], None] = {}
        self.woken = asyncio.Event()
        self.is_over = False

    def wake(self, topic: str, change: Change) -> None:
        """Note that this topic has changed; the same change is sent once."""
        self.pending[topic, change] = None
        self.woken.set()

    def beat(self) -> None:
        """Note that the path for news works at this moment."""
        self.woken.set()

    def end(self) -> None:
        """Note that this stream's caller may not listen any more."""
        self.is_over = True
        self.woken.set()

    async def next_message(self) -> bytes:
        """Return the next message: a change, the end, or a heartbeat."""
        try:
            # Not `wait_for`: before Python 3.12 it ignores that a page leaves in the moment in
            # which it is woken, and the stream would go on without its page.
            async with asyncio.timeout(_HEARTBEAT_S):
                await self.woken.wait()
        except TimeoutError:
            return b": still here\n\n"
        self.woken.clear()
        if self.is_over:
            return b"event: ended\ndata: {}\n\n"
        if not self.pending:
            return b"event: beat\ndata: {}\n\n"
        changes, self.pending = self.pending, {}
        return b"".join(write_change(topic, change) for topic, change in changes)


class Memory:
    """What was told in the last seconds, and since when nothing was missed."""

    def __init__(self) -> None:
        self.listening_since: float | None = None
        self._told: deque[tuple[float, str, Change]] = deque()
        self._by_topic: dict[str, dict[Change, float]] = defaultdict(dict)

    @property
    def known_ms(self) -> int:
        """Return for how long back everything that was told is known here."""
        if self.listening_since is None:
            return 0
        return int(1000 * min(_MEMORY_S, time.monotonic() - self.listening_since))

    def note(self, topic: str, change: Change) -> None:
        """Remember what was just told, and forget what is old."""
        now = time.monotonic()
        self._told.append((now, topic, change))
        self._by_topic[topic][change] = now
        while self._told[0][0] < now - _MEMORY_S:
            told_at, topic, change = self._told.popleft()
            changes = self._by_topic[topic]
            if changes.get(change) == told_at:
                del changes[change]
            if not changes:
                del self._by_topic[topic]

    def recall(self, topic: str) -> list[tuple[Change, int]]:
        """Return what was told of a topic, and how many milliseconds ago."""
        now = time.monotonic()
        changes = self._by_topic.get(topic, {})
        return [(change, int(1000 * (now - at))) for change, at in changes.items()]


class Hub:
    """The open streams of this process, and its one subscription to the relay."""

    def __init__(self) -> None:
        """Start without streams; the first one that opens makes the subscription."""
        self.streams: dict[str, set[Stream]] = defaultdict(set)
        self.bound: dict[str, set[Stream]] = defaultdict(set)
        self.listening: asyncio.Task[None] | None = None
        self.beating: asyncio.Task[None] | None = None
        self.memory = Memory()

    @contextlib.contextmanager
    def open_stream(self, ticket: Ticket) -> Iterator[Stream]:
        """Listen to the ticket's topics for as long as the context lasts."""
        if self.listening is None or self.listening.done():
            self.listening = asyncio.create_task(self._listen())
        stream = Stream(ticket.topics)
        _enlist(stream, self.streams, ticket.topics)
        _enlist(stream, self.bound, ticket.bound_to)
        try:
            yield stream
        finally:
            _strike(stream, self.streams, ticket.topics)
            _strike(stream, self.bound, ticket.bound_to)

    def greet(self, topics: list[str]) -> bytes:
        """Write the first events of a stream: what was told while its page was under way."""
        again = [
            write_change(topic, change, age_ms=age_ms)
            for topic in topics
            for change, age_ms in self.memory.recall(topic)
        ]
        return write_hello(topics[0], self.memory.known_ms) + b"".join(again)

    def is_full(self, ticket: Ticket) -> bool:
        """Return whether the ticket's holder or a topic of it has too many streams already."""
        mine = (len(self.bound.get(each, ())) for each in ticket.bound_to)
        everybodys = (len(self.streams.get(each, ())) for each in ticket.topics)
        return (
            max(mine, default=0) >= STREAMS_EACH_MAX
            or max(everybodys, default=0) >= STREAMS_A_TOPIC_MAX
        )

    async def _listen(self) -> None:
        while True:
            try:
                await self._follow_relay()
            except (redis.asyncio.RedisError, OSError) as failure:
                logger.warning("The relay is away, pages poll meanwhile: %s", failure)
            self.memory = Memory()
            await asyncio.sleep(_RETRY_S)

    async def _follow_relay(self) -> None:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=_ANSWER_MAX_S
        )
        async with client, client.pubsub() as subscription:
            async with asyncio.timeout(_ANSWER_MAX_S):
                await subscription.subscribe(CHANNEL)
            await self._follow(subscription)

    async def _follow(self, subscription: redis.asyncio.client.PubSub) -> None:
        # One task that tests, waits and reads: redis-py before Python 3.12 forgets that a task
        # was cancelled while it wrote, and this one would wait without end for another to stop.
        test_at, unanswered = time.monotonic(), 0
        while True:
            if (left_s := test_at - time.monotonic()) <= 0:
                # A relay that hangs sends nothing and does not close the connection either.
                if unanswered > _UNANSWERED_MAX:
                    raise TimeoutError("it does not answer")
                await subscription.ping()
                unanswered += 1
                test_at, left_s = time.monotonic() + _BEAT_S, _BEAT_S
            if message := await subscription.get_message(timeout=left_s):
                self._take(message)
                unanswered = 0

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "pong":
            self._beat()
        elif message["type"] == "subscribe":
            # News sent while nobody listened is lost: every page loads its state again.
            self.memory.listening_since = time.monotonic()
            self._wake(list(self.streams), Change())
        else:
            topics, change = read_topics(message["data"].decode())
            for topic in topics:
                self.memory.note(topic, change)
            self._wake(topics, change)

    def _beat(self) -> None:
        if self.beating is None or self.beating.done():
            everyone = {each for found in self.streams.values() for each in found}
            self.beating = asyncio.create_task(_beat_in_turn(list(everyone)))

    def _wake(self, topics: list[str], change: Change) -> None:
        for topic in topics:
            if topic.startswith(END):
                for stream in self.bound.get(topic.removeprefix(END), ()):
                    stream.end()
            for stream in self.streams.get(topic, ()):
                stream.wake(topic, change)


def _enlist(stream: Stream, lists: dict[str, set[Stream]], topics: list[str]) -> None:
    for topic in topics:
        lists[topic].add(stream)


def _strike(stream: Stream, lists: dict[str, set[Stream]], topics: list[str]) -> None:
    for topic in topics:
        lists[topic].discard(stream)
        if not lists[topic]:
            del lists[topic]


hub = Hub()


async def _beat_in_turn(streams: list[Stream]) -> None:
    # News that come meanwhile would wait until a thousand beats were sent.
    size = max(_BEATS_AT_ONCE, -(-len(streams) // _BEAT_TURNS))
    for first in range(0, len(streams), size):
        for stream in streams[first : first + size]:
            stream.beat()
        await asyncio.sleep(_BEAT_SPREAD_S / _BEAT_TURNS)


def write_hello(topic: str, known_ms: int) -> bytes:
    """Write the first event: for how long back everything that was told is told here again."""
    return _write_event("hello", {"id": _name(topic), "known_ms": known_ms})


def write_change(topic: str, change: Change, *, age_ms: int = 0) -> bytes:
    """Write the event that names what to load again, and which version of what is news."""
    data: dict[str, str | int] = {"id": _name(topic)}
    if change.version:
        data |= {"subject": change.subject, "version": int(change.version)}
    if age_ms:
        data["age_ms"] = age_ms
    return _write_event("changed", data)


def _name(topic: str) -> str:
    return topic.partition(":")[2]


def _write_event(event: str, data: dict[str, str | int]) -> bytes:
    return f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serve one stream; answer 403 without a valid ticket, 429 to one stream too many."""
    if scope["type"] != "http":
        return
    try:
        ticket = parse_qs(scope["query_string"].decode()).get("ticket", [""])[0]
        opened = read_ticket(ticket)
    except signing.BadSignature:
        await send({"type": "http.response.start", "status": 403, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    if hub.is_full(opened):
        headers = [(b"retry-after", b"%d" % _RETRY_AFTER_S), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 429, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    tasks = [asyncio.create_task(_push(opened, send)), asyncio.create_task(_wait_left(receive))]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _push(ticket: Ticket, send: Send) -> None:
    over_at = time.monotonic() + _LIFE_S
    with hub.open_stream(ticket) as stream:
        body = b"retry: 1000\n" + hub.greet(ticket.topics)
        await send({"type": "http.response.body", "body": body, "more_body": True})
        while not stream.is_over and time.monotonic() < over_at:
            body = await stream.next_message()
            await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _wait_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
