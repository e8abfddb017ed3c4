"""Starts programs, waits until they are ready, and stops them for certain (Linux only)."""

import contextlib
import ctypes
import os
import pwd
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from foundation.heartbeat import Listener

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_LOG_MAX_BYTES = 10_000_000
_POLL_S = 0.05


class ProcessFailed(Exception):
    """A program did not start: says which, why, and shows the end of its log."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """How one program is run.

    `is_ready` gets the log since the start. `busy_words` in the log of a failed start mean that
    a predecessor has not quite ended, and that a retry is worthwhile. `stale_files` are left by
    a killed run and would stop a new one. `answers` checks whether a running program answers at
    all. A program that sends signs of life sends them to `sign_path`.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    is_ready: Callable[[str], bool] = lambda _log: True
    answers: Callable[[], bool] = lambda: True
    sign_path: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGTERM
    stops_while_starting: bool = True
    busy_words: tuple[str, ...] = ()
    stale_files: tuple[Path, ...] = ()
    user: str = ""


class Process:
    """One run of a program, in a session of its own.

    Ctrl-C in the terminal therefore reaches only us, and we stop the rest in order. When we are
    killed, the kernel sends each program its `orphan_signal`. That is bound to the starting
    thread, so start programs from the main thread.
    """

    def __init__(self, program: Program, *, folder: Path) -> None:
        self.program = program
        self.log_path = folder / "logs" / f"{program.name}.log"
        self.pid_path = folder / "pids" / program.name
        self._log_start = 0
        self._ready = False
        self._signs: Listener | None = None
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def is_alive(self) -> bool:
        """Return whether the program runs, ready or not."""
        return self._popen is not None and self._popen.poll() is None

    def launch(self) -> None:
        """Start the program and return at once; see `wait_until_ready`."""
        assert not self.is_alive, f"{self.program.name} is running already"
        # Children may outlive a crashed parent, and would answer beside new ones.
        self.kill()
        for path in (self.log_path, self.pid_path):
            path.parent.mkdir(parents=True, exist_ok=True)
        if self.program.sign_path is not None:
            self._signs = Listener(self.program.sign_path)
        if self.log_path.exists() and self.log_path.stat().st_size > _LOG_MAX_BYTES:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        for path in self.program.stale_files:
            path.unlink(missing_ok=True)
        self._ready = False
        with open_private(self.log_path) as log:
            self._log_start = log.tell()
            self._popen = spawn(self.program, output=log.fileno())
        # On a full disk it runs without the file, which only helps to clean up after a crash of
        # ours.
        with contextlib.suppress(OSError):
            self.pid_path.write_text(str(self._popen.pid))

    def check_ready(self) -> bool:
        """Return whether the program has signaled readiness; does not wait."""
        if not self.is_alive:
            return False
        self._ready = self._ready or self.program.is_ready(self._read_log())
        return self._ready

    def wait_until_ready(self, *, timeout_s: float = 60) -> None:
        """Wait until the program signals readiness.

        Raises:
            ProcessFailed: it ended, or was not ready in time.
        """
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if not self.is_alive:
                if not any(words in self._read_log() for words in self.program.busy_words):
                    raise ProcessFailed(self._describe(f"ended with {self._exit_code()}"))
                time.sleep(0.5)
                self.launch()
            elif self.check_ready():
                return
            time.sleep(_POLL_S)
        raise ProcessFailed(self._describe(f"was not ready after {timeout_s:.0f} s"))

    def wait_until_done(self, *, timeout_s: float = 300) -> None:
        """Wait for a program that ends by itself.

        Raises:
            ProcessFailed: it ended with an error, or not in time.
        """
        assert self._popen is not None
        try:
            code = self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise ProcessFailed(self._describe(f"took longer than {timeout_s:.0f} s")) from None
        self.pid_path.unlink(missing_ok=True)
        if code:
            raise ProcessFailed(self._describe(f"ended with {self._exit_code()}"))

    def wait_until_ended(self, *, timeout_s: float = 10) -> None:
        """Wait for the program's end, of whatever cause."""
        if self._popen is not None:
            self._popen.wait(timeout_s)

    def ask_to_stop(self) -> None:
        """Send the stop signal and return at once."""
        if self._popen is None or not self.is_alive:
            return
        if self._ready or self.program.stops_while_starting:
            self._popen.send_signal(self.program.stop_signal)
        else:
            self._signal_group(signal.SIGKILL)

    def stop(self, *, grace_s: float = 10) -> None:
        """Stop in order; kill what has not ended after `grace_s`. Stopping twice is fine."""
        self.ask_to_stop()
        if self._popen is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(grace_s)
        self.kill()

    def kill(self) -> None:
        """End the program and its process group with SIGKILL, as a crash would.

        PostgreSQL's backends lead groups of their own and end a moment later by themselves.
        """
        if self._popen is None:
            return
        self._signal_group(signal.SIGKILL)
        self._popen.wait()
        self._popen = None
        if self._signs is not None:
            self._signs.close()
            self._signs = None
        self.pid_path.unlink(missing_ok=True)

    def measure_silence(self) -> float:
        """Return the seconds since the last sign of life; 0 for a program that gives none."""
        return self._signs.measure_silence() if self._signs is not None else 0.0

    def list_stopped(self) -> list[int]:
        """Return the ids of the program and its descendants that are stopped, as by SIGSTOP."""
        return [pid for pid, state in self._list_family().items() if state == "T"]

    def end_hung(self) -> None:
        """Kill the program with all its descendants, also those that left its group."""
        family = self._list_family()
        self.kill()
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def describe_end(self) -> str:
        """Return how the program ended, with the end of its log."""
        return self._describe(f"ended with {self._exit_code()}")

    def _list_family(self) -> dict[int, str]:
        return {} if self._popen is None else list_family(self._popen.pid)

    def _signal_group(self, number: signal.Signals) -> None:
        assert self._popen is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, number)

    def _exit_code(self) -> str:
        code = None if self._popen is None else self._popen.poll()
        if code is not None and code < 0:
            return f"signal {signal.Signals(-code).name}"
        return f"exit code {code}"

    def _read_log(self) -> str:
        with self.log_path.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def _describe(self, what: str) -> str:
        try:
            log = self._read_log()
        except OSError as error:
            log = str(error)
        tail = "\n".join("    " + line for line in log.splitlines()[-15:])
        return f"{self.program.name} {what}. The end of {self.log_path}:\n{tail}"


def open_private(path: Path) -> IO[bytes]:
    """Open a log for appending, readable by its owner only."""
    log = os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")
    os.fchmod(log.fileno(), 0o600)
    return log


def spawn(program: Program, *, output: int) -> subprocess.Popen[bytes]:
    """Run the program in its own session, bound to our life, writing to `output`."""
    parent = os.getpid()

    def prepare() -> None:
        # After the change of user, which would clear the death signal.
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(program.orphan_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        # A thousand open streams are two thousand files; many systems start at 1024.
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    account = pwd.getpwnam(program.user) if program.user else None
    return subprocess.Popen(  # noqa: S603 - the command is our own, never from outside
        program.command,
        cwd=program.folder,
        env=_make_environment(program),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=prepare,  # noqa: PLW1509 - between fork and exec it only makes system calls
        user=None if account is None else account.pw_uid,
        group=None if account is None else account.pw_gid,
        extra_groups=None if account is None else [],
    )


def list_family(ancestor: int) -> dict[int, str]:
    """Return a process and all its descendants with the letter of their state."""
    found: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # The name before it may contain anything, even parentheses.
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            found[int(entry.name)] = (int(parent), state)
    family: dict[int, str] = {}
    generation = {ancestor} & found.keys()
    while generation:
        family |= {pid: found[pid][1] for pid in generation}
        generation = {pid for pid, (parent, _) in found.items() if parent in generation}
    return family


def stop_when_parent_dies() -> None:
    """Send ourselves SIGTERM once our parent process is gone."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def stop_leftovers(folder: Path, *, marks: tuple[str, ...], grace_s: float = 20) -> None:
    """Stop programs of an earlier run that was killed and could not stop them.

    Only for the holder of the folder's lock. A process counts as left over if its group's id is
    in the folder and its command line contains one of `marks`: ids are reused by others.
    """
    written = {path.name: path.read_text() for path in (folder / "pids").glob("*")}
    groups = {int(text): name for name, text in written.items() if text.isdecimal()}
    left = _find_members(groups, marks=marks)
    for pid in left:
        # Fast shutdown for PostgreSQL, which on SIGTERM waits for its clients.
        with contextlib.suppress(ProcessLookupError):
            fast = groups[os.getpgid(pid)] == "postgres"
            os.kill(pid, signal.SIGINT if fast else signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while left and time.monotonic() < deadline:
        time.sleep(_POLL_S)
        left = _find_members(groups, marks=marks)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for path in (folder / "pids").glob("*"):
        path.unlink()


def _make_environment(program: Program) -> dict[str, str]:
    # Our own supervisor's socket is not for them.
    inherited = {
        name: value for name, value in program.environment.items() if name != "NOTIFY_SOCKET"
    }
    signs = {} if program.sign_path is None else {"NOTIFY_SOCKET": str(program.sign_path)}
    return inherited | signs


def _find_members(groups: Collection[int], *, marks: tuple[str, ...]) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir() if groups else ():
        with contextlib.suppress(ValueError, OSError):
            pid = int(entry.name)
            command = (entry / "cmdline").read_bytes()
            if os.getpgid(pid) in groups and any(mark.encode() in command for mark in marks):
                found.append(pid)
    return found
