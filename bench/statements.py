"""How long a camt.053 of 100,000 entries takes until it is booked, and how much memory.

    python bench/statements.py                  100,000; about two minutes
    python bench/statements.py --entries 10000  fewer; nothing is kept
    python bench/statements.py --json           one JSON object

Beside it the same file is read by bare lxml, and as many rows are copied into such a table.
Uses .tessera/bench-statements, answers on unix sockets only.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from figures import Figures, Row, Run, collect_figures  # noqa: E402  the path comes first
from rounds import say  # noqa: E402

from servers.embedded import APPLICATION_ROLE, Servers, run_servers  # noqa: E402

_FOLDER = ROOT / ".tessera" / "bench-statements"
_FULL = 100_000
_NAME = "statements"
_BARE = "CREATE TABLE bare_entry (LIKE banking_entry INCLUDING ALL)"
_CHECK = """
    SELECT (SELECT count(*) FROM banking_entry WHERE posted_at IS NOT NULL),
           (SELECT count(*) FROM ledger_transfer), (SELECT count(*) FROM banking_break)
"""
_NOTES = [
    "bare: lxml's iterparse of the file, and COPY of such rows into a table of the same kind.",
    "ours: read, matched and booked, nine of ten entries to a wallet and one to suspense.",
    "_cpu: processor time of our process and of PostgreSQL's that serves it.",
    "ours_mb: the most memory that the process held.",
]


def main() -> int:
    """Make the file and the rows, run both, print and keep the figures."""
    parser = argparse.ArgumentParser(prog="bench/statements.py")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--entries", type=int, default=_FULL)
    arguments = parser.parse_args()
    with run_servers(_FOLDER) as servers:
        make_database(servers)
        figures = measure(servers, arguments.entries)
    if arguments.entries == _FULL:
        kept = ROOT / "bench" / "results" / f"{figures.at[:10]}-statements.json"
        kept.write_text(figures.write() + "\n")
        say(f"Kept in {kept.relative_to(ROOT)}")
    print(figures.write() if arguments.json else figures.draw())
    return 0


def make_database(servers: Servers) -> None:
    """Make the database anew, with a table for the bare run."""
    with psycopg.connect(servers.superuser_url("postgres"), autocommit=True) as connection:
        command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(command.format(sql.Identifier(_NAME)))
    servers.create_database(_NAME)
    owner = servers.owner_url(_NAME)
    run(servers, owner, "manage.py", "migrate", "--noinput", "--verbosity=0")
    with psycopg.connect(owner) as connection:
        connection.execute(_BARE)
        role = sql.Identifier(APPLICATION_ROLE)
        connection.execute(sql.SQL("GRANT INSERT ON bare_entry TO {}").format(role))


def measure(servers: Servers, count: int) -> Figures:
    """Run both, and compare."""
    path = _FOLDER / "statement.xml"
    url = servers.banker_url(_NAME)
    done = {}
    for step in ("make", "bare", "ours"):
        say(f"{step}: {count:,} entries")
        told = run(servers, url, "bench/statement_run.py", step, str(path), str(count))
        done[step] = json.loads(told)
    with psycopg.connect(servers.superuser_url(_NAME)) as connection:
        booked, transfers, waiting = connection.execute(_CHECK).fetchone() or (0, 0, 0)
    assert booked == transfers == count, "each entry is booked by one transfer"
    ours, bare = done["ours"], done["bare"]
    rows = [
        Row("bare", "s", [Run(bare["s"])]),
        Row("ours", "s", [Run(ours["s"])]),
        Row("times", "x", [Run(ours["s"] / bare["s"])]),
        Row("bare_cpu", "s", [Run(bare["cpu_s"])]),
        Row("ours_cpu", "s", [Run(ours["cpu_s"])]),
        Row("times_cpu", "x", [Run(ours["cpu_s"] / bare["cpu_s"])]),
        Row("entries", "/s", [Run(count / ours["s"])]),
        Row("ours_mb", "MB", [Run(ours["mb"])]),
        Row("breaks", "", [Run(waiting)]),
        Row("file", "MB", [Run(path.stat().st_size / 2**20)]),
    ]
    return collect_figures(rows, reference={}, notes=_NOTES)


def run(servers: Servers, url: str, *arguments: str) -> str:
    """Run a script of ours to its end, and return its last line.

    Raises:
        CalledProcessError: it failed.
    """
    environment = os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": "bench-only-" + "x" * 50,
        "PIN_PEPPER": "bench-only",
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(  # noqa: S603  our own scripts
        # -P, or the folder of benchmarks would come before the project.
        [sys.executable, "-P", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip().rpartition("\n")[2]


if __name__ == "__main__":
    sys.exit(main())
