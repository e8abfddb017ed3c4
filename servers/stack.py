"""Every process of Tessera: started in order, watched and stopped, for demo, tests, bench."""

import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from servers.embedded import Servers
from servers.places import LOOPBACK, bracket, is_everywhere
from servers.processes import Process, Program, stop_leftovers
from servers.programs import ROOT, Applications, Size
from servers.stamps import list_code, list_static, stamp_files
from servers.state import StateFolder

_USUAL = Size()
# In the order of their start.
NAMES = ("postgres", "valkey", "streams", "web", "worker", "banker", "beat", "bank", "nginx")
# nginx first, so that no new request comes in and open streams release their process.
_STOP_GROUPS = (
    ("nginx", "beat", "bank"),
    ("banker", "worker", "web", "streams"),
    ("valkey", "postgres"),
)


class Stack:
    """The whole system below one folder, behind one address.

        with Stack(folder, port=9000) as stack:
            stack.kill("worker")
            stack.start("worker")

    Names: postgres, valkey, web, streams, worker, banker, beat, nginx, and bank in a demo.
        `env` is the environment of all of them, `settings` our own part of it, `url` the public
        address. `environment` overrides single settings; `content` is a management command that
        fills the database as its owner; `report` gets each step and the seconds it took. Use it
        from the main thread: the programs are bound to the thread that starts them.
    """

    def __init__(  # noqa: PLR0913 - keywords that all have a default
        self,
        folder: Path,
        *,
        host: str = "127.0.0.1",
        port: int,
        database: str = "tessera",
        size: Size = _USUAL,
        environment: Mapping[str, str] | None = None,
        content: tuple[str, ...] = (),
        report: Callable[[str, float], None] = lambda _step, _seconds: None,
    ) -> None:
        self.state = StateFolder(folder)
        self.servers = Servers(self.state)
        self.host, self.port, self.database, self.size = host, port, database, size
        self.processes: dict[str, Process] = {}
        self.settings: dict[str, str] = {}
        self.env: dict[str, str] = {}
        self._expected: set[str] = set()
        self._overrides = dict(environment or {})
        self._content = content
        self._report = report

    @property
    def url(self) -> str:
        """Return the public address."""
        return self.env["PUBLIC_URL"]

    def __enter__(self) -> Self:
        """Start everything.

        Raises:
            FolderInUse: another stack runs in this folder.
            ProcessFailed: a process did not start; the others are stopped again.
        """
        self.state.hold()
        try:
            self._start_all()
        except BaseException:
            self._stop_all()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop_all()

    def start(self, name: str) -> None:
        """Start one process again and wait until it is ready."""
        self.processes[name].launch()
        self.processes[name].wait_until_ready()
        self._expected.add(name)

    def stop(self, name: str) -> None:
        """Stop one process in order."""
        self._expected.discard(name)
        self.processes[name].stop(grace_s=20)

    def kill(self, name: str) -> None:
        """End one process and its children as a crash would."""
        self._expected.discard(name)
        self.processes[name].kill()

    def find_dead(self) -> list[str]:
        """Return the processes that should run and do not, in the order of their start."""
        expected = [name for name in NAMES if name in self._expected]
        return [name for name in expected if not self.processes[name].is_alive]

    def manage(self, *arguments: str) -> None:
        """Run a management command to its end with the stack's settings.

        Raises:
            ProcessFailed: with the end of its output.
        """
        with self._run_beside(arguments, environment=self.env):
            pass

    def manage_as_owner(self, *arguments: str) -> None:
        """Run a management command with the rights of the tables' owner.

        Raises:
            ProcessFailed: with the end of its output.
        """
        with self._run_beside(arguments, environment=self._owner_env):
            pass

    @property
    def _owner_env(self) -> Mapping[str, str]:
        return self.env | {"DATABASE_URL": self.servers.owner_url(self.database)}

    @contextlib.contextmanager
    def _run_beside(
        self, arguments: tuple[str, ...], *, environment: Mapping[str, str]
    ) -> Iterator[None]:
        program = Program(
            name=f"manage-{arguments[0]}",
            command=(sys.executable, "manage.py", *arguments),
            folder=ROOT,
            environment=environment,
        )
        process = Process(program, folder=self.state.path)
        process.launch()
        try:
            yield
            process.wait_until_done()
        finally:
            process.kill()

    def _start_all(self) -> None:
        stop_leftovers(self.state.path, marks=(str(self.state.path), str(self.state.run)))
        self.settings = self._make_settings()
        self.env = os.environ | self.settings
        began = time.monotonic()
        self.processes = {
            program.name: Process(program, folder=self.state.path)
            for program in self._list_programs()
        }
        self._launch("postgres", "valkey")
        self._await("postgres", "valkey", since=began)
        # Only a demo has a bank. It and streams need no database; what does must not start
        # before its version is checked.
        bank = tuple({"bank"} & self.processes.keys())
        self._launch("streams", *bank)
        self._migrate()
        self._collect_static()
        began = time.monotonic()
        self._launch("web", "worker", "banker", "beat")
        with self._fill():
            self._await("web", "streams", "worker", "banker", "beat", *bank, since=began)
        began = time.monotonic()
        self._launch("nginx")
        self._await("nginx", since=began)

    def _list_programs(self) -> tuple[Program, ...]:
        applications = Applications(
            state=self.state,
            environment=self.env,
            banker_url=self.servers.banker_url(self.database),
            size=self.size,
            host=self.host,
            port=self.port,
        )
        return (*self.servers.programs(), *applications.all())

    def _launch(self, *names: str) -> None:
        for name in names:
            self.processes[name].launch()

    def _await(self, *names: str, since: float) -> None:
        for name in names:
            self.processes[name].wait_until_ready(timeout_s=120)
            self._expected.add(name)
            self._report(name, time.monotonic() - since)

    def _migrate(self) -> None:
        began = time.monotonic()
        is_new = self.servers.create_database(self.database)
        # A `migrate` that finds nothing to do would take a third of a second start.
        done = self.state.path / f"migrated-{self.database}"
        stamp = stamp_files(list_code(), repr(sorted(self.settings.items())))
        if is_new or not done.exists() or done.read_text() != stamp:
            done.unlink(missing_ok=True)
            self.manage_as_owner("migrate", "--noinput")
            done.write_text(stamp)
        self._report("migrations", time.monotonic() - began)

    @contextlib.contextmanager
    def _fill(self) -> Iterator[None]:
        if not self._content:
            yield
            return
        began = time.monotonic()
        with self._run_beside(self._content, environment=self._owner_env):
            yield
        self._report("content", time.monotonic() - began)

    def _stop_all(self) -> None:
        self._expected.clear()
        for group in _STOP_GROUPS:
            running = [self.processes[name] for name in group if name in self.processes]
            for process in running:
                process.ask_to_stop()
            for process in running:
                process.stop(grace_s=20)
        self.state.release()

    def _collect_static(self) -> None:
        began = time.monotonic()
        stamp = stamp_files(list_static())
        # One at a time: demos, tests and bench share the folder of collected files, wherever
        # each keeps its state.
        shared = ROOT / ".tessera"
        shared.mkdir(exist_ok=True)
        with (shared / "static.lock").open("a+") as done:
            fcntl.flock(done, fcntl.LOCK_EX)
            done.seek(0)
            if done.read() != stamp or not (ROOT / "staticfiles").exists():
                self.manage("compile_texts")
                self.manage("collectstatic", "--noinput")
                done.truncate(0)
                done.write(stamp)
        self._report("static files", time.monotonic() - began)

    def _make_settings(self) -> dict[str, str]:
        public = LOOPBACK if is_everywhere(self.host) else self.host
        mail, bank = self.state.path / "mail", self.state.path / "bank"
        for folder in (mail, bank, bank / "outbox", bank / "inbox"):
            folder.mkdir(mode=0o700, exist_ok=True)
        return {
            **self.state.load_secrets(),
            "DATABASE_URL": self.servers.database_url(self.database),
            "REDIS_URL": self.servers.redis_url,
            "CELERY_BROKER_URL": self.servers.broker_url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": "0",
            "ALLOWED_HOSTS": f"{bracket(public)},127.0.0.1,localhost,[::1]",
            "PUBLIC_URL": f"http://{bracket(public)}:{self.port}",
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(mail),
            "BANK_OUTBOX": str(bank / "outbox"),
            "BANK_INBOX": str(bank / "inbox"),
            "DEMO_BANK": str(bank),
            "EXPORT_FOLDER": str(self.state.path / "exports"),
            "TEXT_SENDER": "demo.texts.show_among_mail",
            "LEDGER_HEADS_FILE": str(self.state.path / f"heads-{self.database}.jsonl"),
            "PYTHONUNBUFFERED": "1",
            **self._overrides,
        }
