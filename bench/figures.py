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


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement of one thing in one round."""

    value: float
    ratio: float | None
    p50_ms: float
    p99_ms: float
    cpu_ms: dict[str, float]


@dataclass(slots=True)
class Row:
    """All measurements of one thing."""

    name: str
    unit: str
    runs: list[Run] = field(default_factory=list)

    def show(self) -> dict[str, Any]:
        """Give the medians; `cpu_ms` is what one cost each process, our load included."""
        ratios = [run.ratio for run in self.runs if run.ratio is not None]
        names = self.runs[0].cpu_ms
        return {
            "name": self.name,
            "value": round(statistics.median(run.value for run in self.runs), 2),
            "unit": self.unit,
            "ratio": round(statistics.median(ratios), 4) if ratios else None,
            "p50_ms": round(statistics.median(run.p50_ms for run in self.runs), 2),
            "p99_ms": round(statistics.median(run.p99_ms for run in self.runs), 2),
            "runs": len(self.runs),
            "cpu_ms": {
                name: round(statistics.median(run.cpu_ms[name] for run in self.runs), 3)
                for name in names
            },
        }


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
        """Give the JSON object."""
        return json.dumps(asdict(self), indent=1)

    def draw(self) -> str:
        """Give the table."""
        lines = [
            f"{'':16}{'value':>9} {'':4}{'x TPC-B':>9}{'p50 ms':>9}{'p99 ms':>9}{'runs':>6}"
        ]
        lines += [f"{name:16}{value:9.1f} /s" for name, value in self.reference.items()]
        for row in self.rows:
            ratio = "" if row["ratio"] is None else f"{row['ratio']:.3f}"
            lines.append(
                f"{row['name']:16}{row['value']:9.1f} {row['unit']:4}{ratio:>9}"
                f"{row['p50_ms']:9.1f}{row['p99_ms']:9.1f}{row['runs']:6}"
            )
        names = list(self.rows[0]["cpu_ms"])
        lines += [
            "",
            "processor time of one, ms",
            f"{'':16}" + "".join(f"{n:>9}" for n in names),
        ]
        for row in self.rows:
            spent = "".join(f"{row['cpu_ms'][name]:9.2f}" for name in names)
            lines.append(f"{row['name']:16}{spent}")
        return "\n".join([*lines, "", *self.notes])


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


def _find_commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607  wherever git is
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"
