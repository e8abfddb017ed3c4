"""A worker whose processes kill themselves: `celery -A tests.races.killed_worker worker`.

A file in `KILLS`, named by the first balance that a job closes, has a number: the job's process
is killed before its statement of that number, or after its commit if it has fewer. The file
then says the statement. What comes again, to another process, is left in peace.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery.signals import task_postrun, task_prerun, worker_process_init
from django.db import connection

from config.celery import app

__all__ = ["app"]

_FOLDER = Path(os.environ["KILLS"])
_COMMITTED = "committed"


class _Killer:
    """Counts the statements of a job, and kills its process."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.left = 0

    def begin(self, balance_id: str) -> None:
        """Read how many statements of this job are carried out."""
        path = _FOLDER / balance_id
        asked = path.read_text() if path.exists() else ""
        self.path = path if asked.isdecimal() else None
        self.left = int(asked) if asked.isdecimal() else 0

    def look(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        """Carry a statement out, unless it is the one."""
        self.left -= 1
        if not self.left:
            self.kill(str(sql))
        return execute(sql, *rest)

    def kill(self, statement: str) -> None:
        """Kill this process, if it is asked for."""
        if self.path is not None:
            self.path.write_text(statement)
            os.kill(os.getpid(), signal.SIGKILL)


_killer = _Killer()


@worker_process_init.connect
def _watch(**_: object) -> None:
    connection.execute_wrappers.append(_killer.look)


@task_prerun.connect
def _begin(args: list[list[str]], **_: object) -> None:
    (balance_ids,) = args
    _killer.begin(balance_ids[0])


@task_postrun.connect
def _end(**_: object) -> None:
    _killer.kill(_COMMITTED)
