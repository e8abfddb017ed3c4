"""Whole checkouts over HTTP against the whole stack, beside pgbench's TPC-B in the same rounds.

    python bench/checkout.py            a table; about five minutes
    python bench/checkout.py --quick    two short rounds, for trying
    python bench/checkout.py --json     one JSON object

bench/README.md tells what is measured. Uses .tessera/bench, answers on loopback only.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cpu import read_cpu  # noqa: E402  the path comes first
from figures import Figures, Row, Run, Sample, collect_figures  # noqa: E402
from load import Connection, run_scripts  # noqa: E402
from reference import Reference  # noqa: E402
from rounds import FOLDER, count_rounds, forget_last, run_benchmark, say  # noqa: E402
from sales import (  # noqa: E402
    Shopping,
    check_out,
    claim_many,
    confirm_many,
    open_shopping,
    wait_to_be_told,
)

from servers.programs import Size  # noqa: E402
from servers.stack import Stack  # noqa: E402

_RECEIPTS_WAIT_MAX_S = 30.0
# So high that no payment needs a PIN, but counted as always.
NO_PIN = {"NO_PIN_SUM_MAX_MINOR": "1000000000000", "NO_PIN_COUNT_MAX": "32767"}
_NOTES = [
    "A checkout is create, claim, confirm, and a GET by the till that says captured.",
    "confirm: the confirmation alone. till_told: from sending it to the event on the stream.",
    "NO_PIN_SUM_MAX_MINOR and NO_PIN_COUNT_MAX are raised: counted, but no PIN is asked for.",
    "checkout_cpu, confirm_cpu: processor time of one at 32 clients over that of one TPC-B.",
    f"Web: {Size().web_workers} process; all settings but the above are the defaults.",
    "tpcb_c8: pgbench TPC-B, 8 clients, scale 16, same server and rounds. All are medians.",
]
_UNISSUED = """
    SELECT count(*) FROM pos_charge c WHERE c.status = 'captured'
       AND NOT EXISTS (SELECT FROM pos_receipt r WHERE r.charge_id = c.id)
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often."""

    rounds: int
    total_max_s: float
    tpcb_s: int
    checkout_s: float
    told_s: float
    claims_each: int


_FULL = Plan(rounds=5, total_max_s=350, tpcb_s=5, checkout_s=6, told_s=5, claims_each=40)
_QUICK = Plan(rounds=2, total_max_s=55, tpcb_s=2, checkout_s=2.5, told_s=2, claims_each=12)


@dataclass(slots=True)
class Bench:
    """The running stack, its clients, and what was measured so far."""

    stack: Stack
    secrets: dict[str, list[str]]
    plan: Plan
    tpcb: list[float] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)

    def run_round(self) -> None:
        """Measure everything once."""
        say("  tpcb_c8 ", end="")
        before = self._read_cpu()
        self.tpcb.append(Reference(self.stack.servers).measure(self.plan.tpcb_s))
        tpcb_ms = _sum_up(before, self._read_cpu()) / (self.tpcb[-1] * self.plan.tpcb_s)
        say(f"{self.tpcb[-1]:.0f}/s, {tpcb_ms:.2f} ms of processor time")
        for clients in (1, 8, 32):
            self.measure_checkout(clients)
        self._keep_cpu("checkout", clients=32, tpcb_ms=tpcb_ms)
        self.measure_confirm(32)
        self._keep_cpu("confirm", clients=32, tpcb_ms=tpcb_ms)
        self.measure_told(8)

    def measure_checkout(self, clients: int) -> None:
        """Measure whole checkouts."""
        until = stop_after(self.plan.checkout_s)
        self._measure(
            f"checkout_c{clients}",
            clients,
            lambda shopping, sample: run_scripts(
                [check_out(each, sample, until=until()) for each in shopping]
            ),
        )

    def measure_confirm(self, clients: int) -> None:
        """Measure confirmations of charges that were claimed before."""
        claims: list[list[tuple[Connection, str]]] = [[] for _ in range(clients)]

        def prepare(shopping: list[Shopping]) -> None:
            run_scripts(
                claim_many(each, mine, self.plan.claims_each)
                for each, mine in zip(shopping, claims, strict=True)
            )

        self._measure(
            f"confirm_c{clients}",
            clients,
            lambda _, sample: run_scripts(confirm_many(mine, sample) for mine in claims),
            prepare=prepare,
        )

    def measure_told(self, clients: int) -> None:
        """Measure how soon the till's stream tells of a payment."""
        until = stop_after(self.plan.told_s)
        self._measure(
            f"till_told_c{clients}",
            clients,
            lambda shopping, sample: run_scripts(
                [wait_to_be_told(each, sample, until=until()) for each in shopping]
            ),
        )

    def _measure(
        self,
        name: str,
        clients: int,
        run: Callable[[list[Shopping], Sample], None],
        *,
        prepare: Callable[[list[Shopping]], None] = lambda _: None,
    ) -> None:
        say(f"  {name} ", end="")
        shopping = open_shopping(self.stack.port, self.secrets, clients=clients)
        prepare(shopping)
        sample, before, began = Sample(), self._read_cpu(), time.perf_counter()
        run(shopping, sample)
        sample.elapsed_s = time.perf_counter() - began
        late_s = self._wait_for_receipts()
        after = self._read_cpu()
        cpu_ms = {
            process: 1000 * (after[process] - before[process]) / len(sample.took_s)
            for process in after
        }
        for each in shopping:
            each.close()
        self._keep(name, sample, cpu_ms)
        say(f"{sample.rate:.0f}/s, {len(sample.took_s)} of them; receipts {late_s:.1f} s later")

    def _read_cpu(self) -> dict[str, float]:
        return read_cpu(self.stack.state.path, self.stack.processes)

    def _keep(self, name: str, sample: Sample, cpu_ms: dict[str, float]) -> None:
        p50_ms, p99_ms = sample.find_percentile(50), sample.find_percentile(99)
        if name.startswith("till_told"):
            run, unit = Run(p50_ms, p50_ms=p50_ms, p99_ms=p99_ms, cpu_ms=cpu_ms), "ms"
        else:
            ratio = sample.rate / self.tpcb[-1] if self.tpcb else None
            run, unit = Run(sample.rate, ratio, p50_ms, p99_ms, cpu_ms), "/s"
        self.rows.setdefault(name, Row(name, unit)).runs.append(run)

    def _keep_cpu(self, name: str, *, clients: int, tpcb_ms: float) -> None:
        cost_ms = sum(self.rows[f"{name}_c{clients}"].runs[-1].cpu_ms.values())
        row = self.rows.setdefault(f"{name}_cpu", Row(f"{name}_cpu", "x"))
        row.runs.append(Run(cost_ms / tpcb_ms))
        say(f"  {name}_cpu {row.runs[-1].value:.1f} x TPC-B, {cost_ms:.2f} ms")

    def _wait_for_receipts(self) -> float:
        # Otherwise the next measurement would bear the cost of this one's jobs.
        began = time.monotonic()
        url = self.stack.servers.database_url(self.stack.database)
        with psycopg.connect(url, autocommit=True) as connection:
            while time.monotonic() - began < _RECEIPTS_WAIT_MAX_S:
                row = connection.execute(_UNISSUED).fetchone()
                if row is None or not row[0]:
                    break
                time.sleep(0.1)
        return time.monotonic() - began


def _sum_up(before: dict[str, float], after: dict[str, float]) -> float:
    # Milliseconds of everything that ran meanwhile: idle processes use next to none.
    return 1000 * sum(after[process] - before[process] for process in after)


def measure(plan: Plan) -> Figures:
    """Start the stack on empty tables, measure, and prove that the books still hold.

    Raises:
        FolderInUse: another benchmark runs.
        ProcessFailed: a process did not come up, or the books do not hold.
        Unexpected: a request was not answered as it must be.
    """
    began = time.monotonic()
    forget_last()
    say("Starting the stack")
    with Stack(FOLDER, port=find_port(), environment=NO_PIN) as stack:
        Reference(stack.servers).prepare()
        bench = Bench(stack, make_shops(stack), plan)
        say("Warming up")
        bench.measure_checkout(32)
        bench.rows.clear()
        for _ in count_rounds(plan.rounds, began=began, total_max_s=plan.total_max_s):
            bench.run_round()
        stack.manage("check_books")
        say(f"The books hold. {time.monotonic() - began:.0f} s in all.")
        return collect_figures(
            list(bench.rows.values()), reference={"tpcb_c8": bench.tpcb}, notes=_NOTES
        )


def make_shops(stack: Stack) -> dict[str, list[str]]:
    """Make shops and wallets in a process that has Django."""
    secrets = stack.state.path / "secrets-of-shops.json"
    # The owner's rights, because the application may not put money into wallets.
    owner = {"DATABASE_URL": stack.servers.owner_url(stack.database)}
    subprocess.run(  # noqa: S603  our own script
        # -P, or this folder's ledger.py would be taken for the application's package.
        [sys.executable, "-P", str(ROOT / "bench" / "shops.py"), str(secrets)],
        env={**stack.env, **owner, "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=120,
    )
    made: dict[str, list[str]] = json.loads(secrets.read_text())
    return made


def find_port() -> int:
    """Find a free port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def stop_after(seconds: float) -> Callable[[], Callable[[], bool]]:
    """Return a maker of stop clocks; time runs from the first client's."""
    ends: list[float] = []

    def start() -> Callable[[], bool]:
        if not ends:
            ends.append(time.monotonic() + seconds)
        return lambda: time.monotonic() >= ends[0]

    return start


if __name__ == "__main__":
    sys.exit(run_benchmark("checkout", measure, full=_FULL, quick=_QUICK))
