"""The demo's watch: restarts processes that died or hang, whatever else goes wrong."""

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from servers.stack import NAMES, Stack

_READY_MAX_S = 60
_PAUSE_MAX_S = 10
_SPACE_MIN_BYTES = 2**20
# A process that hangs because its server hangs is not to blame.
_NEEDS = {
    "web": ("postgres",),
    "streams": ("valkey",),
    "worker": ("postgres", "valkey"),
    "banker": ("postgres", "valkey"),
    "beat": ("valkey",),
}
_Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How often running processes are probed, and when they count as hung.

    Beat checks its timetable every five seconds, and the worker sends its sign as often.
    """

    ask_every_s: float = 5
    misses_max: int = 3
    silence_max_s: float = 20


_USUAL = Patience()


class Watch:
    """Looks after a running stack; never waits, and survives a full disk.

    Use it from the main thread: the programs are bound to the thread that starts them.
    """

    def __init__(self, stack: Stack, *, say: _Say, patience: Patience = _USUAL) -> None:
        self._stack, self._say, self._patience = stack, say, patience
        self._judge = Judge(stack, patience=patience)
        self._launched: dict[str, float] = {}
        self._pauses: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._troubles: set[str] = set()
        self._is_full = False
        self._asked_at = time.monotonic()

    def look(self) -> None:
        """Do one round: launch dead processes, greet returned ones, end hung ones."""
        for step in (self._tell_space, self._launch_dead, self._greet, self._end_hung):
            try:
                step()
            except OSError as error:
                self._say_once(f"The watch goes on after: {error}.")

    def _tell_space(self) -> None:
        is_full = shutil.disk_usage(self._stack.state.path).free < _SPACE_MIN_BYTES
        if is_full and not self._is_full:
            self._say("The disk is full. Sales are refused until there is space again.")
        elif self._is_full and not is_full:
            self._say("There is space on the disk again.")
        self._is_full = is_full

    def _launch_dead(self) -> None:
        now = time.monotonic()
        dead = [name for name in self._stack.find_dead() if self._due.get(name, 0) <= now]
        # All are launched before waiting for any: nginx, for one, needs the web to be ready.
        for name in dead:
            self._pauses[name] = min(2 * self._pauses.get(name, 0.5), _PAUSE_MAX_S)
            self._due[name] = now + self._pauses[name]
            try:
                self._tell_end(name)
                self._stack.processes[name].launch()
            except OSError as error:
                self._say_once(f"{name} cannot be started: {error}. Trying again.")
            self._launched[name] = now

    def _tell_end(self, name: str) -> None:
        process = self._stack.processes[name]
        if name in self._launched:
            self._say_once(f"{name} did not stay; trying again.")
        else:
            self._say(f"{process.describe_end()}\nStarting {name} again.")

    def _say_once(self, text: str) -> None:
        # A failure that recurs in every round is reported once.
        if text not in self._troubles:
            self._troubles.add(text)
            self._say(text)

    def _greet(self) -> None:
        for name, since in list(self._launched.items()):
            process = self._stack.processes[name]
            if process.check_ready():
                self._say(f"{name} is back.")
                self._judge.forget(name)
                self._troubles.clear()
                for noted in (self._launched, self._pauses, self._due):
                    noted.pop(name, None)
            elif process.is_alive and time.monotonic() - since > _READY_MAX_S:
                self._say(f"{name} was not ready after {_READY_MAX_S} s.")
                process.end_hung()

    def _end_hung(self) -> None:
        if time.monotonic() - self._asked_at < self._patience.ask_every_s:
            return
        for name, why in self._judge.find_hung(spare=set(self._launched)):
            self._say(f"{name} hangs: {why}. Ending it.")
            self._stack.processes[name].end_hung()
        self._asked_at = time.monotonic()


class Judge:
    """Probes running processes, and says which have given no sign of life for too long."""

    def __init__(self, stack: Stack, *, patience: Patience) -> None:
        self._stack, self._patience = stack, patience
        self._misses: dict[str, int] = {}

    def forget(self, name: str) -> None:
        """Reset the record of a restarted process."""
        self._misses.pop(name, None)

    def find_hung(self, *, spare: set[str]) -> list[tuple[str, str]]:
        """Probe all but the spared once; return those that missed too often, and why."""
        dead = set(self._stack.find_dead())
        running = self._stack.processes.keys() - spare - dead
        asked = [name for name in NAMES if name in running]
        with ThreadPoolExecutor(len(NAMES)) as askers:
            faults = dict(zip(asked, askers.map(self._find_fault, asked), strict=True))
        for name in asked:
            is_excused = any(faults.get(need, "away") for need in _NEEDS.get(name, ()))
            self._misses[name] = (
                self._misses.get(name, 0) + 1 if faults[name] and not is_excused else 0
            )
        too_many = self._patience.misses_max
        return [(name, faults[name]) for name in asked if self._misses[name] >= too_many]

    def _find_fault(self, name: str) -> str:
        process = self._stack.processes[name]
        if process.list_stopped():
            return "it is stopped"
        if process.measure_silence() > self._patience.silence_max_s:
            return f"no sign of life for {self._patience.silence_max_s:g} s"
        return "" if process.program.answers() else "it does not answer"
