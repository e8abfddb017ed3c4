"""Processor time of processes, steadier than a clock on a busy machine, and their memory."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

_OWN_MEMORY = re.compile(r"^RssAnon:\s+(\d+) kB$", re.MULTILINE)
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def read_cpu(folder: Path, names: Iterable[str]) -> dict[str, float]:
    """Return the seconds of processor time of each named process of a state folder, and ours.

    Children count, also those that have ended.
    """
    parents, used = _read_processes()
    roots = {os.getpid(): "load"} | _find_roots(folder, names)
    seconds = dict.fromkeys(roots.values(), 0.0)
    for pid, spent in used.items():
        root = _find_root(pid, parents, roots)
        if root in roots:
            seconds[roots[root]] += spent
    return seconds


def read_memory(folder: Path, names: Iterable[str]) -> dict[str, int]:
    """Return the KiB of memory that each named process and its children hold for themselves."""
    parents, used = _read_processes()
    roots = _find_roots(folder, names)
    held = dict.fromkeys(roots.values(), 0)
    for pid in used:
        root = _find_root(pid, parents, roots)
        if root in roots:
            status = Path(f"/proc/{pid}/status").read_text()
            held[roots[root]] += sum(map(int, _OWN_MEMORY.findall(status)))
    return held


def _find_roots(folder: Path, names: Iterable[str]) -> dict[int, str]:
    return {int((folder / "pids" / name).read_text()): name for name in names}


def _find_root(pid: int, parents: dict[int, int], roots: dict[int, str]) -> int:
    while pid not in roots and pid in parents:
        pid = parents[pid]
    return pid


def _read_processes() -> tuple[dict[int, int], dict[int, float]]:
    parents, used = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in brackets may hold anything, so the fields are counted after it.
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(path.parent.name)
        parents[pid] = int(fields[1])
        # Own time and that of ended children, in user and kernel mode.
        used[pid] = sum(int(ticks) for ticks in fields[11:15]) * _TICK_S
    return parents, used
