"""Drives whoever keeps the books against a bank that misbehaves, and holds both together.

    driver = Driver(bank, books, seed=1)
    driver.run(steps=10_000)
    driver.settle()
    driver.compare()

It knows the books by `Books` alone, and what is true by the bank's own store.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from demo.bank.accounts import make_iban
from demo.bank.bank import Bank
from demo.bank.branch import OPERATOR_IBAN, OPERATOR_NAME
from demo.bank.moods import behave
from demo.bank.transfers import Transfer

CUSTOMERS = 20
_STEPS = {
    "top_up": 45,
    "stranger": 3,
    "redeem": 18,
    "pay_out": 18,
    "send_orders": 5,
    "read_files": 7,
    "end_day": 4,
}
# The longest way: a late statement of the day after a return after two days.
_QUIET_DAYS = 5


@dataclass(frozen=True, kw_only=True)
class State:
    """What the books say at the end, in cents."""

    # What they say lies at the bank.
    safeguard_minor: int
    # What was credited under each reference.
    credited: dict[str, int]
    # The state of each order by its end-to-end id: booked, returned, refused, or another one.
    orders: dict[str, str]
    # What waits for somebody's decision, with its sign.
    breaks: list[int]


class Books(Protocol):
    """Whoever keeps the books. Refusals are answers and no exceptions."""

    def announce(self, customer: int, amount_minor: int) -> str:
        """Announce a top-up and return its reference."""

    def redeem(self, customer: int, amount_minor: int, *, iban: str, name: str) -> str:
        """Order a redemption; return its end-to-end id, or nothing if there is too little."""

    def pay_out(self, amount_minor: int, *, iban: str, name: str) -> str:
        """Order a payout to a shop; return its end-to-end id."""

    def send_orders(self) -> None:
        """Put what is ordered into the bank's outbox."""

    def read_files(self) -> None:
        """Read what lies in the bank's inbox."""

    def read_state(self) -> State:
        """Return what the books say."""


@dataclass
class Driver:
    """One run: what was done so far, and by whom."""

    bank: Bank
    books: Books
    seed: int
    # The reference that each top-up was meant for, and all that was ordered.
    meant: dict[int, str] = field(default_factory=dict)
    ordered: dict[str, int] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self):
        self._chance = random.Random(self.seed)  # noqa: S311
        self._announced = []

    def run(self, *, steps):
        """Do so many random things."""
        for name in self._chance.choices(list(_STEPS), list(_STEPS.values()), k=steps):
            self.done[name] += 1
            getattr(self, f"_{name}")()

    def settle(self):
        """Send and read what is still to come, from a bank that does everything well."""
        self.bank.temper = behave
        self._send_orders()
        for _ in range(_QUIET_DAYS):
            self._end_day()
            self._read_files()

    def compare(self):
        """Hold the books against the bank: each effect once, all the rest in the queue."""
        state = self.books.read_state()
        assert state.safeguard_minor == self.bank.balance_minor
        assert state.orders.keys() == self.ordered.keys()
        self._compare_orders(state)
        self._compare_money(state)

    def _compare_orders(self, state):
        truth = self._read_orders()
        # What got lost on its way nobody can know: it is out, and stays so.
        over = {"booked", "returned", "refused"}
        said = {name: status for name, status in state.orders.items() if status in over}
        assert said == truth

    def _compare_money(self, state):
        certain: Counter[str] = Counter()
        queue: Counter[int] = Counter()
        unclear = []
        for row in self._list_booked("transfer"):
            meant = self.meant.get(row["id"], "")
            if meant and row["reference"] == meant:
                certain[meant] += row["amount_minor"]
            elif meant and meant.lower() in row["remittance"].replace(" ", ""):
                unclear.append((meant, row["amount_minor"]))
            else:
                queue[row["amount_minor"]] += 1
        queue.update(-row["amount_minor"] for row in self._list_booked("charge"))
        # A reference within a message may be found, or be somebody's to find.
        credited = Counter(state.credited)
        for meant, amount_minor in unclear:
            if credited[meant] >= certain[meant] + amount_minor:
                certain[meant] += amount_minor
            else:
                queue[amount_minor] += 1
        assert +credited == +certain
        assert Counter(state.breaks) == queue

    def _read_orders(self):
        """Return what became of the orders; each may be at the bank once.

        Of a refusal in a file that the bank did not answer nobody can know.
        """
        rows = self.bank.branch.store.all(
            "SELECT end_to_end_id, kind, status FROM transfer WHERE kind IN ('order', 'return')"
            " AND (status <> 'refused' OR message IN"
            " (SELECT message_id FROM message WHERE is_answered = 1)) ORDER BY id"
        )
        booked = [row["end_to_end_id"] for row in rows if row["kind"] == "order"]
        assert len(booked) == len(set(booked))
        words = {"order": {"booked": "booked", "refused": "refused"}}
        words["return"] = {"booked": "returned"}
        return {row["end_to_end_id"]: words[row["kind"]][row["status"]] for row in rows}

    def _list_booked(self, kind):
        return self.bank.branch.store.all(
            "SELECT * FROM transfer WHERE kind = :kind AND status = 'booked'", kind=kind
        )

    def _top_up(self):
        customer, amount = self._chance.randrange(CUSTOMERS), self._draw_amount()
        reference = self.books.announce(customer, amount)
        # Now and then one is paid twice, under the reference of another time.
        self._announced.append(reference)
        if self._chance.random() < 0.05:
            reference = self._chance.choice(self._announced)
        number = self._send(customer, amount, reference=reference)
        self.meant[number] = reference

    def _stranger(self):
        self._send(CUSTOMERS, self._draw_amount(), reference="")

    def _send(self, customer, amount_minor, *, reference):
        transfer = Transfer(
            payer=make_iban(customer + 1),
            payer_name=f"Customer {customer}",
            payee=OPERATOR_IBAN,
            payee_name=OPERATOR_NAME,
            amount_minor=amount_minor,
            reference=reference,
        )
        return self.bank.send_transfer(transfer)

    def _redeem(self):
        customer, amount = self._chance.randrange(CUSTOMERS), self._draw_amount()
        to = {"iban": make_iban(customer + 1), "name": f"Customer {customer}"}
        self._note(self.books.redeem(customer, amount, **to), amount)

    def _pay_out(self):
        amount, shop = self._draw_amount(), self._chance.randrange(5)
        to = {"iban": make_iban(900 + shop), "name": f"Shop {shop}"}
        self._note(self.books.pay_out(amount, **to), amount)

    def _note(self, end_to_end_id, amount_minor):
        if end_to_end_id:
            assert end_to_end_id not in self.ordered
            self.ordered[end_to_end_id] = amount_minor

    def _send_orders(self):
        self.books.send_orders()
        self.bank.run_round()

    def _read_files(self):
        self.books.read_files()

    def _end_day(self):
        self.bank.end_day()

    def _draw_amount(self):
        return self._chance.randrange(1, 20_000)
