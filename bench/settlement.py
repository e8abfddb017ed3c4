"""How long a shop's million sales take until they are settled, in a file, and on a page.

    python bench/settlement.py            a million sales, 10,000 merchants; about half an hour
    python bench/settlement.py --quick    twenty thousand, 100 merchants; nothing is kept
    python bench/settlement.py --json     one JSON object

bench/README.md tells what is measured. Uses .tessera/bench, answers on unix sockets only.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from figures import Figures, Row, Run, collect_figures  # noqa: E402  the path comes first
from growth import clone  # noqa: E402
from hot_queries import ask as ask_calls  # noqa: E402
from hot_queries import compare, make_databases, take_turns  # noqa: E402
from rounds import FOLDER, forget_last, run_benchmark, say  # noqa: E402

from servers.commands import run_worker  # noqa: E402
from servers.embedded import Servers, run_servers  # noqa: E402
from servers.processes import Process, ProcessFailed, Program  # noqa: E402

_NOTES = [
    "bare: the UPDATE that takes the lines and its GROUP BY, by the same role, committed.",
    "settle: the whole closing by the product's verb; export: its CSV for programs.",
    "copy: COPY of the same columns in the same order to a client that throws them away.",
    "settle_10k_merchants: merchants a second by a worker of two processes, over bare SQL's",
    "by two connections (target 0.6). overview_1m: PostgreSQL's processor time for overview or",
    "payments, the worse, with many charges over that with few (target 2).",
    "_mb: the most memory that our process held. All are medians.",
]
# One merchant's, in two stores, of a day; each twentieth is a refund. With the lines come only
# the charges and refunds they are of, which the file reads.
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
_CHARGES = """
    INSERT INTO pos_charge (id, merchant_id, store_id, terminal_id, cashier_id, principal_id,
        idempotency_key, request_hash, status, version, currency, amount_minor, fee_minor,
        refunded_minor, refunds_count, reference, description, token, short_code, check_word,
        receipt_token, payer_account_id, payer_name, payer_email, takings_account_id,
        created_at, expires_at, was_extended_for_payer, claimed_at, lease_until, captured_at)
    SELECT line.id, store.merchant_id, store.id, till.id, cashier.id, till.id,
           'key ' || line.short_code, sha256(line.short_code::bytea), 'captured', 3, 'EUR',
           line.amount_minor, line.fee_minor, 0, 0, line.reference, '', gen_random_uuid(),
           line.short_code, 'quiet river', gen_random_uuid(), gen_random_uuid(), 'Payer P.', '',
           store.takings_account_id, at, at + interval '5 min', false, at,
           at + interval '1 min', at
      FROM merchants_settlementline line JOIN merchants_store store ON store.id = line.store_id
      JOIN LATERAL (SELECT id FROM pos_terminal WHERE store_id = store.id
                     ORDER BY id LIMIT 1) till ON true
      LEFT JOIN LATERAL (SELECT id FROM merchants_staffmember
                          WHERE merchant_id = store.merchant_id
                          ORDER BY id LIMIT 1) cashier ON true
     WHERE line.kind = 'sale' ORDER BY at;
    INSERT INTO pos_refund (id, charge_id, amount_minor, currency, reason, idempotency_key,
        request_hash, created_at)
    SELECT id, charge_id, amount_minor, 'EUR', '', 'one', sha256(short_code::bytea), at
      FROM merchants_settlementline WHERE kind = 'refund'
"""
_BEGIN = "UPDATE merchants_merchantbalance SET settled_until = now() - interval '2 days'"
_PAGES = ("overview", "payments")
_WARM_UP = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """How many lines, merchants, lines of each and charges; how often all is measured."""

    lines: int
    merchants: int
    lines_each: int
    charges: int
    charges_few: int
    rounds: int
    turns: int


@dataclass(slots=True)
class Step:
    """What the processes of one step told."""

    s: list[float] = field(default_factory=list)
    mb: list[float] = field(default_factory=list)


_FULL = Plan(
    lines=1_000_000,
    merchants=10_000,
    lines_each=100,
    charges=1_000_000,
    charges_few=1_000,
    rounds=3,
    turns=15,
)
_QUICK = Plan(
    lines=20_000,
    merchants=100,
    lines_each=100,
    charges=20_000,
    charges_few=1_000,
    rounds=2,
    turns=5,
)


def measure(plan: Plan) -> Figures:
    """Settle the same lines again and again, each time in a database of its own.

    Raises:
        FolderInUse: another benchmark runs.
        ProcessFailed: a script ended with an error.
    """
    forget_last()
    with run_servers(FOLDER) as servers:
        rows = measure_lines(servers, plan)
        rows += measure_merchants(servers, plan)
        rows += measure_pages(servers, plan)
    return collect_figures(rows, reference={}, notes=_NOTES)


def measure_lines(servers: Servers, plan: Plan) -> list[Row]:
    """Settle one merchant's lines, and write them to a file, beside bare SQL and COPY."""
    steps = {name: Step() for name in ("bare", "settle", "copy", "export")}
    make_database(servers, plan.lines)
    for number in range(plan.rounds):
        say(f"Lines, round {number + 1} of {plan.rounds}")
        for name in ("bare", "settle"):
            clone(servers, name, source="lines")
            note(steps[name], ask(servers, name, name))
        # Both read what one closing has written, so both wait until it is on disk and clean.
        with psycopg.connect(servers.superuser_url("settle"), autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE) merchants_settlementline")
            connection.execute("CHECKPOINT")
        for name in ("copy", "export"):
            note(steps[name], ask(servers, "settle", name))
    return list_rows(steps)


def measure_merchants(servers: Servers, plan: Plan) -> list[Row]:
    """Close many merchants by a worker, beside bare SQL over two connections."""
    make_people(servers, "shops")
    say(f"Making {plan.merchants:,} merchants")
    sizes = (str(plan.merchants), str(plan.lines_each))
    run(servers, servers.superuser_url("shops"), "bench/settlement_shops.py", "make", *sizes)
    seconds: dict[str, list[float]] = {"bare": [], "settle": []}
    for number in range(plan.rounds):
        say(f"Merchants, round {number + 1} of {plan.rounds}")
        for name, took_s in seconds.items():
            clone(servers, "closing", source="shops")
            url = servers.database_url("closing")
            with worker(servers, url) if name == "settle" else nullcontext():
                told = run(servers, url, "bench/settlement_shops.py", name)
            took_s.append(json.loads(told)["s"])
    rates = {name: [plan.merchants / s for s in took_s] for name, took_s in seconds.items()}
    pairs = zip(rates["settle"], rates["bare"], strict=True)
    return [
        Row("settle_10k_merchants", "x", [Run(ours / bare) for ours, bare in pairs]),
        *(Row(f"merchants_{name}", "/s", list(map(Run, each))) for name, each in rates.items()),
    ]


@contextmanager
def worker(servers: Servers, url: str) -> Iterator[None]:
    """Run a worker of two processes while the block lasts."""
    program = Program(
        name="worker",
        command=(sys.executable, "-m", *run_worker(processes=2)),
        folder=ROOT,
        environment=environment(servers, url) | {"CELERY_SKIP_CHECKS": "1"},
        is_ready=lambda log: " ready." in log,
    )
    process = Process(program, folder=FOLDER)
    process.launch()
    try:
        process.wait_until_ready()
        yield
    finally:
        process.stop(grace_s=30)


def measure_pages(servers: Servers, plan: Plan) -> list[Row]:
    """Ask the overview and the first page of payments, with few charges and with many."""
    secrets = FOLDER / "secrets-of-shops.json"
    # Pages name their styles by what was collected.
    run(servers, servers.owner_url("postgres"), "manage.py", "collectstatic", "--noinput")
    make_databases(
        servers, secrets, charges=plan.charges, few=plan.charges_few, of_one_merchant=True
    )
    with (
        ask_calls(servers, "few", secrets) as few,
        ask_calls(servers, "many", secrets) as many,
    ):
        few.read()
        many.read()
        rows = [Row(name, "x") for name in _PAGES]
        take_turns(rows, few, many, warm_up=_WARM_UP, turns=plan.turns)
    pages = [compare(row) for row in rows]
    worst = max(pages, key=lambda row: row.runs[0].value)
    return [Row("overview_1m", "x", worst.runs), *pages]


def list_rows(steps: dict[str, Step]) -> list[Row]:
    """Return the seconds of each step, and what is asked of them."""
    rows = [Row(name, "s", [Run(s) for s in step.s]) for name, step in steps.items()]
    for name, over, under in (
        ("settle_1m_over_sql", "settle", "bare"),
        ("export_1m_csv_over_copy", "export", "copy"),
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
    make_people(servers, "lines")
    say(f"Making {lines:,} lines")
    with psycopg.connect(
        servers.superuser_url("lines"), autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as connection:
        connection.execute(_LINES, {"count": lines})
        connection.execute(_CHARGES)
        connection.execute("SET session_replication_role = DEFAULT")
        connection.execute(_BEGIN)
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def make_people(servers: Servers, database: str) -> None:
    """Make a database with shops, tills and people."""
    servers.create_database(database)
    run(servers, servers.owner_url(database), "manage.py", "migrate", "--verbosity=0")
    secrets = str(FOLDER / f"secrets-of-{database}.json")
    run(servers, servers.superuser_url(database), "bench/hot_history.py", "people", secrets)


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
    done = subprocess.run(  # noqa: S603  our own scripts
        # -P, or the folder of benchmarks would come before the project.
        [sys.executable, "-P", *arguments],
        cwd=ROOT,
        env=environment(servers, url),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ProcessFailed(f"{arguments[0]} ended with exit code {done.returncode}")
    return done.stdout.strip().rpartition("\n")[2]


def environment(servers: Servers, url: str) -> dict[str, str]:
    """Return the settings of our scripts and of a worker."""
    return os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": servers.redis_url,
        "CELERY_BROKER_URL": servers.broker_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "bench-only-" + "x" * 50,
        "PIN_PEPPER": "bench-only",
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "bench")]),
    }


if __name__ == "__main__":
    sys.exit(run_benchmark("settlement", measure, full=_FULL, quick=_QUICK))
