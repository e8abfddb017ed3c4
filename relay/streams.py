"""Server-sent events: a small ASGI application that needs no database.

The page's view has checked who asks and hands over a signed ticket with the topics; the
proxy brings it here by an internal address (docs/decisions/0001). One subscription per
process listens to the relay and wakes the streams concerned.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import redis.asyncio
from django.conf import settings
from django.core import signing

from relay.pages import CHANNEL

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]

_SALT = "relay.streams"
_TICKET_LIFE_S = 30
_HEARTBEAT_S = 15
_RETRY_S = 0.5
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def sign_ticket(*topics: str) -> str:
    """Give a ticket that opens a stream of these topics within half a minute."""
    return signing.dumps(list(topics), salt=_SALT)


def read_ticket(ticket: str) -> list[str]:
    """Give the topics of a ticket.

    Raises:
        signing.BadSignature: forged, altered or too old.
    """
    topics: list[str] = signing.loads(ticket, salt=_SALT, max_age=_TICKET_LIFE_S)
    return topics


class Stream:
    """One open page: the topics it listens to, and those it has not been told of yet."""

    def __init__(self, topics: list[str]) -> None:
        """Start with nothing to tell."""
        self.topics = topics
        self.pending: set[str] = set()
        self.woken = asyncio.Event()

    def wake(self, topic: str) -> None:
        """Remember that this topic has changed; many changes are told once."""
        self.pending.add(topic)
        self.woken.set()

    async def next_message(self) -> bytes:
        """Wait for a change, or for the time of a heartbeat."""
        try:
            await asyncio.wait_for(self.woken.wait(), timeout=_HEARTBEAT_S)
        except TimeoutError:
            return b": still here\n\n"
        self.woken.clear()
        topics, self.pending = sorted(self.pending), set()
        return b"".join(write_message("changed", topic) for topic in topics)


class Hub:
    """The open streams of this process, and its one subscription to the relay."""

    def __init__(self) -> None:
        """Start without streams; the subscription is made when the first one opens."""
        self.streams: dict[str, set[Stream]] = defaultdict(set)
        self.listening: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def open_stream(self, topics: list[str]) -> Iterator[Stream]:
        """Listen to the topics for as long as the context lasts."""
        if self.listening is None:
            self.listening = asyncio.create_task(self._listen())
        stream = Stream(topics)
        for topic in topics:
            self.streams[topic].add(stream)
        try:
            yield stream
        finally:
            for topic in topics:
                self.streams[topic].discard(stream)
                if not self.streams[topic]:
                    del self.streams[topic]

    async def _listen(self) -> None:
        while True:
            try:
                await self._follow_relay()
            except (redis.asyncio.RedisError, OSError) as failure:
                logger.warning("The relay is away, pages poll meanwhile: %s", failure)
            await asyncio.sleep(_RETRY_S)

    async def _follow_relay(self) -> None:
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL, health_check_interval=5)
        async with client, client.pubsub() as subscription:
            await subscription.subscribe(CHANNEL)
            # Whatever was told while nobody listened is lost: every page looks again.
            self._wake(list(self.streams))
            async for message in subscription.listen():
                if message["type"] == "message":
                    self._wake(message["data"].decode().split())

    def _wake(self, topics: list[str]) -> None:
        for topic in topics:
            for stream in self.streams.get(topic, ()):
                stream.wake(topic)


hub = Hub()


def write_message(event: str, topic: str) -> bytes:
    """Write a server-sent event that names what to look at again."""
    identifier = topic.partition(":")[2]
    return f'event: {event}\ndata: {{"id": "{identifier}"}}\n\n'.encode()


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serve one stream; answer 403 to anything without a valid ticket."""
    if scope["type"] != "http":
        return
    try:
        ticket = parse_qs(scope["query_string"].decode()).get("ticket", [""])[0]
        topics = read_ticket(ticket)
    except signing.BadSignature:
        await send({"type": "http.response.start", "status": 403, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    pushing = asyncio.create_task(_push(topics, send))
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        pushing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pushing


async def _push(topics: list[str], send: Send) -> None:
    with hub.open_stream(topics) as stream:
        opening = b"retry: 1000\n" + write_message("hello", topics[0])
        await send({"type": "http.response.body", "body": opening, "more_body": True})
        while True:
            body = await stream.next_message()
            await send({"type": "http.response.body", "body": body, "more_body": True})
