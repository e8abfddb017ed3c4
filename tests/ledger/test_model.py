"""Any sequence of verbs does to the ledger what it does to a model of twenty-odd rules.

Everything is really committed, so that books can be closed and checkpoints taken between
the steps. `TESSERA_MODEL_EXAMPLES` makes a longer run of it (docs/testing.md).
"""

import os
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.checkpoints import take_checkpoints
from ledger.holds import expire_overdue_holds
from ledger.models import Transfer
from ledger.period_close import read_closed_until
from ledger.posting import post_transfers
from ledger.queries import read_available, sum_balance_at
from ledger.statements import START, list_statement, list_trial_balance
from tests.ledger.model import LIMITED, Entry, Model
from tests.ledger.moves import BIGINT_MAX, WAYS, Books

EXAMPLES = int(os.environ.get("TESSERA_MODEL_EXAMPLES", "60"))
STEPS = 30
KEPT = sorted({*LIMITED, "T"})
LATEST = datetime.max.replace(tzinfo=UTC)
_READ = """
    SELECT id, balance_minor, held_minor, ledger_sum_balance(id) FROM ledger_account
     WHERE id = ANY (%s)
"""

# Few numbers, so that many are asked for again.
NUMBERS = st.integers(1, 24)
EDGES = st.sampled_from([-1, 0, 100, BIGINT_MAX - 50, BIGINT_MAX])
AMOUNTS = st.one_of(st.integers(1, 60), EDGES)
KINDS = st.sampled_from(["test", "test", "test", "gift"])
MANY = ["AB", "BA", "AD", "DA", "BD", "AT", "TA", "BT", "SA", "SA", "SB", "SD", "ST", "TS"]
WRONG = ["AA", "TT", "AX", "XB", "AJ", "JB", "TJ"]
PAIRS = st.sampled_from([*MANY, *WRONG])


@st.composite
def moves(draw: st.DrawFn, phase: str = "single") -> Entry:
    pair = draw(PAIRS)
    return Entry(
        number=draw(NUMBERS),
        phase=phase,
        debit=pair[0],
        credit=pair[1],
        amount=draw(AMOUNTS),
        currency=draw(st.sampled_from(["EUR"] * 9 + ["JPY"])),
        kind=draw(KINDS),
        timeout_s=draw(st.sampled_from([None, 3600])) if phase == "pending" else None,
    )


@st.composite
def ends(draw: st.DrawFn) -> Entry:
    phase = draw(st.sampled_from(["post", "post", "void", "expire"]))
    amount = draw(st.one_of(st.none(), st.integers(0, 60))) if phase == "post" else None
    kind = draw(st.one_of(st.none(), KINDS))
    return Entry(draw(NUMBERS), phase, draw(NUMBERS), amount=amount, kind=kind)


ENTRIES = st.one_of(moves(), moves(phase="pending"), ends())


class Ledger(RuleBasedStateMachine):
    @initialize()
    def open(self):
        self.books, self.model = Books(), Model()
        self.past: list[tuple[datetime, dict[str, int]]] = []
        self.books.fill("A 100, B 50")
        self.model.balances |= {"A": 100, "B": 50, "S": -150}
        self.filled = Counter({"single": 2})

    @rule(batch=st.lists(st.tuples(ENTRIES, st.booleans()), min_size=1, max_size=6))
    def post_linked(self, batch):
        entries, linked = [each for each, _ in batch], [tied for _, tied in batch]
        marks = [" & " if tied else ", " for tied in linked]
        pairs = zip(entries, marks, strict=True)
        text = "".join(entry.write() + mark for entry, mark in pairs).removesuffix(", ")

        results = post_transfers(self.books.read(text.strip()))

        assert results == self.model.post(entries, linked)

    @rule(batch=st.lists(ENTRIES, min_size=1, max_size=6))
    def post_any(self, batch):
        text = ", ".join(entry.write() for entry in batch)

        results = post_transfers(self.books.read(text))

        assert results == self.model.post(batch, [False] * len(batch))

    @rule(
        batch=st.lists(moves(), min_size=1, max_size=6),
        way=st.sampled_from(sorted(WAYS)),
    )
    def post_plain(self, batch, way):
        text = ", ".join(entry.write() for entry in batch)

        assert WAYS[way](self.books.read(text)) == self.model.post(batch, [False] * len(batch))

    @precondition(lambda self: self._list_timed())
    @rule(data=st.data())
    def let_a_hold_end(self, data):
        number = data.draw(st.sampled_from(self._list_timed()))
        self.books.let_hold_end(number)
        self.model.let_hold_end(number)

    @rule()
    def sweep(self):
        expire_overdue_holds()
        self.model.sweep()

    @precondition(lambda self: not self.model.closed)
    @rule()
    def close_an_account(self):
        self.books.close("D")
        self.model.closed.add("D")

    @rule(tail_min=st.integers(1, 4))
    def close_the_books(self, tail_min):
        take_checkpoints(tail_min=tail_min)
        closed_until = read_closed_until()
        assert closed_until is not None
        self.past.append((closed_until, dict(self.model.balances)))

    @precondition(lambda self: self.past)
    @rule()
    def read_the_past(self):
        for at, balances in self.past:
            for name in KEPT:
                assert sum_balance_at(self.books.accounts[name], at) == balances[name]

    @rule(name=st.sampled_from(KEPT), count_max=st.integers(1, 5))
    def read_a_statement(self, name, count_max):
        lines, after = [], START
        account_id = self.books.accounts[name]
        place: dict[str, Any] = {"until": LATEST, "count_max": count_max}
        while page := list_statement(account_id, after=after, **place):
            lines += page
            after = (page[-1].posted_at, page[-1].transfer_id)

        balances = [line.balance_after_minor for line in lines]
        assert [0, *balances][-1] == self.model.balances[name]
        assert name == "T" or min(balances, default=0) >= 0
        assert len({line.transfer_id for line in lines}) == len(lines)

    @invariant()
    def accounts_agree(self):
        ids = {self.books.accounts[name]: name for name in KEPT}
        with connection.cursor() as cursor:
            cursor.execute(_READ, [list(ids)])
            rows = {ids[row[0]]: row[1:] for row in cursor.fetchall()}
        for name in KEPT:
            balance, held = self.model.balances[name], self.model.held(name)
            assert rows[name][2] == balance
            if name in LIMITED:
                assert rows[name] == (balance, held, balance)
                assert balance >= held >= 0
                available = self.model.available(name)
                assert read_available(self.books.accounts[name]) == available
        assert sum(self.model.balances.values()) == 0

    @invariant()
    def nothing_else_was_written(self):
        own = [self.books.accounts[name] for name in KEPT]
        written = Counter[str]()
        for entry in self.model.entries.values():
            written[entry.phase] += 1
        posted = {entry.pending for entry in self.model.entries.values()}
        written["expire"] += len([each for each in self.model.ends if each not in posted])
        rows = Transfer.objects.filter(debit_account__in=own).union(
            Transfer.objects.filter(credit_account__in=own)
        )
        assert Counter(row.phase for row in rows) == written + self.filled

    def teardown(self):
        self.read_the_past()
        sums: dict[str, list[int]] = {}
        for line in list_trial_balance(LATEST):
            both = sums.setdefault(line.currency, [0, 0])
            both[0] += line.debited_minor
            both[1] += line.credited_minor
        assert all(debited == credited for debited, credited in sums.values())

    def _list_timed(self) -> list[int]:
        holds = self.model.holds.values()
        timed = [hold.number for hold in holds if hold.timeout_s]
        return [number for number in timed if number not in self.model.late]


@pytest.mark.slow
@pytest.mark.usefixtures("committed")
def test_any_sequence_of_verbs_does_what_the_model_says(books_hold):
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    books_hold()
