"""Our posting functions called by pgbench: the server's capacity without our client code."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
from figures import Sample
from payers import WALLETS
from reference import THREADS, read_rate, run_pgbench

from servers.embedded import APPLICATION_ROLE, Servers

# A division by zero ends the run where anything but `created` is answered.
_ONE = """
\\set w random(1, :wallets)
\\set s random(1, :stores)
SELECT 1 / (result = 'created')::int FROM ledger_post_transfer(uuidv7(),
    ('00000000-0000-4000-8000-' || lpad(to_hex(:w::int), 12, '0'))::uuid,
    ('00000000-0000-4000-9000-' || lpad(to_hex(:s::int), 12, '0'))::uuid,
    1, 'EUR', 'capture', 'A-17');
"""
_MANY = """
SELECT 1 / (count(*) = :size::int)::int FROM ledger_post_transfers(
    ARRAY(SELECT uuidv7() FROM generate_series(1, :size::int)),
    ARRAY(SELECT ('00000000-0000-4000-8000-'
                  || lpad(to_hex(1 + floor(random() * :wallets)::int), 12, '0'))::uuid
            FROM generate_series(1, :size::int)),
    ARRAY(SELECT ('00000000-0000-4000-9000-'
                  || lpad(to_hex(1 + floor(random() * :stores)::int), 12, '0'))::uuid
            FROM generate_series(1, :size::int)),
    array_fill(1::bigint, ARRAY[:size::int]), array_fill('EUR'::text, ARRAY[:size::int]),
    array_fill('capture'::text, ARRAY[:size::int]), array_fill('A-17'::text, ARRAY[:size::int]))
 WHERE result = 'created';
"""


@dataclass(frozen=True, slots=True)
class BareSql:
    """Payments from random wallets to random stores, prepared once a connection."""

    database: str
    clients: int = 32
    size: int = 1
    stores: int = 10

    def measure(self, servers: Servers, *, seconds: int) -> Sample:
        """Return what each statement took, from pgbench's log, at the rate it printed."""
        variables = {"wallets": WALLETS, "stores": self.stores, "size": self.size}
        began_at = read_wal(servers)
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "script.sql"
            script.write_text(_ONE if self.size == 1 else _MANY)
            text = run_pgbench(
                servers,
                *("--no-vacuum", "--protocol", "prepared", "--file", str(script)),
                *(f"--define={name}={value}" for name, value in variables.items()),
                *("--client", str(self.clients), "--jobs", str(THREADS)),
                *("--time", str(seconds), "--log", f"--log-prefix={folder}/took"),
                *("--username", APPLICATION_ROLE, self.database),
            )
            took_s = [
                int(line.split(" ", 3)[2]) / 1_000_000
                for log in Path(folder).glob("took.*")
                for line in log.read_text().splitlines()
            ]
        return Sample(
            took_s,
            len(took_s) / read_rate(text),
            self.size,
            wal_bytes=read_wal(servers) - began_at,
        )


def read_wal(servers: Servers) -> int:
    """Return how many bytes of write-ahead log the server has written so far."""
    with psycopg.connect(servers.superuser_url("postgres")) as connection:
        row = connection.execute("SELECT (pg_current_wal_lsn() - '0/0')::bigint").fetchone()
    assert row is not None
    return int(row[0])
