"""A thousand open pages while sales are made: how soon each is told, and what each takes.

    python bench/streams.py            fifty sales a second for half a minute
    python bench/streams.py --quick    for ten seconds, for trying; nothing is kept
    python bench/streams.py --json     one JSON object

bench/README.md tells what is measured. Uses .tessera/bench, answers on loopback only.
"""

import itertools
import multiprocessing
import re
import selectors
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from checkout import NO_PIN, find_port, make_shops  # noqa: E402  the path comes first
from cpu import read_cpu, read_memory  # noqa: E402
from figures import Figures, Row, Run, Sample, collect_figures  # noqa: E402
from load import Connection, Unexpected, run_scripts  # noqa: E402
from rounds import FOLDER, forget_last, run_benchmark, say  # noqa: E402
from sales import Shopping, check_out, open_shopping  # noqa: E402

from servers.stack import Stack  # noqa: E402

_STREAMS = 1000
# A device may have sixteen; the shops of the benchmark have 256 phones.
_PHONES = 250
_SALES_A_SECOND = 50
_CLIENTS = 10
_ONE_EVERY_S = 0.05
_ALL_EVERY_S = 1.0
_LATE_MAX_S = 2.0
_SETTLE_S = 3.0
_CHANNEL = "tessera:pages"
# Versions that no charge reaches.
_FIRST_MARK = 1_000_000
_MARK = re.compile(rb'"version": (\d{7,})')
_ACCOUNTS = "SELECT account_id::text FROM wallet_wallet ORDER BY id LIMIT %s"
_NOTES = [
    "1,000 streams of 250 phones, through nginx, while 50 sales a second are made.",
    "one: from publishing a change of one phone's account to its event at each of its streams.",
    "all: the same in the second half, where each second a message tells all phones.",
    "memory: what the streams' process and nginx hold more than before, for each stream.",
    "sale: processor time of the streams' process for a sale, heartbeats included.",
]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long sales are made."""

    seconds: float


_FULL, _QUICK = Plan(seconds=30), Plan(seconds=8)


@dataclass(slots=True)
class Listener:
    """The open streams, and when each of our marks came by them."""

    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    heard: dict[int, list[float]] = field(default_factory=dict)
    is_over: bool = False

    def open(self, port: int, secret: str) -> Connection:
        """Open one stream, and listen to it."""
        stream = Connection(port, secret)
        stream.get("wallet/events")
        begun = b""
        while b"event: hello" not in begun:
            arrived = stream.socket.recv(4096)
            if not arrived or (begun and not begun.startswith(b"HTTP/1.1 200")):
                raise Unexpected(f"no stream: {begun[:300]!r}")
            begun += arrived
        self.selector.register(stream.socket, selectors.EVENT_READ)
        return stream

    def listen(self) -> None:
        """Note each mark when it comes, until it is over."""
        while not self.is_over:
            for key, _ in self.selector.select(timeout=0.2):
                arrived = key.fileobj.recv(65536)  # type: ignore[union-attr]  # all are sockets
                now = time.perf_counter()
                if not arrived:
                    raise Unexpected("a stream ended")
                for mark in _MARK.findall(arrived):
                    self.heard.setdefault(int(mark), []).append(now)


@dataclass(slots=True)
class Marks:
    """What was published when, of how many streams."""

    relay: redis.Redis
    accounts: list[str]
    sent: dict[int, tuple[str, float]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(_FIRST_MARK))

    def tell(self, kind: str, accounts: list[str]) -> None:
        """Publish a change of these accounts, as the application does."""
        number = next(self.numbers)
        first, *others = (f"account:{account}" for account in accounts)
        message = " ".join([f"{first}={number}", *others])
        self.sent[number] = kind, time.perf_counter()
        self.relay.publish(_CHANNEL, message)

    def tell_until(self, end: float) -> None:
        """Publish changes of one account after the other, and then of all each second."""
        turns = itertools.cycle(self.accounts)
        half = (time.monotonic() + end) / 2
        while time.monotonic() < half:
            self.tell("one", [next(turns)])
            time.sleep(_ONE_EVERY_S)
        while time.monotonic() < end:
            self.tell("all", self.accounts)
            time.sleep(_ALL_EVERY_S)

    def collect(self, kind: str, heard: dict[int, list[float]], *, streams: int) -> Sample:
        """Return how long the events of a kind took to each stream.

        Raises:
            Unexpected: a stream was not told, or told twice.
        """
        sample = Sample()
        for number, (what, sent_at) in self.sent.items():
            if what == kind:
                came = heard.get(number, [])
                if len(came) != streams:
                    raise Unexpected(f"{len(came)} of {streams} streams were told")
                sample.took_s += [at - sent_at for at in came]
        return sample


def measure(plan: Plan) -> Figures:
    """Open the streams, make sales beside, and measure.

    Raises:
        FolderInUse: another benchmark runs.
        ProcessFailed: a process did not come up, or the books do not hold.
        Unexpected: a request was not answered as it must be, or a stream not told.
    """
    forget_last()
    say("Starting the stack")
    with Stack(FOLDER, port=find_port(), environment=NO_PIN) as stack:
        secrets = make_shops(stack)
        with psycopg.connect(stack.servers.database_url(stack.database)) as connection:
            accounts = [row[0] for row in connection.execute(_ACCOUNTS, [_PHONES])]
        listener = Listener()
        before = read_memory(stack.state.path, ("streams", "nginx"))
        say(f"Opening {_STREAMS:,} streams")
        streams = [
            listener.open(stack.port, secrets["wallets"][number % _PHONES])
            for number in range(_STREAMS)
        ]
        listening = threading.Thread(target=listener.listen)
        listening.start()
        marks = Marks(redis.Redis.from_url(stack.env["REDIS_URL"]), accounts)
        with selling(stack, secrets, seconds=plan.seconds) as until:
            cpu_before = read_cpu(stack.state.path, stack.processes)
            marks.tell_until(until)
            cpu_after = read_cpu(stack.state.path, stack.processes)
        time.sleep(_SETTLE_S)
        after = read_memory(stack.state.path, ("streams", "nginx"))
        listener.is_over = True
        listening.join()
        stack.manage("check_books")
        for stream in streams:
            stream.close()
    rows = [
        draw(f"streams_{kind}", marks.collect(kind, listener.heard, streams=count))
        for kind, count in (("one", _STREAMS // _PHONES), ("all", _STREAMS))
    ]
    rows += [
        Row(f"memory_{name}", "KiB", [Run((after[name] - before[name]) / _STREAMS)])
        for name in ("streams", "nginx")
    ]
    spent_ms = 1000 * (cpu_after["streams"] - cpu_before["streams"])
    rows.append(Row("streams_cpu_sale", "ms", [Run(spent_ms / plan.seconds / _SALES_A_SECOND)]))
    return collect_figures(rows, reference={}, notes=_NOTES)


def draw(name: str, sample: Sample) -> Row:
    """Return a row of the median, with the percentiles."""
    p50_ms, p99_ms = sample.find_percentile(50), sample.find_percentile(99)
    return Row(name, "ms", [Run(p50_ms, p50_ms=p50_ms, p99_ms=p99_ms)])


@contextmanager
def selling(stack: Stack, secrets: dict[str, list[str]], *, seconds: float) -> Iterator[float]:
    """Make sales at their pace in another process; gives the moment at which they end.

    Raises:
        Unexpected: a sale failed, or they could not keep the pace.
    """
    until = time.monotonic() + seconds
    facts = (stack.port, secrets, until)
    process = multiprocessing.get_context("fork").Process(target=sell, args=facts)
    process.start()
    yield until
    process.join()
    if process.exitcode:
        raise Unexpected("the sales were not made as they must be")


def sell(port: int, secrets: dict[str, list[str]], until: float) -> None:
    """Begin a sale every fiftieth of a second, by clients that take turns."""
    clients = open_shopping(port, secrets, clients=_CLIENTS)
    began = time.monotonic()
    with ThreadPoolExecutor(_CLIENTS) as threads:
        turns = [
            threads.submit(take_turns, client, first, began=began, until=until)
            for first, client in enumerate(clients)
        ]
    for each in turns:
        each.result()


def take_turns(client: Shopping, first: int, *, began: float, until: float) -> None:
    """Sell at every so manyth turn, from the first.

    Raises:
        Unexpected: a request was not answered as it must be, or so late that the pace is lost.
    """
    for turn in itertools.count(first, _CLIENTS):
        at = began + turn / _SALES_A_SECOND
        if at >= until:
            return
        time.sleep(max(0.0, at - time.monotonic()))
        run_scripts([check_out(client, Sample(), until=count_one())])
        if time.monotonic() > at + _LATE_MAX_S:
            raise Unexpected("sales take longer than their pace allows")


def count_one() -> Callable[[], bool]:
    """Return what lets one sale be made."""
    answers = iter([False, True])
    return lambda: next(answers)


if __name__ == "__main__":
    sys.exit(run_benchmark("streams", measure, full=_FULL, quick=_QUICK))
