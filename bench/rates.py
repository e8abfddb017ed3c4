"""The rounds of the ledger's benchmark; bench/README.md explains each row."""

import gc
import json
import os
import statistics
import time
from dataclasses import dataclass, field

import django
from bare_sql import BareSql
from cpu import read_cpu
from figures import Figures, Row, Run, Sample, collect_figures, merge_samples
from growth import clone, grow, make_smallest
from payers import Load, post_batched, post_by_cursor, run_payers
from prepared import run_prepared
from reference import Reference
from rounds import FOLDER, count_rounds, forget_last, run_script, say

from servers.embedded import Servers, run_servers

_SMALLEST = "rows_10k"
# A copy of the smallest, made anew for each round, so that all rounds measure the same.
_FRESH = "fresh"
_PROOFS = "invariants"
_BATCHES = ((10, 8), (100, 8), (1000, 8), (8190, 1))
_CROWDS = {"t8": (1, 8), "t32": (1, 32), "t128": (1, 128), "2x8": (2, 8)}
_NOTES = [
    "single, batch: ledger/posting.py by Django's cursor, wN = N processes of one thread.",
    "single_prepared: N connections of one process by psycopg.pq, statements prepared.",
    "sql: the same functions called by pgbench, without Python.",
    "direct, microbatch: N threads in one process, and two processes of eight threads.",
    "x TPC-B: over pgbench's TPC-B, 8 clients, scale 16, in the same round.",
    "x SQL: over pgbench's row of the same function and as many clients. All are medians.",
]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how often, and how large the larger databases are."""

    rounds: int
    total_max_s: float
    tpcb_s: int
    each_s: int
    sizes: dict[str, int]


FULL = Plan(
    rounds=5,
    total_max_s=690,
    tpcb_s=5,
    each_s=3,
    sizes={"1m": 1_000_000, "10m": 10_000_000},
)
QUICK = Plan(rounds=1, total_max_s=60, tpcb_s=2, each_s=1, sizes={"100k": 100_000})


@dataclass(slots=True)
class Rates:
    """The server, and the measurements so far."""

    servers: Servers
    plan: Plan
    tpcb: list[float] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)

    def run_round(self) -> None:
        """Measure everything once."""
        clone(self.servers, _FRESH, source=_SMALLEST)
        say("  tpcb_c8 ", end="")
        self.tpcb.append(Reference(self.servers).measure(self.plan.tpcb_s))
        say(f"{self.tpcb[-1]:.0f}/s")
        self.measure_singles()
        self.measure_batches()
        self.measure_hot()
        self.measure_growth()
        self.measure_microbatches()

    def measure_singles(self) -> None:
        """Measure transfers posted one by one, by many workers."""
        self._measure_sql("sql_single_w8", BareSql(_FRESH, clients=8))
        cursor = Load(post_by_cursor, processes=8)
        self._measure_payers("single_cursor_w8", cursor, sql="sql_single_w8")
        self._measure_sql("sql_single_w32", BareSql(_FRESH))
        prepared = Load(post_by_cursor, processes=1, threads=32)
        self._measure_prepared("single_prepared_w32", prepared, sql="sql_single_w32")

    def measure_batches(self) -> None:
        """Measure batches of several sizes; the largest alone, or they wait for each other."""
        for size, workers in _BATCHES:
            name = f"batch{size}_w{workers}"
            self._measure_sql(f"sql_{name}", BareSql(_FRESH, clients=workers, size=size))
            load = Load(post_by_cursor, processes=workers, size=size)
            self._measure_payers(name, load, sql=f"sql_{name}")

    def measure_hot(self) -> None:
        """Measure payments to one store against payments to ten."""
        spread, hot = self._take_turns([BareSql(_FRESH), BareSql(_FRESH, stores=1)])
        self._keep_share("hot_over_spread_w32", hot, spread)

    def measure_growth(self) -> None:
        """Measure payments where there are few transfers against where there are many."""
        databases = [_FRESH, *(f"rows_{size}" for size in self.plan.sizes)]
        few, *many = self._take_turns([BareSql(name) for name in databases])
        for name, sample in zip(databases[1:], many, strict=True):
            self._keep_share(f"{name}_over_10k", sample, few)
        for name, sample in zip(["rows_10k", *databases[1:]], [few, *many], strict=True):
            self._keep(f"wal_{name}", Run(sample.wal_bytes / sample.count), unit="B")

    def measure_microbatches(self) -> None:
        """Measure threads that post each for itself against threads that share."""
        for crowd, (processes, threads) in _CROWDS.items():
            for name, post in (("direct", post_by_cursor), ("microbatch", post_batched)):
                load = Load(post, processes=processes, threads=threads)
                self._measure_payers(f"{name}_{crowd}", load)

    def measure_upkeep(self) -> None:
        """Measure what is done in the background, on the larger databases."""
        smaller, larger = next(iter(self.plan.sizes)), next(reversed(self.plan.sizes))
        for what, size in (("checkpoints", larger), ("seals", smaller)):
            for name, took_ms in self._run_upkeep(what, f"rows_{size}").items():
                row = self.rows.setdefault(f"{name}_{size}", Row(f"{name}_{size}", "ms"))
                row.runs += [Run(each, p50_ms=each) for each in took_ms]
                say(f"  {row.name} {statistics.median(took_ms):.2f} ms")

    def _run_upkeep(self, what: str, database: str) -> dict[str, list[float]]:
        text = run_script("upkeep.py", what, url=self.servers.database_url(database))
        took_ms: dict[str, list[float]] = json.loads(text)
        return took_ms

    def _take_turns(self, scripts: list[BareSql]) -> list[Sample]:
        # There and back, so that neither gains from being first; the first turn only warms.
        turns = [*scripts, *scripts, *reversed(scripts)]
        runs = [script.measure(self.servers, seconds=self.plan.each_s) for script in turns]
        measured = list(zip(turns, runs, strict=True))[len(scripts) :]
        return [
            merge_samples([run for script, run in measured if script == mine])
            for mine in scripts
        ]

    def _measure_sql(self, name: str, script: BareSql) -> None:
        say(f"  {name} ", end="")
        before = self._read_cpu()
        sample = script.measure(self.servers, seconds=self.plan.each_s)
        sample.cpu_s = {each: spent - before[each] for each, spent in self._read_cpu().items()}
        self._keep_sample(name, sample)

    def _measure_prepared(self, name: str, load: Load, *, sql: str) -> None:
        say(f"  {name} ", end="")
        url = self.servers.database_url(_FRESH)
        sample = run_prepared(url, load, seconds=self.plan.each_s, read_cpu=self._read_cpu)
        self._keep_sample(name, sample, sql=sql)

    def _measure_payers(self, name: str, load: Load, *, sql: str = "") -> None:
        say(f"  {name} ", end="")
        sample = run_payers(load, seconds=self.plan.each_s, read_cpu=self._read_cpu)
        self._keep_sample(name, sample, sql=sql)

    def _keep_sample(self, name: str, sample: Sample, *, sql: str = "") -> None:
        over_sql = sample.rate / self.rows[sql].runs[-1].value if sql else None
        run = Run(
            sample.rate,
            ratio=sample.rate / self.tpcb[-1],
            p50_ms=sample.find_percentile(50),
            p99_ms=sample.find_percentile(99),
            cpu_ms={
                each: 1000 * spent_s / sample.count for each, spent_s in sample.cpu_s.items()
            },
            over_sql=over_sql,
        )
        self._keep(name, run, unit="/s")
        say(f"{sample.rate:.0f}/s, p99 {run.p99_ms:.1f} ms")

    def _keep_share(self, name: str, mine: Sample, others: Sample) -> None:
        share = mine.rate / others.rate
        p50_ms, p99_ms = mine.find_percentile(50), mine.find_percentile(99)
        self._keep(name, Run(share, p50_ms=p50_ms, p99_ms=p99_ms), unit="x")
        say(f"  {name} {share:.2f}: {mine.rate:.0f}/s over {others.rate:.0f}/s")

    def _keep(self, name: str, run: Run, *, unit: str) -> None:
        self.rows.setdefault(name, Row(name, unit)).runs.append(run)

    def _read_cpu(self) -> dict[str, float]:
        return read_cpu(self.servers.state.path, ["postgres"])


def measure(plan: Plan) -> Figures:
    """Start a server on empty tables, measure, and prove that the books still hold.

    Raises:
        FolderInUse: another benchmark runs.
        ProcessFailed: a server did not come up.
        Unexpected: a transfer was not posted as it must be, or the books do not hold.
    """
    began = time.monotonic()
    forget_last()
    say("Starting PostgreSQL and filling the databases")
    with run_servers(FOLDER) as servers:
        set_up_django(servers)
        fill_databases(servers, plan)
        say("Proving that the batcher gives everybody their own result")
        run_script("microbatch_proofs.py", url=servers.superuser_url(_PROOFS))
        rates = Rates(servers, plan)
        for _ in count_rounds(plan.rounds, began=began, total_max_s=plan.total_max_s):
            rates.run_round()
        say("Background work")
        rates.measure_upkeep()
        for database in (_FRESH, f"rows_{next(iter(plan.sizes))}"):
            run_script("ledger_books.py", url=servers.database_url(database))
        say(f"The books hold. {time.monotonic() - began:.0f} s in all.")
    forget_last()
    return collect_figures(
        list(rates.rows.values()), reference={"tpcb_c8": rates.tpcb}, notes=_NOTES
    )


def set_up_django(servers: Servers) -> None:
    """Set up Django here and for the processes forked later; opens no connection."""
    os.environ |= servers.state.load_secrets() | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": servers.database_url(_FRESH),
        "REDIS_URL": servers.redis_url,
        "CELERY_BROKER_URL": servers.broker_url,
    }
    django.setup()
    # Otherwise the collector touches, and so copies, memory shared with forked processes.
    gc.freeze()


def fill_databases(servers: Servers, plan: Plan) -> None:
    """Make the smallest database, the larger ones from it, and the yardstick's."""
    Reference(servers).prepare()
    make_smallest(servers, _SMALLEST)
    clone(servers, _PROOFS, source=_SMALLEST)
    for size, transfers in plan.sizes.items():
        say(f"  {transfers:,} transfers")
        clone(servers, f"rows_{size}", source=_SMALLEST)
        grow(servers, f"rows_{size}", transfers=transfers)
    Reference(servers).measure(plan.tpcb_s)
