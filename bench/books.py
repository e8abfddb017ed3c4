"""How long `check_books` takes over ten million transfers, and how much memory.

    python bench/books.py                       ten million; about ten minutes, 6 GB of disk
    python bench/books.py --transfers 200000    fewer; nothing is kept
    python bench/books.py --again               ask the books of the last run once more
    python bench/books.py --json                one JSON object

bench/README.md tells what is measured. Uses .tessera/bench-books, answers on unix sockets only.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from figures import Figures, Row, Run, collect_figures  # noqa: E402  the path comes first
from rounds import say  # noqa: E402

from servers.embedded import APPLICATION_ROLE, Servers, run_servers  # noqa: E402
from servers.processes import ProcessFailed  # noqa: E402

_FOLDER = ROOT / ".tessera" / "bench-books"
_FULL, _WALLETS, _STORES = 10_000_000, 10_000, 100
_VERDICT = re.compile(r"^proved  (.+)  \(([\d,]+) checked, ([\d.]+) s\)$", re.MULTILINE)
_LOOK_S = 0.1
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_BACKEND = "SELECT pid FROM pg_stat_activity WHERE usename = %s AND datname = %s"
_COUNT = "SELECT count(*) FROM ledger_transfer"
_NOTES = [
    "backend_cpu: processor time of the command's PostgreSQL process, whoever else was busy.",
    "command_mb, backend_mb: the most memory that the command and that process held;",
    "backend_own_mb: of the latter what is not shared_buffers.",
]


@dataclass(slots=True)
class Watch:
    """The most memory a process was seen to hold, and its processor time."""

    mb: dict[str, float] = field(default_factory=lambda: {"VmHWM": 0.0, "RssAnon": 0.0})
    cpu_s: float = 0.0

    def look(self, pid: int) -> None:
        """Sample once; ended processes are skipped from then on."""
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        except (FileNotFoundError, ProcessLookupError):
            return
        for name, kb in re.findall(r"^(VmHWM|RssAnon):\s+(\d+) kB", status, re.MULTILINE):
            self.mb[name] = max(self.mb[name], int(kb) / 1024)
        self.cpu_s = max(self.cpu_s, sum(map(int, times)) * _TICK_S)


def main() -> int:
    """Make the books unless they are there, ask them, print and keep the figures."""
    parser = argparse.ArgumentParser(prog="bench/books.py")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--transfers", type=int, default=_FULL)
    parser.add_argument("--again", action="store_true", help="use the books of the last run")
    arguments = parser.parse_args()
    name = f"books_{arguments.transfers}"
    with run_servers(_FOLDER) as servers:
        if not arguments.again:
            make_database(servers, name)
        migrate(servers, name)
        if not arguments.again:
            say(f"Making {arguments.transfers:,} transfers")
            facts = map(str, (arguments.transfers, _WALLETS, _STORES))
            run(servers, servers.superuser_url(name), "bench/history.py", *facts)
        figures = measure(servers, name)
    if arguments.transfers == _FULL:
        kept = ROOT / "bench" / "results" / f"{figures.at[:10]}-books.json"
        kept.write_text(figures.write() + "\n")
        say(f"Kept in {kept.relative_to(ROOT)}")
    print(figures.write() if arguments.json else figures.draw())
    return 0


def make_database(servers: Servers, name: str) -> None:
    """Make the database anew."""
    with psycopg.connect(servers.superuser_url("postgres"), autocommit=True) as connection:
        command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(command.format(sql.Identifier(name)))
    servers.create_database(name)


def migrate(servers: Servers, name: str) -> None:
    """Bring the database up to this version, as an operator does."""
    owner = servers.owner_url(name)
    run(servers, owner, "manage.py", "migrate", "--noinput", "--verbosity=0")


def measure(servers: Servers, name: str) -> Figures:
    """Check every invariant once, and measure its time and memory."""
    url = servers.database_url(name)
    command, backend = Watch(), Watch()
    with psycopg.connect(servers.superuser_url(name), autocommit=True) as connection:
        (count,) = connection.execute(_COUNT).fetchone() or (0,)
        say(f"Asking about {count:,} transfers")
        began = time.perf_counter()
        asking = start(servers, url, "manage.py", "check_books", stdout=subprocess.PIPE)
        while asking.poll() is None:
            command.look(asking.pid)
            for (pid,) in connection.execute(_BACKEND, [APPLICATION_ROLE, name]):
                backend.look(pid)
            time.sleep(_LOOK_S)
        took_s = time.perf_counter() - began
    text, _ = asking.communicate()
    if asking.returncode:
        raise ProcessFailed(f"{text}\ncheck_books ended with exit code {asking.returncode}")
    rows = [
        Row("check_books", "s", [Run(took_s)]),
        Row("transfers", "/s", [Run(count / took_s)]),
        Row("backend_cpu", "s", [Run(backend.cpu_s)]),
        Row("command_mb", "MB", [Run(command.mb["VmHWM"])]),
        Row("backend_mb", "MB", [Run(backend.mb["VmHWM"])]),
        Row("backend_own_mb", "MB", [Run(backend.mb["RssAnon"])]),
    ]
    invariants = _VERDICT.findall(text)
    rows += [
        Row(f"invariant {n}", "s", [Run(float(s))]) for n, (_, _, s) in enumerate(invariants, 1)
    ]
    said = [f"invariant {n}: {claim} ({c})" for n, (claim, c, _) in enumerate(invariants, 1)]
    return collect_figures(rows, reference={}, notes=[*_NOTES, *said])


def run(servers: Servers, url: str, *arguments: str) -> None:
    """Run a script of ours to its end.

    Raises:
        ProcessFailed: it ended with an error; what it said stands above.
    """
    code = start(servers, url, *arguments).wait()
    if code:
        raise ProcessFailed(f"{arguments[0]} ended with exit code {code}")


def start(
    servers: Servers, url: str, *arguments: str, stdout: int | None = None
) -> subprocess.Popen[str]:
    """Start a script of ours with the settings that it needs."""
    environment = {
        "DATABASE_URL": url,
        "REDIS_URL": servers.redis_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "benchmarks-only-" + "x" * 50,
        "PIN_PEPPER": "benchmarks-only",
        "PGOPTIONS": "-c statement_timeout=0",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen(  # noqa: S603  our own script
        # -P, or the folder of benchmarks would come before the project.
        [sys.executable, "-P", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=stdout,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(main())
