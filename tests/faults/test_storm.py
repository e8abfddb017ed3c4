"""All of PostgreSQL is killed in a storm of batches: what was acknowledged is there."""

import contextlib
import json
import math
import os
import random
import time
from collections import Counter

import pytest
from django.core.management import call_command

from tests.faults.storm.answers import find_lies, read_rows
from tests.faults.storm.batches import open_accounts
from tests.faults.storm.books import LoneBooks
from tests.faults.storm.sums import find_wrong_sums, read_kept
from tests.faults.storm.writers import Storm
from tests.folders import name_folder

KILLS = int(os.environ.get("TESSERA_STORM_KILLS", "3"))
FOLDER = name_folder("storm")
RELOAD = b"SELECT pg_reload_conf()"
SEEN = {
    "created",
    "exists",
    "insufficient_funds",
    "linked_transfer_failed",
    "pending_transfer_already_posted",
    "pending_transfer_already_voided",
}
PHASES = {"single", "pending", "post", "void", "expire"}
PHASES_SEEN = b"SELECT DISTINCT phase FROM ledger_transfer WHERE currency = 'EUR'"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.faults,
    pytest.mark.timeout(300 + 20 * KILLS, func_only=True),
]


@pytest.fixture(scope="module")
def lone_books():
    """A PostgreSQL that nobody else uses."""
    with LoneBooks(FOLDER) as books:
        yield books


@pytest.fixture
def books(lone_books, django_db_blocker):
    """Its books, opened for the ledger's verbs in every thread."""
    with django_db_blocker.unblock(), lone_books.opened():
        yield lone_books


@contextlib.contextmanager
def forgetting(books):
    """Answer `created` before the transfer is on disk, while the block lasts."""
    books.tell(
        b"ALTER ROLE tessera SET synchronous_commit = off",
        b"ALTER SYSTEM SET wal_writer_delay = '10s'",
        b"ALTER SYSTEM SET wal_writer_flush_after = '1GB'",
        RELOAD,
    )
    try:
        yield
    finally:
        books.tell(b"ALTER ROLE tessera RESET ALL", b"ALTER SYSTEM RESET ALL", RELOAD)


def kill_and_start(books, storm, *, kills_while_starting=0):
    """Kill PostgreSQL and start it again; return how long nobody was answered."""
    killed_s = time.monotonic()
    books.kill()
    for _ in range(kills_while_starting):
        books.kill_while_starting()
    books.start()
    return storm.wait_for_answer(since_s=killed_s) - killed_s


def has_seen_everything(books, history):
    results = {result for call in history.answered() for result in call.results}
    phases = {phase for (phase,) in books.ask(PHASES_SEEN)}
    return results >= SEEN and phases == PHASES


def count_lost(lies):
    return sum(lie.endswith("was acknowledged and is not there") for lie in lies)


def count_committed(history):
    """Count the batches that were lost from sight and yet had taken effect."""
    created = {call.batch for call in history.answered() if call.results[0] == "created"}
    return len({call.batch for call in history.unknown()} - created)


def report(name, history, *, lies, recoveries_s):
    """Write what happened into the server's folder; return it as well."""
    results = Counter(result for call in history.answered() for result in call.results)
    told = {
        "kills": len(recoveries_s),
        "calls_answered": len(history.answered()),
        "calls_unknown": len(history.unknown()),
        "calls_undone": sum(call.undone for call in history.calls),
        "batches_unknown_yet_committed": count_committed(history),
        "transfers_acknowledged": results["created"],
        "transfers_lost": count_lost(lies),
        "lies": len(lies),
        "instants_closed": len(history.closures),
        "recovery_s": summarise(recoveries_s),
        "results": dict(results.most_common()),
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(told, indent=2))
    return told


def summarise(seconds):
    """Return median, 95th percentile and maximum, by nearest rank."""
    ranked = sorted(seconds)
    ranks = {"p50": 50, "p95": 95, "max": 100}
    return {
        name: round(ranked[math.ceil(len(ranked) * rank / 100) - 1], 2)
        for name, rank in ranks.items()
    }


def test_what_was_acknowledged_outlives_every_kill(books):
    accounts = open_accounts("EUR")
    chance, recoveries_s = random.Random(5), []  # noqa: S311  the same in every run

    with Storm(accounts, seed="eur") as storm:
        for number in range(KILLS):
            storm.wait_for_more(calls=chance.randrange(100, 400), closures=2)
            closed_until = storm.history.closures[-1].closed_until
            again = int(number % 3 == 2)
            recoveries_s.append(kill_and_start(books, storm, kills_while_starting=again))
            [(still_closed_until,)] = books.ask(b"SELECT closed_until FROM ledger_periodclose")
            assert still_closed_until >= closed_until
        storm.wait_for_more(calls=60, closures=2)
        # A storm in which nothing was at stake would prove nothing.
        storm.wait_until(lambda: has_seen_everything(books, storm.history))
        storm.stop()
    history, rows = storm.history, read_rows(books, "EUR")
    lies = list(find_lies(history.calls, rows))
    told = report("storm", history, lies=lies, recoveries_s=recoveries_s)

    assert lies == []
    kept = read_kept(books, accounts, history.closures)
    assert list(find_wrong_sums(accounts, rows, kept)) == []
    call_command("check_books")
    assert told["calls_unknown"] >= KILLS
    assert {row.phase for row in rows} == PHASES
    assert {claim.what for claim in kept.claims} == {"balance", "debited", "credited"}


def test_a_database_that_forgets_is_found_out(books):
    accounts = open_accounts("USD")

    with forgetting(books), Storm(accounts, seed="usd") as storm:
        storm.wait_for_more(calls=100, closures=1)
        recovery_s = kill_and_start(books, storm)
        storm.stop()
    lies = list(find_lies(storm.history.calls, read_rows(books, "USD")))
    told = report("control", storm.history, lies=lies, recoveries_s=[recovery_s])

    assert told["transfers_lost"] > 0
