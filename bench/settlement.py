"""How long a shop's million sales take until they are settled, and written to a file.

    python bench/settlement.py                 a million lines; about five minutes
    python bench/settlement.py --quick         twenty thousand, for trying; nothing is kept
    python bench/settlement.py --json          one JSON object

bench/README.md tells what is measured. Uses .tessera/bench, answers on unix sockets only.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from figures import Figures, Row, Run, collect_figures  # noqa: E402  the path comes first
from growth import clone  # noqa: E402
from rounds import FOLDER, forget_last, run_benchmark, say  # noqa: E402

from servers.embedded import Servers, run_servers  # noqa: E402
from servers.processes import ProcessFailed  # noqa: E402

_NOTES = [
    "bare: the UPDATE that takes the lines and its GROUP BY, by the same role, committed.",
    "settle: the whole closing by the product's verb; export: its CSV for programs.",
    "copy: COPY of the same columns in the same order to a client that throws them away.",
    "_mb: the most memory that our process held. All are medians.",
]
# One merchant's, in two stores, of a day; each twentieth is a refund. Nothing but the lines is
# written: what a closing reads and writes besides does not depend on their number.
_LINES = """
    SET session_replication_role = replica;
    SET synchronous_commit = off;
    INSERT INTO merchants_settlementline (id, balance_id, store_id, kind, charge_id,
        short_code, reference, amount_minor, fee_minor, is_receivable, at)
    SELECT uuidv7(at - clock_timestamp()), b.id, s.stores[1 + n %% 2],
           CASE WHEN n %% 20 = 3 THEN 'refund' ELSE 'sale' END, gen_random_uuid(),
           lpad(to_hex(n), 8, '0'), 'Table ' || n %% 40, 1 + n * 7919 %% 900,
           CASE WHEN n %% 20 = 3 THEN 0 ELSE (1 + n * 7919 %% 900) * 60 / 10000 END, false, at
      FROM (SELECT * FROM merchants_merchantbalance ORDER BY id LIMIT 1) b,
           LATERAL (SELECT array_agg(id) AS stores FROM merchants_store
                     WHERE merchant_id = b.merchant_id) s,
           LATERAL (SELECT n, now() - interval '1 day' + n * interval '1 day' / %(count)s AS at
                      FROM generate_series(1, %(count)s::bigint) n) made
"""
_BEGIN = "UPDATE merchants_merchantbalance SET settled_until = now() - interval '2 days'"


@dataclass(frozen=True, slots=True)
class Plan:
    """How many lines, and how often everything is measured."""

    lines: int
    rounds: int


@dataclass(slots=True)
class Step:
    """What the processes of one step told."""

    s: list[float] = field(default_factory=list)
    mb: list[float] = field(default_factory=list)


_FULL = Plan(lines=1_000_000, rounds=5)
_QUICK = Plan(lines=20_000, rounds=2)


def measure(plan: Plan) -> Figures:
    """Settle the same lines again and again, each time in a database of its own.

    Raises:
        FolderInUse: another benchmark runs.
        ProcessFailed: a script ended with an error.
    """
    forget_last()
    steps = {name: Step() for name in ("bare", "settle", "copy", "export")}
    with run_servers(FOLDER) as servers:
        make_database(servers, plan.lines)
        for number in range(plan.rounds):
            say(f"Round {number + 1} of {plan.rounds}")
            for name in ("bare", "settle"):
                clone(servers, name, source="lines")
                note(steps[name], ask(servers, name, name))
            for name in ("copy", "export"):
                note(steps[name], ask(servers, "settle", name))
    return collect_figures(list_rows(steps), reference={}, notes=_NOTES)


def list_rows(steps: dict[str, Step]) -> list[Row]:
    """Return the seconds of each step, and what is asked of them."""
    rows = [Row(name, "s", [Run(s) for s in step.s]) for name, step in steps.items()]
    for name, over, under in (
        ("settle_over_sql", "settle", "bare"),
        ("export_csv_over_copy", "export", "copy"),
    ):
        pairs = zip(steps[over].s, steps[under].s, strict=True)
        rows.append(Row(name, "x", [Run(ours / bare) for ours, bare in pairs]))
    memory = [
        Row(f"{n}_mb", "MB", [Run(mb) for mb in steps[n].mb]) for n in ("settle", "export")
    ]
    return rows + memory


def note(step: Step, told: dict[str, float]) -> None:
    """Keep what a process told."""
    step.s.append(told["s"])
    step.mb.append(told["mb"])


def make_database(servers: Servers, lines: int) -> None:
    """Make shops, and the lines of one of them."""
    servers.create_database("lines")
    run(servers, servers.owner_url("lines"), "manage.py", "migrate", "--verbosity=0")
    secrets = str(FOLDER / "secrets-of-shops.json")
    superuser = servers.superuser_url("lines")
    run(servers, superuser, "bench/hot_history.py", "people", secrets)
    say(f"Making {lines:,} lines")
    with psycopg.connect(
        superuser, autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as connection:
        connection.execute(_LINES, {"count": lines})
        connection.execute("SET session_replication_role = DEFAULT")
        connection.execute(_BEGIN)
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def ask(servers: Servers, database: str, step: str) -> dict[str, float]:
    """Do one step as the application, in a process of its own; return what it tells.

    Raises:
        ProcessFailed: it ended with an error; what it said stands above.
    """
    url = servers.database_url(database)
    told: dict[str, float] = json.loads(run(servers, url, "bench/settlement_run.py", step))
    return told


def run(servers: Servers, url: str, *arguments: str) -> str:
    """Run a script of ours to its end; return its last line.

    Raises:
        ProcessFailed: it ended with an error; what it said stands above.
    """
    environment = os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": servers.redis_url,
        "CELERY_BROKER_URL": servers.broker_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "bench-only-" + "x" * 50,
        "PIN_PEPPER": "bench-only",
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "bench")]),
    }
    done = subprocess.run(  # noqa: S603  our own scripts
        # -P, or the folder of benchmarks would come before the project.
        [sys.executable, "-P", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ProcessFailed(f"{arguments[0]} ended with exit code {done.returncode}")
    return done.stdout.strip().rpartition("\n")[2]


if __name__ == "__main__":
    sys.exit(run_benchmark("settlement", measure, full=_FULL, quick=_QUICK))
