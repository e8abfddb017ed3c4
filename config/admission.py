"""Who comes first when more is asked than can be answered, and who is asked to come back.

A few requests are in work at once, as many as suit the processor. The others wait in their
threads, by rank: sales that have begun, then new charges, then pages. What finds its queue full
is refused at once, before its body is read: it has moved nothing, and is asked again with its
key. Each process decides for itself; the front door (`servers/nginx.py`) ranks alike and
refuses most of what is too much before it comes here.
"""

import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from django.template.loader import render_to_string

from api.problems import describe_problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
# Longer only what hangs keeps the places, and nobody is helped by waiting.
PATIENCE_S = 2.0
# So often those that wait look whether they may begin although nobody has left.
_LOOK_S = 0.25
# While so many sales wait, or twice the places, and for a moment after, new charges keep to the
# pace of sales: three requests of sales that were answered let in one charge, and pages wait
# for their turn. Without that a rush comes in waves: everybody gets a code while nobody has
# scanned yet, and then all confirm at once.
_PRESSED_FROM, PRESSED_S = 16, 2.0
_COST, _CREDIT_MAX = 3, 24
_DETAIL = (
    "More is asked than can be answered at this moment. Nothing was changed;"
    " try again with the same key."
)
_PAGE_HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
]


class Rank(IntEnum):
    """What goes first: the lower number."""

    SALE = 0
    CHARGE = 1
    PAGE = 2


# After how many seconds to come back: who stands at a till sooner than who opens a page.
RETRY_AFTER_S = {Rank.SALE: 1, Rank.CHARGE: 3, Rank.PAGE: 5}
_NEW_CHARGE = ("POST", "/api/v1/charges")
_REFUND = re.compile(r"/api/v1/charges/[^/]+/refunds")
# Of a charge on a screen: its state, its pictures and news, what is done with it, and the
# phone's page of it.
_SALE = re.compile(r"/api/v1/(charges/|wallet/(claims|payments|scans|events)\b)|/[pP]/")
# What supervision asks must be true whatever waits.
_ALWAYS = {"/livez", "/readyz"}
# In which order queues are looked at when a place is free. A flood of the first rank leaves one
# turn in eight to new charges, and one in 64 to pages, which work ten times as long. A sale is
# one request of the second rank and three of the first, so that this holds up nothing begun.
_USUAL = (Rank.SALE, Rank.CHARGE, Rank.PAGE)
_CHARGES_FIRST = (Rank.CHARGE, Rank.SALE, Rank.PAGE)
_PAGES_FIRST = (Rank.PAGE, Rank.SALE, Rank.CHARGE)
_TURNS = 64
_ORDERS = [_USUAL] * _TURNS
_ORDERS[::8] = [_CHARGES_FIRST] * (_TURNS // 8)
_PAGES_TURN = 60
_ORDERS[_PAGES_TURN] = _PAGES_FIRST


class Bounds(NamedTuple):
    """How many requests of a process are in work at once, and how many of a rank may wait."""

    working: int
    sales_waiting: int
    charges_waiting: int
    pages_waiting: int


def find_rank(method: str, path: str) -> Rank | None:
    """Return a request's rank; None for one that is always answered."""
    if (method, path) == _NEW_CHARGE:
        return Rank.CHARGE
    if _SALE.match(path):
        return Rank.CHARGE if _REFUND.fullmatch(path) else Rank.SALE
    return None if path in _ALWAYS else Rank.PAGE


class WaitingRoom:
    """The places at work and the queues before them.

    Pages take half of the places at most, pages and new charges together all but an eighth:
    however long they work, a sale finds a place.
    """

    def __init__(
        self,
        bounds: Bounds,
        *,
        patience_s: float = PATIENCE_S,
        pressed_s: float = PRESSED_S,
        pressed_from: int = 0,
    ) -> None:
        places = bounds.working
        # The most of this rank and of those behind it.
        self._most = (places, max(1, places * 7 // 8), max(1, places // 2))
        # Likewise: how many of this rank and of those behind it are in work.
        self._working = [0, 0, 0]
        self._queues: tuple[deque[threading.Lock], ...] = (deque(), deque(), deque())
        self._waiting_most = bounds[1:]
        self._patience_s, self._pressed_s = patience_s, pressed_s
        self._turn = 0
        self._credit, self._pressed_until = 0, 0.0
        self._pressed_from = pressed_from or max(_PRESSED_FROM, 2 * places)
        self._lock = threading.Lock()

    def enter(self, rank: Rank) -> bool:
        """Take a place, after a wait if need be; False: there is none soon."""
        with self._lock:
            if self._has_room(rank):
                self._take_place(rank)
                return True
            queue = self._queues[rank]
            if len(queue) >= self._waiting_most[rank]:
                return False
            call = threading.Lock()
            call.acquire()
            queue.append(call)
            if len(self._queues[Rank.SALE]) >= self._pressed_from:
                self._pressed_until = time.monotonic() + self._pressed_s
        return self._wait(call, queue)

    def leave(self, rank: Rank) -> None:
        """Leave the place to whoever is next."""
        with self._lock:
            for each in range(rank + 1):
                self._working[each] -= 1
            if rank is Rank.SALE and self._credit < _CREDIT_MAX:
                self._credit += 1
            self._turn = (self._turn + 1) % _TURNS
            self._call_next()

    def count_waiting(self, rank: Rank) -> int:
        """Return how many of the rank wait at this moment."""
        return len(self._queues[rank])

    def _wait(self, call: threading.Lock, queue: deque[threading.Lock]) -> bool:
        leaves_at = time.monotonic() + self._patience_s
        while not call.acquire(timeout=min(_LOOK_S, self._patience_s)):
            with self._lock:
                self._call_next()
                # Called just now, or in the moment in which patience ended.
                if call not in queue:
                    return True
                if time.monotonic() >= leaves_at:
                    queue.remove(call)
                    return False
        return True

    def _call_next(self) -> None:
        while (rank := self._find_next()) is not None:
            self._take_place(rank)
            self._queues[rank].popleft().release()

    def _find_next(self) -> Rank | None:
        for rank in _ORDERS[self._turn]:
            if self._queues[rank] and self._has_room(rank):
                return rank
        return None

    def _has_room(self, rank: Rank) -> bool:
        working, most = self._working, self._most
        for each in range(rank + 1):
            if working[each] >= most[each]:
                return False
        if rank is Rank.SALE or time.monotonic() >= self._pressed_until:
            return True
        if rank is Rank.CHARGE:
            return self._credit >= _COST
        return self._turn == _PAGES_TURN and not working[Rank.PAGE]

    def _take_place(self, rank: Rank) -> None:
        for each in range(rank + 1):
            self._working[each] += 1
        if rank is Rank.CHARGE:
            self._credit = max(0, self._credit - _COST)


class Admission:
    """Lets requests in by rank, and refuses what cannot be answered soon."""

    def __init__(self, application: "WSGIApplication", *, bounds: Bounds) -> None:
        self._application = application
        self._room = WaitingRoom(bounds)
        self._problem = json.dumps(describe_problem(503, "overloaded", _DETAIL)).encode()
        self._page = b""

    def __call__(self, environ: Environ, start_response: "StartResponse") -> Iterable[bytes]:
        """Answer, perhaps after a wait, or refuse at once.

        A streamed answer gives its place back before its body is sent.
        """
        rank = find_rank(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if rank is None:
            return self._application(environ, start_response)
        if not self._room.enter(rank):
            return self._refuse(rank, environ, start_response)
        try:
            return self._application(environ, start_response)
        finally:
            self._room.leave(rank)

    def _refuse(
        self, rank: Rank, environ: Environ, start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/api/"):
            content, headers = self._problem, [("Content-Type", "application/problem+json")]
        else:
            content, headers = self._draw_page(), _PAGE_HEADERS
            if environ["REQUEST_METHOD"] == "GET":
                headers = [*headers, ("Refresh", str(RETRY_AFTER_S[rank]))]
        start_response(
            "503 Service Unavailable",
            [
                *headers,
                ("Retry-After", str(RETRY_AFTER_S[rank])),
                ("Cache-Control", "no-store"),
                ("Content-Length", str(len(content))),
            ],
        )
        return [content]

    def _draw_page(self) -> bytes:
        # Drawn once: a refusal has to cost next to nothing.
        if not self._page:
            self._page = render_to_string("overloaded.html").encode()
        return self._page
