"""How long a signed report of safeguarding over a million wallets takes, and how much memory.

    python bench/safeguarding.py                   1,000,000; about two minutes
    python bench/safeguarding.py --wallets 10000   fewer, for trying

Prints a table and keeps nothing. Uses .tessera/bench-safeguarding, answers on unix sockets
only.
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

from rounds import say  # noqa: E402  the path comes first

from servers.embedded import Servers, run_servers  # noqa: E402

_FOLDER = ROOT / ".tessera" / "bench-safeguarding"
_FULL = 1_000_000
_NAME = "safeguarding"
# Triggers are off: the money of so many wallets would take longer to post than to report.
_WALLETS = """
    SET session_replication_role = replica;
    INSERT INTO ledger_account (id, kind, currency, normal_side, may_go_negative, balance_minor)
    SELECT uuidv7(), 'wallet', 'EUR', 'credit', false, floor(random() * 100000)
      FROM generate_series(1, {wallets});
    INSERT INTO ledger_account (id, kind, currency, normal_side, may_go_negative)
    SELECT uuidv7(), 'takings', 'EUR', 'credit', true FROM generate_series(1, 1000);
"""
_SIZES = """
    SELECT pg_total_relation_size('banking_safeguardblock') / 2^20,
           (SELECT count(*) FROM banking_safeguardblock)
"""


def main() -> int:
    """Make the wallets, report on them, and print what it took."""
    parser = argparse.ArgumentParser(prog="bench/safeguarding.py")
    parser.add_argument("--wallets", type=int, default=_FULL)
    wallets = parser.parse_args().wallets
    with run_servers(_FOLDER) as servers:
        make_database(servers, wallets)
        told = json.loads(run(servers, servers.banker_url(_NAME), "bench/safeguarding_run.py"))
        with psycopg.connect(servers.superuser_url(_NAME)) as connection:
            size_mb, blocks = connection.execute(_SIZES).fetchone() or (0, 0)
    print(f"{wallets:,} wallets and 1,000 stores, {told['leaves']:,} leaves")
    print(f"report        {told['s']:8.1f} s    of it {told['cpu_s']:.1f} s processor of ours")
    print(f"memory        {told['mb']:8.0f} MB   of it {told['before_mb']:.0f} MB before")
    print(f"kept          {size_mb:8.0f} MB   in {blocks:,} rows")
    print(f"proof         {told['proof_ms']:8.1f} ms   in {told['proof_queries']} queries")
    return 0


def make_database(servers: Servers, wallets: int) -> None:
    """Make the database anew, with the wallets."""
    with psycopg.connect(servers.superuser_url("postgres"), autocommit=True) as connection:
        command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(command.format(sql.Identifier(_NAME)))
    servers.create_database(_NAME)
    owner = servers.owner_url(_NAME)
    run(servers, owner, "manage.py", "migrate", "--noinput", "--verbosity=0")
    say(f"Making {wallets:,} wallets")
    with psycopg.connect(servers.superuser_url(_NAME), autocommit=True) as connection:
        connection.execute(_WALLETS.format(wallets=wallets))
        connection.execute("VACUUM (ANALYZE)")


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
