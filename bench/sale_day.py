"""A customer of a sale day: their checkout, and what becomes of it when there are too many.

A request that is refused for want of room is sent again with its key, as till and phone do:
after a pause that doubles, and not before the seconds of `Retry-After`. Whoever has waited too
long goes away.
"""

import itertools
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from load import Unexpected
from open_loop import Answer, Ask, HangUp, Hear, Line, Listen, Script, Step, Until

# For so long a sale is tried to begin, and then to be brought to its end.
BEGINS_WITHIN_S, ENDS_WITHIN_S = 10.0, 60.0
# Between the code and its scan, and between the phone's question and the yes.
SCAN_S, READ_S = (0.5, 1.5), (0.3, 1.0)
# Of so many sales one is watched by a stream, the others by asking; and so many streams at once
# are one till's at most, because a till has no more.
WATCHED_EACH = 4
_STREAMS_EACH_MAX = 12
_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.5, 8.0
_TOLD_OF_PAYMENT = 3
_LOOKS_MAX = 20


class GaveUp(Exception):
    """The customer has waited too long."""


class Acknowledged(NamedTuple):
    """A payment that a phone was told of."""

    charge: str
    payment: str
    amount_minor: int


@dataclass(slots=True)
class Tally:
    """What was seen of the checkouts that began in one step."""

    offered: int = 0
    completed_at: list[float] = field(default_factory=list)
    gave_up: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    took_s: dict[str, list[float]] = field(default_factory=dict)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    keys: int = 0

    def note(self, what: str, seconds: float) -> None:
        """Write down how long something took."""
        self.took_s.setdefault(what, []).append(seconds)


class Town:
    """The tills and phones that customers of all steps take turns at."""

    def __init__(self, port: int, secrets: dict[str, list[str]]) -> None:
        self._host = f"127.0.0.1:{port}"
        self._tills = itertools.cycle(secrets["tills"])
        self._phones = itertools.cycle(secrets["wallets"])
        self._numbers = itertools.count()
        self._streams: Counter[str] = Counter()

    def check_out(self, tally: Tally, *, at: float, is_in_haste: bool = False) -> Script:
        """Make one checkout that should begin at this time; in haste nobody thinks."""
        tally.offered += 1
        scan_s, read_s = (0.0, 0.0) if is_in_haste else (draw(SCAN_S), draw(READ_S))
        till = next(self._tills)
        stream: Line | None = None
        try:
            charge = yield from self._create(tally, till, at)
            if self._may_watch(till):
                stream = yield from self._watch(tally, till, charge)
            due = time.perf_counter() + scan_s
            confirm_at = yield from self._pay(tally, charge, due=due, read_s=read_s)
            if stream is not None:
                yield from _hear_of_payment(stream)
                tally.note("told", time.perf_counter() - confirm_at)
            yield from self._look(tally, till, charge["id"])
            now = time.perf_counter()
            tally.completed_at.append(now)
            tally.note("checkout", now - at - scan_s - read_s)
        except GaveUp as end:
            tally.gave_up[str(end)] += 1
        if stream is not None:
            self._streams[till] -= 1
            yield HangUp(stream)

    def _create(
        self, tally: Tally, till: str, due: float
    ) -> Generator[Step, Any, dict[str, Any]]:
        amount = {"amount_minor": random.randint(100, 2500), "currency": "EUR"}
        body = {"amount": amount, "reference": "bench"}
        tally.keys += 1
        content = self._write_post("charges", till, body)
        charge = yield from self._insist(
            tally, "create", content, due=due, patience_s=BEGINS_WITHIN_S
        )
        tally.created.append(charge["id"])
        return charge

    def _pay(
        self, tally: Tally, charge: dict[str, Any], *, due: float, read_s: float
    ) -> Generator[Step, Any, float]:
        phone = next(self._phones)
        content = self._write_post("wallet/claims", phone, {"payload": charge["link"]})
        claim = yield from self._insist(tally, "claim", content, due=due)
        due = time.perf_counter() + read_s
        content = self._write_post("wallet/payments", phone, {"claim": claim["id"]})
        paid = yield from self._insist(tally, "confirm", content, due=due)
        tally.note("confirm with refusals", time.perf_counter() - due)
        amount_minor = charge["amount"]["amount_minor"]
        tally.acknowledged.append(Acknowledged(charge["id"], paid["id"], amount_minor))
        return due

    def _may_watch(self, till: str) -> bool:
        is_its_turn = next(self._numbers) % WATCHED_EACH == 0
        return is_its_turn and self._streams[till] < _STREAMS_EACH_MAX

    def _insist(
        self,
        tally: Tally,
        kind: str,
        content: bytes,
        *,
        due: float,
        patience_s: float = ENDS_WITHIN_S,
    ) -> Generator[Step, Any, dict[str, Any]]:
        answer = yield from _ask_until_answered(
            tally, kind, Ask(content), due=due, patience_s=patience_s
        )
        if answer.status == 409:
            # What the customer had was lost to others meanwhile, or to the clock.
            raise GaveUp(f"{kind} too late")
        if answer.status not in {200, 201}:
            raise Unexpected(f"{kind}: {answer.status} {answer.body[:500]!r}")
        read: dict[str, Any] = json.loads(answer.body)
        return read

    def _watch(
        self, tally: Tally, till: str, charge: dict[str, Any]
    ) -> Generator[Step, Any, Line]:
        self._streams[till] += 1
        content = self._write_get(f"charges/{charge['id']}/events", till)
        due = time.perf_counter()
        answer = yield from _ask_until_answered(
            tally, "watch", Listen(content), due=due, patience_s=ENDS_WITHIN_S
        )
        if answer.stream is None:
            raise Unexpected(f"no stream: {answer.status} {answer.body[:500]!r}")
        return answer.stream

    def _look(self, tally: Tally, till: str, charge_id: str) -> Generator[Step, Any, None]:
        content = self._write_get(f"charges/{charge_id}", till)
        for _ in range(_LOOKS_MAX):
            due = time.perf_counter()
            seen = yield from self._insist(tally, "look", content, due=due)
            if seen["status"] == "captured":
                return
        raise Unexpected(f"{charge_id} was confirmed and is not captured")

    def _write_get(self, path: str, secret: str) -> bytes:
        return f"GET /api/v1/{path} {self._write_head(secret)}\r\n".encode()

    def _write_post(self, path: str, secret: str, body: object) -> bytes:
        content = json.dumps(body)
        return (
            f"POST /api/v1/{path} {self._write_head(secret)}Idempotency-Key: {uuid.uuid4()}\r\n"
            "Content-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n{content}"
        ).encode()

    def _write_head(self, secret: str) -> str:
        return (
            f"HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {secret}\r\n"
            "Accept: application/json\r\n"
        )


def draw(bounds: tuple[float, float]) -> float:
    """Draw a time between two."""
    return random.uniform(*bounds)


def _ask_until_answered(
    tally: Tally, kind: str, step: Ask | Listen, *, due: float, patience_s: float
) -> Generator[Step, Any, Answer]:
    leaves_at = due + patience_s
    pause_s = _FIRST_PAUSE_S
    yield Until(due)
    while True:
        answer: Answer = yield step
        now = time.perf_counter()
        if answer.status < 500 and not answer.retry_after_s:
            tally.note(kind, now - due)
            return answer
        if answer.status not in {503, 409}:
            raise Unexpected(f"{kind}: {answer.status} {answer.body[:500]!r}")
        tally.refused[kind] += 1
        due = now + max(pause_s, answer.retry_after_s * (1 + random.random() / 2))
        pause_s = min(2 * pause_s, _LAST_PAUSE_S)
        if due > leaves_at:
            raise GaveUp(kind)
        yield Until(due)


def _hear_of_payment(stream: Line) -> Generator[Step, Any, None]:
    told: dict[str, Any] = {}
    while told.get("version", 0) < _TOLD_OF_PAYMENT:
        event: bytes = yield Hear(stream)
        told = json.loads(event)
