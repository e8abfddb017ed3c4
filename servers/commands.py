"""The command lines of Tessera's five processes: the one source for demo, tests and units.

docs/operations.md prints them as systemd units, and a test holds both against each other.
"""

from pathlib import Path

_RESPAWN = ("--respawn-failed-workers", "--respawn-interval", "0.5")
# The zero marks the number as octal. Only the owner and the group, which is nginx's, may
# connect.
_SOCKET_MODE = ("--uds-permissions", "0660")


def run_web(socket: Path, *, workers: int, threads: int) -> tuple[str, ...]:
    """Return the command of the pages and the API.

    A worker that dies is replaced, and a page that takes longer than five seconds does not
    delay the end of the process.
    """
    return (
        *("granian", "config.wsgi:application", "--interface", "wsgi"),
        *("--uds", str(socket), *_SOCKET_MODE, "--no-ws", *_RESPAWN),
        *("--workers-kill-timeout", "5"),
        *("--workers", str(workers), "--blocking-threads", str(threads)),
    )


def run_streams(socket: Path) -> tuple[str, ...]:
    """Return the command of the event streams.

    Every open page is a lasting request: the usual bound of 1024 would be too low, and without
    a limit the end of a worker would wait until the last page is closed.
    """
    return (
        *("granian", "config.asgi:application", "--interface", "asginl"),
        *("--uds", str(socket), *_SOCKET_MODE, "--no-ws", *_RESPAWN),
        *("--workers-kill-timeout", "2"),
        *("--workers", "1", "--backlog", "4096", "--backpressure", "20000"),
    )


def run_worker(*, processes: int) -> tuple[str, ...]:
    """Return the command of the background jobs."""
    return _run_celery("worker", "--concurrency", str(processes))


def run_banker() -> tuple[str, ...]:
    """Return the command of the jobs that book what the bank did, one at a time.

    It logs in with a database role of its own, and no other process takes its jobs.
    """
    return _run_celery(
        "worker", "--queues", "bank", "--concurrency", "1", "--hostname", "banker@%h"
    )


def run_beat(schedule: Path) -> tuple[str, ...]:
    """Return the command of the timetable; `schedule` is a file of its own."""
    return _run_celery("beat", "--schedule", str(schedule))


def _run_celery(name: str, *options: str) -> tuple[str, ...]:
    return ("celery", "-A", "config", name, "--loglevel", "INFO", *options)
