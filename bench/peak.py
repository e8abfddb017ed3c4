"""A sale day: up to four times as many checkouts as the machine can make, at their own pace.

    python bench/peak.py            a minute each at 0.5, 1, 2 and 4 times its capacity
    python bench/peak.py --quick    some seconds each, for trying
    python bench/peak.py --json     one JSON object

bench/README.md tells what is measured. Uses .tessera/bench, answers on loopback only.
"""

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from checkout import NO_PIN, find_port, make_shops  # noqa: E402  the path comes first
from cpu import read_cpu  # noqa: E402
from figures import Figures, Row, Run, Sample, collect_figures  # noqa: E402
from load import Unexpected  # noqa: E402
from open_loop import Arrivals, OpenLoop, Script  # noqa: E402
from reference import Reference  # noqa: E402
from rounds import FOLDER, forget_last, run_benchmark, say  # noqa: E402
from sale_day import BEGINS_WITHIN_S, ENDS_WITHIN_S, Tally, Town  # noqa: E402
from sign_ins import Attack, attacked  # noqa: E402

from qr.references import decode_reference  # noqa: E402
from servers.stack import Stack  # noqa: E402

FACTORS = (0.5, 1.0, 2.0, 4.0)
FLOOD = Attack("/wallet/sign-in/", connections=16, addresses=16)
_CLIENTS = 32
_LINES_MAX = 2000
_RECEIPTS_WAIT_MAX_S = 60.0
_SEED = 20101111
_PATIENCE = (
    f"{BEGINS_WITHIN_S:.0f} s after the sale should have begun, {ENDS_WITHIN_S:.0f} s after the"
)
_NOTES = [
    "A checkout is create, claim, confirm, and the till has read captured.",
    "A quarter of the tills is told by a stream.",
    "Checkouts begin by a timetable, whatever became of those before.",
    "Times count from when a request was due.",
    "What is refused comes again with its key, as till and phone send it.",
    f"A customer leaves {_PATIENCE} next step.",
    "Beside all of it 16 connections from 16 addresses sign in wrongly without a pause.",
    "p50 and p99 are of admitted confirmations. All load comes from the same cores.",
]
_UNISSUED = """
    SELECT count(*) FROM pos_charge c WHERE c.status = 'captured'
       AND NOT EXISTS (SELECT FROM pos_receipt r WHERE r.charge_id = c.id)
"""
_BOOKED = """
    SELECT c.id, c.amount_minor, c.status = 'captured', t.amount_minor,
           (SELECT count(*) FROM wallet_payment p WHERE p.charge_id = c.id)
      FROM pos_charge c LEFT JOIN ledger_transfer t ON t.id = c.id
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long; the first seconds of each step are not counted: nothing is under way yet."""

    tpcb_s: int
    capacity_s: float
    step_s: float
    begin_s: float


_FULL = Plan(tpcb_s=5, capacity_s=15, step_s=60, begin_s=10)
_QUICK = Plan(tpcb_s=2, capacity_s=4, step_s=8, begin_s=3)


@dataclass(slots=True)
class Step:
    """What came of one step."""

    name: str
    offered_rate: float
    tally: Tally
    rate: float
    unfinished: int
    cpu_ms: dict[str, float]

    def show(self, peak: float) -> dict[str, Any]:
        """Return its figures."""
        tally = self.tally
        confirmed = Sample(tally.took_s.get("confirm", [0.0]))
        run = Run(
            self.rate,
            p50_ms=confirmed.find_percentile(50),
            p99_ms=confirmed.find_percentile(99),
            cpu_ms=self.cpu_ms,
        )
        return Row(self.name, "/s", [run]).show() | {
            "offered": round(self.offered_rate, 1),
            "over_peak": round(self.rate / peak, 3),
            "begun": tally.offered,
            "completed": len(tally.completed_at),
            "refused": dict(tally.refused),
            "gave_up": dict(tally.gave_up),
            "unfinished": self.unfinished,
            "times_ms": {
                what: {
                    f"p{percent}": round(Sample(took).find_percentile(percent), 1)
                    for percent in (50, 99)
                }
                for what, took in sorted(tally.took_s.items())
            },
        }


class SaleDay:
    """The running stack and its town."""

    def __init__(self, stack: Stack, plan: Plan) -> None:
        self._stack, self._plan = stack, plan
        self._town = Town(stack.port, make_shops(stack))
        self.tallies: list[Tally] = []

    def measure_capacity(self) -> float:
        """Return the checkouts a second of clients that wait for each other's answers."""
        # The first time warms.
        self._sell_by_waiting()
        return self._sell_by_waiting()

    def measure_step(self, name: str, rate: float) -> Step:
        """Begin checkouts at this rate, and count those that ended in the step."""
        plan, tally = self._plan, self._begin_tally()
        before = self._read_cpu()
        began = time.perf_counter() + 0.1
        ends = began + plan.step_s
        unfinished = self._run(
            self._draw_arrivals(tally, rate, began=began, ends=ends),
            until=ends + BEGINS_WITHIN_S + ENDS_WITHIN_S,
        )
        self._wait_for_receipts()
        after = self._read_cpu()
        completed = count_between(tally, began + plan.begin_s, ends)
        cpu_ms = {
            process: 1000 * (after[process] - before[process]) / max(1, len(tally.completed_at))
            for process in after
        }
        step = Step(
            name,
            tally.offered / plan.step_s,
            tally,
            completed / (plan.step_s - plan.begin_s),
            unfinished,
            cpu_ms,
        )
        say(describe(step))
        return step

    def prove(self) -> str:
        """Hold every answer against the books, and prove the books.

        Raises:
            Unexpected: an acknowledged payment or charge is missing, or something is double.
        """
        with psycopg.connect(self._url, autocommit=True) as connection:
            booked = {row[0]: row[1:] for row in connection.execute(_BOOKED).fetchall()}
        acknowledged = [each for tally in self.tallies for each in tally.acknowledged]
        created = [each for tally in self.tallies for each in tally.created]
        lost = [
            each
            for each in acknowledged
            if booked.get(decode_reference("ch", each.charge))
            != (each.amount_minor, True, each.amount_minor, 1)
        ]
        lost_charges = [each for each in created if decode_reference("ch", each) not in booked]
        payments = [row[3] for row in booked.values() if row[1]]
        doubled = len(acknowledged) - len({each.payment for each in acknowledged})
        too_many = len(booked) - sum(tally.keys for tally in self.tallies)
        if lost or lost_charges or doubled or too_many > 0 or set(payments) - {1}:
            raise Unexpected(
                f"lost payments {lost[:3]}, lost charges {lost_charges[:3]},"
                f" doubled {doubled}, charges without a key {too_many}"
            )
        self._stack.manage("check_books")
        return (
            f"{len(acknowledged)} acknowledged payments and {len(created)} charges: all in the"
            f" books, none double; {len(payments) - len(acknowledged)} captured without an"
            " answer; check_books holds."
        )

    @property
    def _url(self) -> str:
        return self._stack.servers.database_url(self._stack.database)

    def _begin_tally(self) -> Tally:
        self.tallies.append(Tally())
        return self.tallies[-1]

    def _sell_by_waiting(self) -> float:
        tally, began = self._begin_tally(), time.perf_counter()
        ends = began + self._plan.capacity_s
        scripts = [self._sell_until(tally, ends) for _ in range(_CLIENTS)]
        self._run(((began, script) for script in scripts), until=ends + ENDS_WITHIN_S)
        self._wait_for_receipts()
        return count_between(tally, began, ends) / self._plan.capacity_s

    def _sell_until(self, tally: Tally, ends: float) -> Script:
        while (now := time.perf_counter()) < ends:
            yield from self._town.check_out(tally, at=now, is_in_haste=True)

    def _draw_arrivals(
        self, tally: Tally, rate: float, *, began: float, ends: float
    ) -> Iterator[tuple[float, Script]]:
        at = began
        while (at := at + random.expovariate(rate)) < ends:
            yield at, self._town.check_out(tally, at=at)

    def _run(self, arrivals: Arrivals, *, until: float) -> int:
        loop = OpenLoop(self._stack.port, lines_max=_LINES_MAX)
        try:
            return loop.run(iter(arrivals), until=until)
        finally:
            loop.close()

    def _read_cpu(self) -> dict[str, float]:
        return read_cpu(self._stack.state.path, self._stack.processes)

    def _wait_for_receipts(self) -> None:
        # Otherwise the next step would bear the cost of this one's jobs.
        until = time.monotonic() + _RECEIPTS_WAIT_MAX_S
        with psycopg.connect(self._url, autocommit=True) as connection:
            while time.monotonic() < until:
                row = connection.execute(_UNISSUED).fetchone()
                if row is None or not row[0]:
                    return
                time.sleep(0.1)


def count_between(tally: Tally, began: float, ends: float) -> int:
    """Count the checkouts that ended in a time."""
    return sum(began <= at < ends for at in tally.completed_at)


def describe(step: Step) -> str:
    """Describe a step in a line."""
    took = {
        what: Sample(step.tally.took_s[what]).find_percentile(99)
        for what in ("confirm", "told")
        if what in step.tally.took_s
    }
    times = ", ".join(f"{what} p99 {ms:.0f} ms" for what, ms in took.items())
    return (
        f"  {step.name}: offered {step.offered_rate:.0f}/s, completed {step.rate:.0f}/s,"
        f" refused {dict(step.tally.refused)}, gave up {dict(step.tally.gave_up)}, {times}"
    )


def measure(plan: Plan) -> Figures:
    """Start the stack on empty tables, measure all steps, and prove that nothing was lost.

    Raises:
        FolderInUse: another benchmark runs.
        ProcessFailed: a process did not come up, or the books do not hold.
        Unexpected: a request was not answered as it must be, or the books contradict an answer.
    """
    random.seed(_SEED)
    forget_last()
    say("Starting the stack")
    with Stack(FOLDER, port=find_port(), environment=NO_PIN) as stack:
        reference = Reference(stack.servers)
        reference.prepare()
        tpcb = reference.measure(plan.tpcb_s)
        day = SaleDay(stack, plan)
        with attacked(stack.port, FLOOD):
            capacity = day.measure_capacity()
            say(f"  capacity {capacity:.0f}/s by {_CLIENTS} clients that wait")
            steps = [
                day.measure_step(f"peak_x{factor:g}", factor * capacity) for factor in FACTORS
            ]
        proof = day.prove()
        say(proof)
    peak = max(step.rate for step in steps)
    figures = collect_figures([], reference={"tpcb_c8": [tpcb]}, notes=[*_NOTES, proof])
    rows = [step.show(peak) for step in steps]
    return replace(
        figures,
        reference=figures.reference | {"capacity_c32": round(capacity, 1)},
        rows=rows,
        notes=[*figures.notes, *map(write_line, rows)],
    )


def write_line(row: dict[str, Any]) -> str:
    """Write what the table has no column for."""
    return (
        f"{row['name']}: offered {row['offered']}/s, completed {row['over_peak']} of the peak;"
        f" {row['begun']} begun, {row['completed']} completed, refused {row['refused']},"
        f" gave up {row['gave_up']}, unfinished {row['unfinished']}; ms {row['times_ms']}"
    )


if __name__ == "__main__":
    sys.exit(run_benchmark("peak", measure, full=_FULL, quick=_QUICK))
