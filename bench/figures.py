"""Medians over the rounds, as a table for people and one JSON object for scripts."""

import json
import statistics
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class Sample:
    """What one measurement saw: how long each took, and how long all of them."""

    took_s: list[float] = field(default_factory=list)
    elapsed_s: float = 0.0
    count_each: int = 1
    cpu_s: dict[str, float] = field(default_factory=dict)
    wal_bytes: int = 0

    @property
    def count(self) -> int:
        """How many were done."""
        return len(self.took_s) * self.count_each

    @property
    def rate(self) -> float:
        """How many were done a second."""
        return self.count / self.elapsed_s

    def find_percentile(self, percent: int) -> float:
        """Return the time within which so many were done, in milliseconds."""
        ordered = sorted(self.took_s)
        return 1000 * ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


def merge_samples(samples: list[Sample]) -> Sample:
    """Return several measurements of the same thing as one."""
    return Sample(
        [took_s for sample in samples for took_s in sample.took_s],
        sum(sample.elapsed_s for sample in samples),
        samples[0].count_each,
        wal_bytes=sum(sample.wal_bytes for sample in samples),
    )


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement of one thing in one round."""

    value: float
    ratio: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_ms: dict[str, float] = field(default_factory=dict)
    over_sql: float | None = None


@dataclass(slots=True)
class Row:
    """All measurements of one thing."""

    name: str
    unit: str
    runs: list[Run] = field(default_factory=list)

    def show(self) -> dict[str, Any]:
        """Return the medians; `cpu_ms` is what one cost each process, our load included."""
        shown: dict[str, Any] = {
            "name": self.name,
            "value": _find_median([run.value for run in self.runs], digits=3),
            "unit": self.unit,
            "ratio": _find_median([run.ratio for run in self.runs], digits=4),
            "p50_ms": _find_median([run.p50_ms for run in self.runs], digits=3),
            "p99_ms": _find_median([run.p99_ms for run in self.runs], digits=3),
            "runs": len(self.runs),
            "cpu_ms": {
                name: _find_median([run.cpu_ms[name] for run in self.runs], digits=4)
                for name in self.runs[0].cpu_ms
            },
        }
        over_sql = _find_median([run.over_sql for run in self.runs], digits=3)
        return shown if over_sql is None else shown | {"over_sql": over_sql}


@dataclass(frozen=True, slots=True)
class Figures:
    """One object, the same for every benchmark."""

    commit: str
    at: str
    cpus: int
    reference: dict[str, float]
    rows: list[dict[str, Any]]
    notes: list[str]

    def write(self) -> str:
        """Return the JSON object."""
        return json.dumps(asdict(self), indent=1)

    def draw(self) -> str:
        """Return the table."""
        wide = max(len(row["name"]) for row in self.rows) + 2
        has_sql = any("over_sql" in row for row in self.rows)
        names = ["value", "    x TPC-B", "p50 ms", "p99 ms", "  runs", "x SQL"]
        head = "".join(f"{name:>9}" for name in names[: 6 if has_sql else 5])
        lines = [" " * wide + head]
        lines += [f"{name:{wide}}{value:9.1f} /s" for name, value in self.reference.items()]
        for row in self.rows:
            lines.append(
                f"{row['name']:{wide}}{row['value']:9,.{1 if row['value'] >= 10 else 3}f}"
                f" {row['unit']:4}{_draw(row['ratio'], digits=3)}"
                f"{_draw(row['p50_ms'], digits=1)}{_draw(row['p99_ms'], digits=1)}"
                f"{row['runs']:6}{_draw(row.get('over_sql'), digits=2)}".rstrip()
            )
        return "\n".join([*lines, *self._draw_cpu(wide), "", *self.notes])

    def _draw_cpu(self, wide: int) -> list[str]:
        rows = [row for row in self.rows if row["cpu_ms"]]
        if not rows:
            return []
        names = list(rows[0]["cpu_ms"])
        head = ["", "processor time of one, ms", " " * wide + "".join(f"{n:>9}" for n in names)]
        return head + [
            f"{row['name']:{wide}}" + "".join(f"{row['cpu_ms'][n]:9.3f}" for n in names)
            for row in rows
        ]


def collect_figures(
    rows: list[Row], *, reference: dict[str, list[float]], notes: list[str]
) -> Figures:
    """Bring the rounds together."""
    return Figures(
        commit=_find_commit(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),  # noqa: TID251  no settings here
        cpus=cpu_count() or 1,
        reference={name: round(statistics.median(all_), 1) for name, all_ in reference.items()},
        rows=[row.show() for row in rows if row.runs],
        notes=notes,
    )


def _find_median(values: list[float] | list[float | None], *, digits: int) -> float | None:
    known = [value for value in values if value is not None]
    return round(statistics.median(known), digits) if known else None


def _draw(value: float | None, *, digits: int) -> str:
    return " " * 9 if value is None else f"{value:9.{digits}f}"


def _find_commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607  wherever git is
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"
