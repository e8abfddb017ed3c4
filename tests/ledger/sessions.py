"""Other sessions of the same database, which a test can stop at a chosen point."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Queue
from threading import Event
from typing import Any

from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

Meanwhile = Callable[[Callable[[], Any]], "Future[Any]"]
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"
_PATIENCE_S = 10


def open_session() -> BaseDatabaseWrapper:
    """Open another connection of the application, in a transaction that goes on."""
    session: BaseDatabaseWrapper = connection.copy()
    session.set_autocommit(False)
    return session


def ask(session: Any, sql: str, parameters: list[Any]) -> Any:
    """Return the single value of a query."""
    with session.cursor() as cursor:
        cursor.execute(sql, parameters)
        (value,) = cursor.fetchone()
    return value


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)


def read_pid(session: Any) -> int:
    """Return the number of a session's process in PostgreSQL."""
    pid: int = ask(session, "SELECT pg_backend_pid()", [])
    return pid


def wait_until_waited_for(pid: int) -> None:
    """Wait until another session waits for a lock of this one."""
    # A session of its own, because a failed or waiting transaction cannot be queried.
    view = open_session()
    try:
        view.set_autocommit(True)
        wait_until(lambda: ask(view, _WAITING, [pid]) > 0)
    finally:
        view.close()


@contextmanager
def let_others_act() -> Iterator[Meanwhile]:
    """Yield what runs a verb in another thread and returns its future."""

    def run(verb: Callable[[], Any]) -> Any:
        try:
            return verb()
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as pool:
        yield lambda verb: pool.submit(run, verb)


@contextmanager
def under_way(meanwhile: Meanwhile, verb: Callable[[], Any]) -> Iterator[int]:
    """Keep a transaction with a write open; yield its session's number."""
    begun: Queue[int] = Queue()
    may_end = Event()

    def act() -> None:
        with transaction.atomic():
            pid = read_pid(connection)
            verb()
            begun.put(pid)
            assert may_end.wait(_PATIENCE_S)

    acting = meanwhile(act)
    try:
        yield begun.get(timeout=_PATIENCE_S)
    finally:
        may_end.set()
        acting.result(timeout=_PATIENCE_S)
