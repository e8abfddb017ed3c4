"""Whether the product's queries take longer with ten million charges than with ten thousand.

    python bench/hot_queries.py            ten million; about forty minutes, 30 GB of disk
    python bench/hot_queries.py --quick    a hundred thousand, for trying; nothing is kept
    python bench/hot_queries.py --json     one JSON object

bench/README.md tells what is measured. Uses .tessera/bench, answers on unix sockets only.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from figures import Figures, Row, Run, collect_figures  # noqa: E402  the path comes first
from growth import clone  # noqa: E402
from rounds import FOLDER, forget_last, run_benchmark, say  # noqa: E402

from servers.embedded import Servers, run_servers  # noqa: E402
from servers.processes import ProcessFailed  # noqa: E402

_SMALLEST = 10_000
_WARM_UP = 4
_NOTES = [
    "value: PostgreSQL's processor time for one call with many charges, over that with 10,000.",
    "p50 ms: that time with many charges. All are medians of calls that take turns.",
    "Both databases have the same accounts and the same newest 10,000 charges, of eight days.",
]


@dataclass(frozen=True, slots=True)
class Plan:
    """How many charges, and how often each call is measured."""

    charges: int
    turns: int


_FULL = Plan(charges=10_000_000, turns=25)
_QUICK = Plan(charges=100_000, turns=7)


@dataclass(frozen=True, slots=True)
class Asked:
    """A process that asks one database."""

    process: "subprocess.Popen[str]"

    def read(self) -> str:
        """Return what it answers.

        Raises:
            ProcessFailed: it has ended; what it said stands above.
        """
        assert self.process.stdout is not None, "it was started with a pipe"
        line = self.process.stdout.readline()
        if not line:
            raise ProcessFailed("a call failed")
        return line

    def measure(self, name: str) -> float:
        """Return the milliseconds of one call."""
        assert self.process.stdin is not None, "it was started with a pipe"
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        return float(self.read())


def measure(plan: Plan) -> Figures:
    """Fill both databases and ask them in turn.

    Raises:
        FolderInUse: another benchmark runs.
        ProcessFailed: a script ended with an error.
    """
    forget_last()
    with run_servers(FOLDER) as servers:
        secrets = FOLDER / "secrets-of-shops.json"
        make_databases(servers, secrets, charges=plan.charges)
        with ask(servers, "few", secrets) as few, ask(servers, "many", secrets) as many:
            names = few.read().split()
            assert many.read().split() == names, "the same script serves both"
            rows = [Row(name, "x") for name in names]
            take_turns(rows, few, many, warm_up=_WARM_UP, turns=plan.turns)
    return collect_figures([compare(row) for row in rows], reference={}, notes=_NOTES)


def take_turns(rows: list[Row], few: Asked, many: Asked, *, warm_up: int, turns: int) -> None:
    """Ask each row's call of both, so often after some that only warm; keep the times."""
    for turn in range(warm_up + turns):
        for row in rows:
            # There and back, so that neither gains from being first.
            pair = (few, many) if turn % 2 else (many, few)
            took_ms = {each is many: each.measure(row.name) for each in pair}
            if turn >= warm_up:
                row.runs.append(Run(took_ms[False], p50_ms=took_ms[True]))


def compare(row: Row) -> Row:
    """Return one row of the medians: many over few."""
    few_ms = statistics.median(run.value for run in row.runs)
    many_ms = statistics.median(run.p50_ms or 0.0 for run in row.runs)
    return Row(row.name, row.unit, [Run(many_ms / few_ms, p50_ms=many_ms)])


def make_databases(
    servers: Servers,
    secrets: Path,
    *,
    charges: int,
    few: int = _SMALLEST,
    of_one_merchant: bool = False,
) -> None:
    """Make one database with few charges and one with many, for the same shops and people."""
    servers.create_database("people")
    run_beside(servers, servers.owner_url("people"), "manage.py", "migrate", "--verbosity=0")
    superuser = servers.superuser_url("people")
    run_beside(servers, superuser, "bench/hot_history.py", "people", str(secrets))
    for name, older in (("few", 0), ("many", charges - few)):
        say(f"Making {older + few:,} charges")
        clone(servers, name, source="people")
        facts = ("charges", str(older), str(few), "one" if of_one_merchant else "all")
        run_beside(servers, servers.superuser_url(name), "bench/hot_history.py", *facts)


@contextmanager
def ask(servers: Servers, database: str, secrets: Path) -> Iterator[Asked]:
    """Ask a database as the application, in a process that ends with the context."""
    process = start(servers, servers.database_url(database), "bench/hot_calls.py", str(secrets))
    try:
        yield Asked(process)
    finally:
        process.kill()
        process.wait()


def run_beside(servers: Servers, url: str, *arguments: str) -> None:
    """Run a script of ours to its end.

    Raises:
        ProcessFailed: it ended with an error; what it said stands above.
    """
    process = start(servers, url, *arguments)
    process.communicate()
    if process.returncode:
        raise ProcessFailed(f"{arguments[0]} ended with exit code {process.returncode}")


def start(servers: Servers, url: str, *arguments: str) -> "subprocess.Popen[str]":
    """Start a script of ours with the settings that it needs."""
    environment = {
        "DATABASE_URL": url,
        "REDIS_URL": servers.redis_url,
        "CELERY_BROKER_URL": servers.broker_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "benchmarks-only-" + "x" * 50,
        "PIN_PEPPER": "benchmarks-only",
        "PUBLIC_URL": "http://bench.test",
        "CONNECTIONS_MAX": "1",
        # All on that one connection, whose processor time is read.
        "TRIPS_MAX": "0",
        # So high that no payment needs a PIN, but counted as always.
        "NO_PIN_SUM_MAX_MINOR": "1000000000000",
        "NO_PIN_COUNT_MAX": "32767",
        "PGOPTIONS": "-c statement_timeout=0",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'bench'}",
    }
    return subprocess.Popen(  # noqa: S603  our own script
        # -P, or the folder of benchmarks would come before the project.
        [sys.executable, "-P", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(run_benchmark("hot_queries", measure, full=_FULL, quick=_QUICK))
