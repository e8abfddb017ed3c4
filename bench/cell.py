"""One shard with its share of the web, simulated request by request."""

import heapq
import itertools
import math
import random
from dataclasses import dataclass
from typing import NamedTuple

from figures import Sample

# The requests of a checkout, in their order; the second is the claim.
_CREATE, _CONFIRM, _LOOK = 0, 2, 3


class Costs(NamedTuple):
    """Processor milliseconds of one checkout, and of its confirmation where that counts."""

    web_ms: float
    web_confirm_ms: float
    postgres_ms: float
    postgres_confirm_ms: float
    nginx_ms: float
    valkey_ms: float
    worker_ms: float
    streams_ms: float

    @property
    def others_ms(self) -> float:
        """Return what is neither web nor PostgreSQL."""
        return self.nginx_ms + self.valkey_ms + self.worker_ms + self.streams_ms


@dataclass(frozen=True, slots=True)
class Model:
    """What is assumed, not measured."""

    cores_a_shard: int = 16
    # So much of their cores is used when a size is chosen; at most, where a limit is named.
    used: float = 0.6
    full: float = 0.85
    # A payment that touches two shards, over one that touches one.
    two_shards_cost: float = 2.0
    flush_ms: float = 1.0
    between_machines_ms: float = 0.5
    log_kb: float = 10.0
    log_mb_a_s: float = 500.0
    hints: int = 4
    hint_us: float = 50.0
    hot_merchant_share: float = 0.05
    closing_h: int = 1
    line_us: float = 30.0
    seconds: float = 5.0
    seed: int = 20171111

    def describe(self) -> list[str]:
        """Return the assumptions as sentences."""
        touched = "(n - 1) / n of the confirmations touch two, cost PostgreSQL"
        return [
            (
                f"machines of {self.cores_a_shard} cores for PostgreSQL, each core as quick as"
                f" those of the measurement, {self.used:.0%} used;"
            ),
            (
                "checkouts arrive by chance (Poisson), each part of a request takes a time that"
                " varies as much as its mean (exponential), and waits in the order of arrival;"
            ),
            (
                f"the wallet lies in any shard, the charge in any: with n shards, {touched}"
                f" {self.two_shards_cost:.0f} times as much and are flushed twice;"
            ),
            (
                f"a flush to disk takes {self.flush_ms:.0f} ms and takes along all that wait"
                " for one; from machine to machine and back takes"
                f" {self.between_machines_ms} ms;"
            ),
            (
                f"a checkout writes {self.log_kb:.0f} kB of log, a disk takes"
                f" {self.log_mb_a_s:.0f} MB a second;"
            ),
            (
                f"a checkout is told by {self.hints} hints, each {self.hint_us:.0f} us for"
                " every streams process, whether somebody listens there or not;"
            ),
            (
                f"settling a line takes {self.line_us:.0f} us; the largest merchant has"
                f" {self.hot_merchant_share:.0%} of all sales; where a limit is named, a part"
                f" is {self.full:.0%} used."
            ),
        ]

    def count_cores(self, ms_a_second: float) -> int:
        """Return the cores for so much work a second."""
        return math.ceil(ms_a_second / 1000 / self.used)

    def count_shards(self, costs: Costs, rate: float) -> int:
        """Return the least number of shards for a rate."""
        shards = 1
        while self.find_postgres_ms(costs, shards) * rate > self._find_room_ms(shards):
            # The share of two-shard payments hardly changes from here on.
            needed = self.find_postgres_ms(costs, shards) * rate / self._find_room_ms(1)
            shards = max(shards + 1, math.floor(needed))
        return shards

    def find_postgres_ms(self, costs: Costs, shards: int) -> float:
        """Return PostgreSQL's work for a checkout, with that on two shards."""
        more = (self.two_shards_cost - 1) * (shards - 1) / shards
        return costs.postgres_ms + more * costs.postgres_confirm_ms

    def _find_room_ms(self, shards: int) -> float:
        return 1000 * self.used * self.cores_a_shard * shards


class Cell(NamedTuple):
    """A shard, its web cores, and the checkouts a second that begin there."""

    rate: float
    web_cores: int
    postgres_cores: int
    is_alone: bool


class Took(NamedTuple):
    """How long confirmations took."""

    p50_ms: float
    p99_ms: float


class Station:
    """Servers with one queue, visited in the order of time."""

    def __init__(self, servers: int) -> None:
        self._free_at = [0.0] * servers

    def visit(self, at: float, works: float) -> float:
        """Return when work that comes at this time is done."""
        done = max(at, self._free_at[0]) + works
        heapq.heapreplace(self._free_at, done)
        return done


class Disk:
    """Flushes, each of which takes along all that wait for one."""

    def __init__(self, flush: float) -> None:
        self._flush = flush
        self._ends = 0.0
        self._is_next_asked = False

    def commit(self, at: float) -> float:
        """Return when what is written at this time is on the disk."""
        if self._is_next_asked and at >= self._ends:
            self._ends += self._flush
            self._is_next_asked = False
        if at >= self._ends:
            self._ends = at + self._flush
            return self._ends
        self._is_next_asked = True
        return self._ends + self._flush


class _Visit(NamedTuple):
    """A part of a request: where, and how long it works there."""

    place: str
    works: float


class Simulation:
    """Some seconds of a cell; all cells are alike, so that one stands for all.

    A checkout is its requests one after the other, each through the web, PostgreSQL and, where
    it writes, the disk. What a confirmation does in another shard is done in this one: as much
    comes in as goes out.
    """

    def __init__(self, cell: Cell, costs: Costs, model: Model) -> None:
        self._cell, self._costs, self._model = cell, costs, model
        self._chance = random.Random(model.seed)
        self._web, self._postgres = Station(cell.web_cores), Station(cell.postgres_cores)
        self._disk = Disk(model.flush_ms / 1000)
        self._events: list[tuple[float, int, int, float, list[_Visit]]] = []

    def run(self) -> Took:
        """Return how long confirmations took."""
        self._draw_arrivals()
        confirms = []
        while self._events:
            now, number, request, began, visits = heapq.heappop(self._events)
            if visits:
                done = self._make(visits[0], now)
                heapq.heappush(self._events, (done, number, request, began, visits[1:]))
                continue
            if request == _CONFIRM:
                confirms.append(now - began)
            if request < _LOOK:
                following = (now, number, request + 1, now, self._plan(request + 1))
                heapq.heappush(self._events, following)
        sample = Sample(confirms)
        return Took(sample.find_percentile(50), sample.find_percentile(99))

    def _draw_arrivals(self) -> None:
        at, numbers = 0.0, itertools.count()
        while (at := at + self._chance.expovariate(self._cell.rate)) < self._model.seconds:
            first = self._plan(_CREATE)
            heapq.heappush(self._events, (at, next(numbers), _CREATE, at, first))

    def _plan(self, request: int) -> list[_Visit]:
        costs, model = self._costs, self._model
        if request != _CONFIRM:
            web_ms = (costs.web_ms - costs.web_confirm_ms) / 3
            postgres_ms = (costs.postgres_ms - costs.postgres_confirm_ms) / 3
            flush = [] if request == _LOOK else [_Visit("disk", 0)]
            return [self._draw("web", web_ms), self._draw("postgres", postgres_ms), *flush]
        visits = [
            self._draw("web", costs.web_confirm_ms),
            self._draw("postgres", costs.postgres_confirm_ms),
            _Visit("disk", 0),
        ]
        if not self._cell.is_alone:
            more_ms = costs.postgres_confirm_ms * (model.two_shards_cost - 1)
            way = _Visit("way", model.between_machines_ms / 1000)
            visits += [way, self._draw("postgres", more_ms), _Visit("disk", 0)]
        return visits

    def _draw(self, place: str, ms: float) -> _Visit:
        return _Visit(place, self._chance.expovariate(1000 / ms))

    def _make(self, visit: _Visit, now: float) -> float:
        if visit.place == "web":
            return self._web.visit(now, visit.works)
        if visit.place == "postgres":
            return self._postgres.visit(now, visit.works)
        return self._disk.commit(now) if visit.place == "disk" else now + visit.works
