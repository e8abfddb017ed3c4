"""Streams: a ticket opens one, a change wakes only the pages concerned."""

import asyncio
import contextlib
import json
import logging
import time

import pytest
import redis
from django.core import signing

from relay import streams
from relay.pages import END, Change, tell
from relay.streams import (
    Hub,
    Memory,
    Stream,
    Ticket,
    application,
    read_ticket,
    sign_ticket,
    write_change,
    write_hello,
)
from tests.relay.visits import Visit, run, visit

UNNAMED = Change()


def test_a_ticket_names_its_topics_and_what_ends_it():
    ticket = read_ticket(sign_ticket("charge:ch_1", "account:2", bound_to=["session:3"]))

    assert ticket == Ticket(["charge:ch_1", "account:2"], ["session:3"])


@pytest.mark.parametrize(
    "forge",
    [
        lambda _: "",
        lambda _: "x",
        lambda ticket: ticket[:-1],
        lambda ticket: ticket[:-1] + ("A" if ticket[-1] != "A" else "B"),
        lambda ticket: "A" + ticket,
        lambda _: signing.dumps(["charge:ch_1"], salt="another"),
        lambda _: signing.dumps(["charge:ch_1"], key="another" * 9, salt="relay.streams"),
    ],
)
def test_a_forged_ticket_opens_nothing(forge):
    ticket = forge(sign_ticket("charge:ch_1"))

    with pytest.raises(signing.BadSignature):
        read_ticket(ticket)
    assert run(visit(ticket))["status"] == 403


def test_an_old_ticket_opens_nothing(monkeypatch):
    monkeypatch.setattr(streams, "_TICKET_LIFE_S", -1)
    ticket = sign_ticket("charge:ch_1")

    with pytest.raises(signing.SignatureExpired):
        read_ticket(ticket)
    assert run(visit(ticket))["status"] == 403


@pytest.mark.parametrize(
    ("change", "age_ms", "data"),
    [
        (UNNAMED, 0, {"id": "2"}),
        (Change("ch_1", "3"), 0, {"id": "2", "subject": "ch_1", "version": 3}),
        (UNNAMED, 70, {"id": "2", "age_ms": 70}),
    ],
)
def test_a_message_names_what_to_look_at_and_never_how_it_is(change, age_ms, data):
    event, line, *end = write_change("account:2", change, age_ms=age_ms).decode().split("\n")

    assert (event, end) == ("event: changed", ["", ""])
    assert json.loads(line.removeprefix("data: ")) == data


def test_a_stream_tells_the_same_change_once_and_others_in_their_order():
    stream = Stream(["charge:b", "charge:a"])
    second, third = Change("b", "2"), Change("b", "3")
    told = [("charge:b", second), ("charge:a", UNNAMED), ("charge:b", second)]
    for topic, change in [*told, ("charge:b", third)]:
        stream.wake(topic, change)

    message = run(stream.next_message())

    assert message == b"".join(
        [
            write_change("charge:b", second),
            write_change("charge:a", UNNAMED),
            write_change("charge:b", third),
        ]
    )
    assert not stream.woken.is_set()


def test_a_quiet_stream_beats(monkeypatch):
    monkeypatch.setattr(streams, "_HEARTBEAT_S", 0.001)

    assert run(Stream(["charge:a"]).next_message()) == b": still here\n\n"


def test_a_page_that_leaves_as_it_is_woken_is_left_alone():
    async def leave():
        stream = Stream(["charge:a"])
        waiting = asyncio.create_task(stream.next_message())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        stream.beat()
        waiting.cancel()
        await asyncio.wait([waiting])
        return waiting.cancelled()

    assert run(leave())


def test_the_hub_wakes_only_the_streams_of_a_topic():
    async def listen():
        hub = Hub()
        with (
            hub.open_stream(Ticket(["charge:a"], [])) as mine,
            hub.open_stream(Ticket(["charge:a", "account:1"], [])) as both,
            hub.open_stream(Ticket(["charge:b"], [])) as other,
        ):
            hub._wake(["charge:a", "nobody:listens"], UNNAMED)
            return [list(stream.pending) for stream in (mine, both, other)]

    told = [("charge:a", UNNAMED)]
    assert run(listen()) == [told, told, []]


def test_a_closed_stream_is_forgotten():
    async def listen():
        hub = Hub()
        with hub.open_stream(Ticket(["charge:a"], [])):
            with hub.open_stream(Ticket(["charge:a"], [])):
                pass
            assert len(hub.streams["charge:a"]) == 1
            with hub.open_stream(Ticket(["charge:a"], ["token:1"])):
                assert len(hub.bound["token:1"]) == 1
        return dict(hub.streams) | dict(hub.bound)

    assert run(listen()) == {}


def test_a_stream_whose_session_ends_is_told_and_closed_and_no_other(monkeypatch):
    monkeypatch.setattr(streams, "hub", Hub())

    async def visit_both():
        mine = Visit(sign_ticket("account:1", bound_to=["session:a"]))
        other = Visit(sign_ticket("account:1", bound_to=["session:b"]))
        async with mine, other:
            await asyncio.gather(mine.wait_for(b"changed"), other.wait_for(b"changed"))
            await asyncio.to_thread(tell, f"{END}session:a")
            await mine.wait_for(b"event: ended")
            async with asyncio.timeout(5):
                await mine.task
            other.body = b""
            await asyncio.to_thread(tell, "account:1")
            await other.wait_for(b"changed")
        return mine, other

    mine, other = run(visit_both())

    assert mine.body.endswith(b"event: ended\ndata: {}\n\n")
    assert (mine.is_whole, b"ended" in other.body) == (True, False)


def test_a_stream_ends_after_its_time_and_is_opened_anew(monkeypatch):
    monkeypatch.setattr(streams, "hub", Hub())
    monkeypatch.setattr(streams, "_LIFE_S", 0)

    page = Visit(sign_ticket("charge:a"))
    run(application(page.scope, page.receive, page.send))

    assert (page.start["status"], page.is_whole) == (200, True)
    assert b"ended" not in page.body


def test_a_change_that_is_told_reaches_its_page_and_no_other(monkeypatch):
    monkeypatch.setattr(streams, "hub", Hub())
    monkeypatch.setattr(streams, "_BEAT_S", 60)

    async def visit_both():
        mine, other = Visit(sign_ticket("charge:a")), Visit(sign_ticket("charge:b"))
        async with mine, other:
            # The subscription's own first message: look again at everything.
            await asyncio.gather(mine.wait_for(b"changed"), other.wait_for(b"changed"))
            mine.body = other.body = b""
            await asyncio.to_thread(tell, "charge:a")
            await mine.wait_for(b"changed")
        return mine, other

    mine, other = run(visit_both())

    assert mine.body == write_change("charge:a", UNNAMED)
    assert other.body == b""
    assert mine.start["status"] == 200
    assert (b"content-type", b"text/event-stream; charset=utf-8") in mine.start["headers"]


def test_a_stream_beats_as_long_as_news_would_come_through(monkeypatch):
    monkeypatch.setattr(streams, "hub", Hub())
    monkeypatch.setattr(streams, "_BEAT_S", 0.01)

    async def visit_one():
        async with Visit(sign_ticket("charge:a")) as visit:
            for _ in range(3):
                visit.body = b""
                await visit.wait_for(b"event: beat\ndata: {}\n\n")

    run(visit_one())


def test_a_stream_beats_again_after_its_process_was_stopped(monkeypatch):
    monkeypatch.setattr(streams, "hub", Hub())
    monkeypatch.setattr(streams, "_BEAT_S", 0.01)

    async def visit_one():
        async with Visit(sign_ticket("charge:a")) as visit:
            for _ in range(3):
                visit.body = b""
                await visit.wait_for(b"event: beat")
                # As a computer that is put to sleep: everything is due when it wakes up.
                time.sleep(1.2)

    run(visit_one())


def test_pages_look_again_when_the_subscription_was_lost(monkeypatch, settings):
    monkeypatch.setattr(streams, "hub", Hub())

    async def visit_one():
        async with Visit(sign_ticket("charge:a")) as visit:
            await visit.wait_for(b"changed")
            visit.body = b""
            with redis.Redis.from_url(settings.REDIS_URL) as relay:
                assert relay.client_kill_filter(_type="pubsub") == 1
            await visit.wait_for(b"changed")

    run(visit_one())


def test_a_token_has_so_many_streams_and_no_more(monkeypatch):
    monkeypatch.setattr(streams, "hub", Hub())
    monkeypatch.setattr(streams, "STREAMS_EACH_MAX", 3)
    mine, other = ({"bound_to": [each]} for each in ("token:1", "token:2"))

    async def visit_all():
        async with contextlib.AsyncExitStack() as open_ones:
            for topic in ("a", "b", "c"):
                page = Visit(sign_ticket(f"charge:{topic}", **mine))
                await open_ones.enter_async_context(page)
                await page.wait_for(b"hello")
            refused = await visit(sign_ticket("charge:d", **mine))
            page = Visit(sign_ticket("charge:a", **other))
            await open_ones.enter_async_context(page)
            await page.wait_for(b"hello")
        page = Visit(sign_ticket("charge:d", **mine))
        async with page:
            await page.wait_for(b"hello")
        return refused

    refused = run(visit_all())

    assert refused["status"] == 429
    assert (b"retry-after", b"30") in refused["headers"]


def test_a_topic_has_so_many_streams_whoever_asks(monkeypatch):
    monkeypatch.setattr(streams, "hub", Hub())
    monkeypatch.setattr(streams, "STREAMS_A_TOPIC_MAX", 1)

    async def visit_two():
        async with Visit(sign_ticket("store:a", "terminal:a")) as first:
            await first.wait_for(b"hello")
            return await visit(sign_ticket("store:a", "terminal:b"))

    assert run(visit_two())["status"] == 429


def test_a_page_is_greeted_at_once(monkeypatch):
    monkeypatch.setattr(streams, "hub", Hub())

    async def visit_one():
        async with Visit(sign_ticket("charge:a")) as visit:
            await visit.wait_for(b"hello")
        return visit

    # Nothing is known yet of what was told before.
    assert run(visit_one()).body.startswith(b"retry: 1000\n" + write_hello("charge:a", 0))


def test_a_page_is_told_again_what_was_told_while_it_was_under_way(monkeypatch):
    monkeypatch.setattr(streams, "hub", Hub())

    async def visit_late():
        async with Visit(sign_ticket("charge:other")) as other:
            await other.wait_for(b"changed")
            while not streams.hub.memory.known_ms:
                await asyncio.sleep(0)
            other.body = b""
            await asyncio.to_thread(tell, "charge:ch_1=3", "account:2")
            await asyncio.to_thread(tell, "charge:other")
            await other.wait_for(b"changed")
            async with Visit(sign_ticket("account:2")) as late:
                await late.wait_for(b"changed")
            return late.body.decode().split("\n")

    _, hello, known, _, changed, told, *_ = run(visit_late())

    assert (hello, changed) == ("event: hello", "event: changed")
    known_ms = json.loads(known.removeprefix("data: "))["known_ms"]
    again = json.loads(told.removeprefix("data: "))
    assert 0 <= again.pop("age_ms", 0) <= known_ms
    assert again == {"id": "2", "subject": "ch_1", "version": 3}


def test_what_is_old_is_forgotten(monkeypatch):
    memory = Memory()
    memory.note("charge:a", UNNAMED)
    monkeypatch.setattr(streams, "_MEMORY_S", 0)

    memory.note("charge:b", UNNAMED)

    kept = [change for change, _ in memory.recall("charge:b")]
    assert (memory.recall("charge:a"), kept) == ([], [UNNAMED])


def test_pages_wait_while_the_relay_is_away(monkeypatch, settings, caplog):
    monkeypatch.setattr(streams, "hub", Hub())
    monkeypatch.setattr(streams, "_RETRY_S", 0.001)
    caplog.set_level(logging.WARNING)
    back, settings.REDIS_URL = settings.REDIS_URL, "unix:///nonexistent"

    async def visit_one():
        async with Visit(sign_ticket("charge:a")) as visit:
            await visit.wait_for(b"hello")
            while "The relay is away" not in caplog.text:
                await asyncio.sleep(0)
            assert streams.hub.memory.known_ms == 0
            settings.REDIS_URL = back
            await visit.wait_for(b"changed")

    run(visit_one())


def test_only_requests_are_answered():
    page = Visit("")

    run(application({"type": "lifespan"}, page.receive, page.send))

    assert (page.asked, page.start, page.body) == (False, {}, b"")
