"""Other sessions of the same database, so that a test can stop one where it wants."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

_PID = "SELECT pg_backend_pid()"
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"
_PATIENCE_S = 10


def open_session() -> BaseDatabaseWrapper:
    """Open another connection of the application, in a transaction that goes on."""
    session: BaseDatabaseWrapper = connection.copy()
    session.set_autocommit(False)
    return session


def ask(session: Any, sql: str, parameters: list[Any]) -> Any:
    """Give the one value that a question has as its answer."""
    with session.cursor() as cursor:
        cursor.execute(sql, parameters)
        (value,) = cursor.fetchone()
    return value


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that has to come to pass."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)


def wait_until_waited_for(session: Any, *, count: int = 1) -> None:
    """Wait until so many other sessions wait for a lock of this one."""
    pid = ask(session, _PID, [])
    with_a_view = open_session()
    try:
        with_a_view.set_autocommit(True)
        wait_until(lambda: ask(with_a_view, _WAITING, [pid]) == count)
    finally:
        with_a_view.close()
