"""A model of the ledger without a database, with which posting is compared.

Amounts, accounts and ids are letters and numbers as in `tests/ledger/moves.py`.
"""

from copy import deepcopy
from dataclasses import dataclass, field, replace

from tests.ledger.moves import BIGINT_MAX

CURRENCIES = dict.fromkeys("ABDTS", "EUR") | {"J": "JPY"}
LIMITED = set("ABDJ")
# In the order in which a repeated entry is compared, with their names in result codes.
COLUMNS = {
    "phase": "phase",
    "pending": "pending_id",
    "debit": "debit_account",
    "credit": "credit_account",
    "amount": "amount",
    "currency": "currency",
    "kind": "kind",
    "timeout_s": "timeout",
}
ENDS = {"post": "already_posted", "void": "already_voided", "expire": "expired"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A requested transfer. An end leaves out the values it takes from its pending transfer."""

    number: int
    phase: str
    pending: int | None = None
    debit: str | None = None
    credit: str | None = None
    amount: int | None = None
    currency: str | None = None
    kind: str | None = None
    timeout_s: int | None = None

    def write(self) -> str:
        """Write it in the notation of the tests."""
        if self.pending is None:
            sign = ">" if self.phase == "single" else "~"
            timeout = "" if self.timeout_s is None else f" {self.timeout_s}s"
            words = f"{self.amount}{timeout} {self.currency} {self.kind}"
            return f"#{self.number} {self.debit}{sign}{self.credit} {words}"
        amount = "" if self.amount is None else f" {self.amount}"
        kind = "" if self.kind is None else f" {self.kind}"
        return f"#{self.number} {self.phase} #{self.pending}{amount}{kind}"


@dataclass
class Model:
    """Balances, open holds, and every entry that was made."""

    balances: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CURRENCIES, 0))
    holds: dict[int, Entry] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)
    ends: dict[int, str] = field(default_factory=dict)
    late: set[int] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)

    def post(self, batch: list[Entry], linked: list[bool]) -> list[str]:
        """Post a batch; `linked` says for each entry whether it is tied to the next one."""
        results: list[str] = []
        while len(results) < len(batch):
            first = last = len(results)
            while linked[last] and last < len(batch) - 1:
                last += 1
            results += self._post_chain(batch[first : last + 1], is_open=linked[last])
        return results

    def held(self, name: str) -> int:
        """Return what is on hold of an account, overdue or not."""
        return sum(hold.amount or 0 for hold in self.holds.values() if hold.debit == name)

    def available(self, name: str) -> int:
        """Return an account's available amount."""
        late = sum(self.holds[each].amount or 0 for each in self._list_late(name))
        return self.balances[name] - self.held(name) + late

    def let_hold_end(self, number: int) -> None:
        """End the time of a hold, as if it had been made for less."""
        self.late.add(number)
        self.entries[number] = replace(self.entries[number], timeout_s=0)

    def sweep(self) -> None:
        """End all holds that are late."""
        for name in CURRENCIES:
            self._free(name)

    def _post_chain(self, chain: list[Entry], *, is_open: bool) -> list[str]:
        failed = ["linked_transfer_failed"] * len(chain)
        if is_open:
            return [*failed[1:], "linked_chain_open"]
        before = deepcopy(self.__dict__)
        results = []
        for entry in chain:
            results.append(self._post_one(entry))
            if results[-1] not in {"created", "exists"} and len(chain) > 1:
                self.__dict__.update(before)
                failed[len(results) - 1] = results[-1]
                return failed
        return results

    def _post_one(self, entry: Entry) -> str:
        known = self.entries.get(entry.number)
        refusal = (
            self._compare(known, entry)
            if known
            else self._judge_end(entry)
            if entry.pending is not None
            else self._judge(entry)
        )
        if refusal is None:
            self._write(self._complete(entry))
        return refusal or "created"

    def _complete(self, entry: Entry) -> Entry:
        pending = self.entries.get(entry.pending or 0)
        if pending is None:
            return entry
        return replace(
            entry,
            debit=pending.debit,
            credit=pending.credit,
            currency=pending.currency,
            amount=pending.amount if entry.amount is None else entry.amount,
            kind=entry.kind or pending.kind,
        )

    def _compare(self, known: Entry, entry: Entry) -> str:
        whole = self._complete(entry)
        for column, word in COLUMNS.items():
            if getattr(known, column) != getattr(whole, column):
                return f"exists_with_different_{word}"
        return "exists"

    def _judge(self, entry: Entry) -> str | None:
        debit, credit, amount = entry.debit or "", entry.credit or "", entry.amount or 0
        currencies = {CURRENCIES.get(debit), CURRENCIES.get(credit), entry.currency}
        checks = {
            "debit_account_not_found": debit not in CURRENCIES,
            "credit_account_not_found": credit not in CURRENCIES,
            "accounts_must_be_different": debit == credit,
            "amount_must_be_positive": amount <= 0,
            "currency_mismatch": len(currencies) > 1,
            "debit_account_closed": debit in self.closed,
            "credit_account_closed": credit in self.closed,
        }
        for refusal, applies in checks.items():
            if applies:
                return refusal
        if debit in LIMITED and self.balances[debit] - self.held(debit) < amount:
            self._free(debit)
            if self.balances[debit] - self.held(debit) < amount:
                return "insufficient_funds"
        if entry.phase == "single" and self._overflows(credit, amount):
            return "balance_would_overflow"
        return None

    def _judge_end(self, entry: Entry) -> str | None:
        if entry.number == entry.pending:
            return "pending_id_must_be_different"
        pending = self.entries.get(entry.pending or 0)
        if pending is None:
            return "pending_transfer_not_found"
        if pending.phase != "pending":
            return "pending_transfer_not_pending"
        whole = self._complete(entry)
        amount, held = whole.amount or 0, pending.amount or 0
        is_late = pending.number in self.late
        end = self.ends.get(pending.number, "")
        posts = entry.phase == "post"
        checks = [
            ("amount_must_be_positive", amount <= 0),
            ("exceeds_pending_transfer_amount", amount > held),
            (f"pending_transfer_{ENDS.get(end)}", end),
            ("pending_transfer_not_expired", entry.phase == "expire" and not is_late),
            ("pending_transfer_expired", entry.phase != "expire" and is_late),
            ("debit_account_closed", posts and pending.debit in self.closed),
            ("credit_account_closed", posts and pending.credit in self.closed),
            ("balance_would_overflow", posts and self._overflows(pending.credit or "", amount)),
        ]
        return next((refusal for refusal, applies in checks if applies), None)

    def _write(self, whole: Entry) -> None:
        self.entries[whole.number] = whole
        if whole.phase == "pending":
            self.holds[whole.number] = whole
        if whole.pending is not None:
            self.ends[whole.pending] = whole.phase
            del self.holds[whole.pending]
        if whole.phase in {"single", "post"}:
            self.balances[whole.debit or ""] -= whole.amount or 0
            self.balances[whole.credit or ""] += whole.amount or 0

    def _overflows(self, name: str, amount: int) -> bool:
        return name in LIMITED and self.balances[name] + amount > BIGINT_MAX

    def _list_late(self, name: str) -> list[int]:
        late = [self.holds[each] for each in self.holds if each in self.late]
        return [hold.number for hold in late if hold.debit == name]

    def _free(self, name: str) -> None:
        for number in self._list_late(name):
            del self.holds[number]
            self.ends[number] = "expire"
