"""A PostgreSQL of its own with empty books, to be killed as often as a test likes."""

import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import psycopg
from django.db import connection

from ledger.chart_table import write_fill
from servers.embedded import APPLICATION_ROLE, Servers
from servers.processes import Process, Program, stop_leftovers
from servers.programs import ROOT
from servers.state import StateFolder
from tests.faults.shop import wait_for

_NAME = "books"


class LoneBooks:
    """One PostgreSQL in a folder of its own, as durable as in production."""

    def __init__(self, folder: Path) -> None:
        self.state = StateFolder(folder)
        self.servers = Servers(self.state)

    def __enter__(self) -> Self:
        """Start afresh, with the tables made and granted by their owner."""
        self.state.hold()
        stop_leftovers(self.state.path, marks=(str(self.state.path), str(self.state.run)))
        shutil.rmtree(self.state.path / "postgres", ignore_errors=True)
        postgres, _valkey = self.servers.programs()
        self.process = Process(postgres, folder=self.state.path)
        self.start()
        self.servers.create_database(_NAME)
        self._manage_as_owner("migrate", "--verbosity=0")
        self.tell(write_fill().encode())
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stop(grace_s=30)
        self.state.release()

    def start(self) -> None:
        """Start PostgreSQL, retrying if necessary, and wait until it accepts connections."""
        self.process.launch()
        self.process.wait_until_ready()

    def kill(self) -> None:
        """End every process of PostgreSQL with SIGKILL at once.

        Each of its processes leads a group of its own, so a signal to the first one's group
        would let the others finish what they are doing.
        """
        first = self._find_first()
        # So that it makes no further children while they are listed.
        os.kill(first, signal.SIGSTOP)
        tree = [first, *_list_children(first)]
        for pid in tree:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.kill()
        wait_for(lambda: not any(map(_is_running, tree)), within_s=10)
        # The writers have to detect it themselves; this thread only watches.
        connection.close()

    def kill_while_starting(self) -> None:
        """Start PostgreSQL and kill it during recovery from the previous kill."""
        self.process.launch()
        wait_for(lambda: _list_children(self._find_first()), within_s=10)
        self.kill()

    def ask(self, query: bytes, *parameters: Any) -> list[tuple[Any, ...]]:
        """Query the database directly, bypassing all of our code."""
        with psycopg.connect(self.servers.superuser_url(_NAME), autocommit=True) as asking:
            return asking.execute(query, parameters).fetchall()

    def tell(self, *commands: bytes) -> None:
        """Run commands that return no rows."""
        with psycopg.connect(self.servers.superuser_url(_NAME), autocommit=True) as telling:
            for command in commands:
                telling.execute(command)

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Point the ledger's verbs, in every thread, at these books while the block lasts."""
        usual = connection.settings_dict
        before = {name: usual[name] for name in ("NAME", "HOST", "USER", "OPTIONS")}
        options = {key: it for key, it in usual["OPTIONS"].items() if key != "assume_role"}
        connection.close()
        usual |= {
            "NAME": _NAME,
            "HOST": str(self.servers.postgres_socket),
            "USER": APPLICATION_ROLE,
            "OPTIONS": options,
        }
        try:
            yield
        finally:
            connection.close()
            usual |= before

    def _find_first(self) -> int:
        return int(self.process.pid_path.read_text())

    def _manage_as_owner(self, *arguments: str) -> None:
        program = Program(
            name=f"manage-{arguments[0]}",
            command=(sys.executable, "manage.py", *arguments),
            folder=ROOT,
            environment=os.environ | {"DATABASE_URL": self.servers.owner_url(_NAME)},
        )
        process = Process(program, folder=self.state.path)
        process.launch()
        try:
            process.wait_until_done()
        finally:
            process.kill()


def _list_children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except FileNotFoundError:
        return False
    return state not in {"Z", "X"}
