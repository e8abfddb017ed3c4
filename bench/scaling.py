"""What many machines would give: a model of them, from what one machine measured.

    python bench/scaling.py            print the tables of docs/scaling.md
    python bench/scaling.py --write    write them there, and the picture beside them
    python bench/scaling.py --check    say whether they are as they would be written

Measured is what stands in the newest of bench/results; everything else is a constant of `Model`
and is printed beside the tables. The same seed gives the same figures.
"""

import json
import math
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from cell import Cell, Costs, Model, Simulation  # noqa: E402  the path comes first
from peak_picture import draw_peak  # noqa: E402

PAGE = ROOT / "docs" / "scaling.md"
PICTURE = ROOT / "docs" / "images" / "peak.svg"
RESULTS = ROOT / "bench" / "results"
SECONDS_A_DAY = 86_400
# Payments or orders a second at their busiest, but for the last, which is a day's mean.
YARDSTICKS = {
    "Alipay, 11 November 2010": 367,
    "Alipay, 11 November 2011": 917,
    "Cainiao, 1.04 billion orders in a day": round(1_040_000_000 / SECONDS_A_DAY),
    "the same day, a third of it in an hour": round(1_040_000_000 / 3 / 3600),
    "Alipay, 11 November 2017": 256_000,
}


def read_newest(name: str) -> dict[str, Any]:
    """Return the newest kept figures of a benchmark."""
    newest = max(RESULTS.glob(f"????-??-??-{name}.json"))
    figures: dict[str, Any] = json.loads(newest.read_text())
    return figures


def read_costs(checkout: dict[str, Any], peak: dict[str, Any]) -> Costs:
    """Return what a checkout costs each process, by the figures of both benchmarks."""
    rows = {row["name"]: row["cpu_ms"] for row in checkout["rows"]}
    whole, confirm = rows["checkout_c32"], rows["confirm_c32"]
    # The sale day's tills listen, those of the other benchmark ask.
    streams = max(row["cpu_ms"]["streams"] for row in peak["rows"])
    return Costs(
        web_ms=whole["web"],
        web_confirm_ms=confirm["web"],
        postgres_ms=whole["postgres"],
        postgres_confirm_ms=confirm["postgres"],
        nginx_ms=whole["nginx"],
        valkey_ms=whole["valkey"],
        worker_ms=whole["worker"],
        streams_ms=streams,
    )


def write_peak_table(peak: dict[str, Any]) -> list[str]:
    """Write the sale day's steps."""
    lines = [
        (
            "| offered | completed | of the peak | refused and sent again | gave up"
            " | confirmation, p50 / p99 | with its refusals, p99 | till told, p50 / p99 |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in peak["rows"]:
        times = row["times_ms"]
        lines.append(
            f"| {row['name'].removeprefix('peak_x')} x: {row['offered']:.0f}/s"
            f" | {row['value']:.0f}/s | {row['over_peak']:.2f}"
            f" | {sum(row['refused'].values()):,} | {sum(row['gave_up'].values()):,}"
            f" of {row['begun']:,} | {_write_times(times['confirm'])}"
            f" | {times['confirm with refusals']['p99']:.0f} ms"
            f" | {_write_times(times['told'])} |"
        )
    proof = next(note for note in peak["notes"] if "acknowledged payments" in note)
    return [
        (
            f"Build {peak['commit']}, {peak['at'][:10]}, {peak['cpus']} cores; capacity by"
            f" clients that wait {peak['reference']['capacity_c32']:.0f} checkouts a second,"
            f" TPC-B {peak['reference']['tpcb_c8']:,.0f} transactions."
        ),
        "",
        *lines,
        "",
        proof,
    ]


def write_costs_table(costs: Costs, commit: str) -> list[str]:
    """Write what is put into the model."""
    named = {
        "web": costs.web_ms,
        "of it the confirmation": costs.web_confirm_ms,
        "PostgreSQL": costs.postgres_ms,
        "of it the confirmation ": costs.postgres_confirm_ms,
        "nginx": costs.nginx_ms,
        "streams": costs.streams_ms,
        "Valkey": costs.valkey_ms,
        "worker": costs.worker_ms,
    }
    return [
        f"Measured, build {commit}, processor milliseconds a checkout:",
        "",
        f"| {' | '.join(named)} |",
        "|" + "---|" * len(named),
        f"| {' | '.join(f'{ms:.2f}' for ms in named.values())} |",
    ]


def write_size_table(costs: Costs, model: Model) -> list[str]:
    """Write how many cores and shards each yardstick takes, and what a customer would feel."""
    lines = [
        (
            "| as busy as | checkouts a second | shards | PostgreSQL | web"
            " | nginx, streams, Valkey, worker | cores in all | confirmation, p50 / p99 |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, rate in YARDSTICKS.items():
        shards = model.count_shards(costs, rate)
        postgres = shards * model.cores_a_shard
        web = model.count_cores(rate * costs.web_ms)
        others = model.count_cores(rate * costs.others_ms)
        cell = Cell(
            rate=rate / shards,
            web_cores=max(1, round(web / shards)),
            postgres_cores=model.cores_a_shard,
            is_alone=shards == 1,
        )
        took = Simulation(cell, costs, model).run()
        lines.append(
            f"| {name} | {rate:,} | {shards:,} | {postgres:,} | {web:,} | {others:,}"
            f" | {postgres + web + others:,} | {took.p50_ms:.0f} / {took.p99_ms:.0f} ms |"
        )
    return lines


def write_limits_table(costs: Costs, model: Model, hot_over_spread: float) -> list[str]:
    """Write which part ends where, the first to break first."""
    share = model.hot_merchant_share
    one_shard = model.cores_a_shard * model.full * 1000 / costs.postgres_ms
    limits = {
        f"one PostgreSQL of {model.cores_a_shard} cores": (
            one_shard,
            "shards: wallets by owner, charges by id",
        ),
        "one streams process, which hears every hint": (
            model.full * 1e6 / (model.hints * model.hint_us),
            "a channel for each shard; pages listen where their charge is",
        ),
        "one Valkey": (model.full * 1000 / costs.valkey_ms, "one for each group of shards"),
        "the write-ahead log of one disk": (
            model.log_mb_a_s * 1000 / model.log_kb,
            "shards, which come long before",
        ),
        f"a merchant with {share:.0%} of all sales, were they kept in one shard": (
            one_shard / share,
            (
                "charges are placed by their id, and takings have no balance to fight for: a"
                f" hot merchant took {hot_over_spread:.2f} of the spread rate"
            ),
        ),
        f"closing the day of that merchant within {model.closing_h} h": (
            model.closing_h * 3600e6 / model.line_us / share / SECONDS_A_DAY,
            "several settlements a day",
        ),
    }
    return [
        "| part | ends at, checkouts a second | what then |",
        "|---|---|---|",
        *(
            f"| {part} | {_round(rate):,} | {remedy} |"
            for part, (rate, remedy) in sorted(limits.items(), key=lambda each: each[1][0])
        ),
    ]


def write_blocks() -> dict[str, list[str]]:
    """Write every generated block of the page, by its name."""
    checkout, peak, ledger = map(read_newest, ("checkout", "peak", "ledger"))
    costs, model = read_costs(checkout, peak), Model()
    [hot] = [row["value"] for row in ledger["rows"] if row["name"] == "hot_over_spread_w32"]
    return {
        "peak": write_peak_table(peak),
        "costs": write_costs_table(costs, checkout["commit"]),
        "assumptions": [f"- {line}" for line in model.describe()],
        "sizes": write_size_table(costs, model),
        "limits": write_limits_table(costs, model, hot),
    }


def fill_page(page: str, blocks: dict[str, list[str]]) -> str:
    """Return the page with its generated blocks as they are now."""
    for name, lines in blocks.items():
        begin, end = f"<!-- {name}: bench/scaling.py -->\n", f"<!-- end of {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        block = f"{begin}\n" + "\n".join(lines) + f"\n\n{end}"
        # Escaped, because a replacement gives a backslash a meaning.
        page, count = pattern.subn(block.replace("\\", r"\\"), page)
        assert count == 1, name
    return page


def main() -> None:
    """Print the blocks, write page and picture, or compare them."""
    blocks = write_blocks()
    wanted = {
        PAGE: fill_page(PAGE.read_text(), blocks),
        PICTURE: draw_peak(read_newest("peak")),
    }
    if "--write" in sys.argv:
        for path, text in wanted.items():
            path.write_text(text)
    elif "--check" in sys.argv:
        stale = [path.name for path, text in wanted.items() if path.read_text() != text]
        sys.exit(f"run bench/scaling.py --write: {stale}" if stale else 0)
    else:
        for name, lines in blocks.items():
            print(f"\n{name}\n", *lines, sep="\n")


def _write_times(times: dict[str, float]) -> str:
    return f"{times['p50']:.0f} / {times['p99']:.0f} ms"


def _round(rate: float) -> int:
    digits = max(0, math.floor(math.log10(rate)) - 1)
    return int(round(rate, -digits))


if __name__ == "__main__":
    main()
