"""Checks the books as an outsider would: seals, transfers, sums; standard library only.

docs/seals.md says what this finds, and what it cannot find.
"""

from collections.abc import Iterator
from itertools import islice

from ledger.audit.balances import find_wrong_sums
from ledger.audit.history import History
from ledger.audit.seal_log import Head, Heads
from ledger.audit.source import AuditSource, Finding, Report

_AT_ONCE = 1000
_READ_HASHES = "SELECT number, hash FROM ledger_seal WHERE number >= %s AND number <= %s"


class Verification:
    """One check of unchanging books; it counts what it has seen."""

    def __init__(self, books: AuditSource, *, report: Report) -> None:
        self.history = History(books, report=report)
        self.heads = 0
        self.last_head: Head | None = None
        self._books = books
        self._report = report

    def find_faults(self) -> Iterator[Finding]:
        """Yield each fault of seals, transfers and sums as it is met."""
        yield from self.history.find_faults()
        yield from find_wrong_sums(self._books, report=self._report)

    def find_other_heads(self, heads: Heads) -> Iterator[Finding]:
        """Yield each seal that differs from the heads file's.

        Heads of later seals than the books have are skipped: `find_cut` reports them.
        """
        lines = heads.read()
        while some := list(islice(lines, _AT_ONCE)):
            self._report("heads", some[-1][0], 0)
            known = [head for _line, head in some if head is not None]
            hashes = self._read_hashes(known)
            for number, head in some:
                if head is None:
                    yield Finding(f"line {number} of the heads file", "it is not a head")
                    continue
                if self.last_head is None or head.number > self.last_head.number:
                    self.last_head = head
                self.heads += 1
                found = hashes.get(head.number)
                if found is None and head.number <= self.history.last_number:
                    yield Finding(f"seal {head.number}", "missing: the heads file has it")
                elif found not in {None, head.hash}:
                    fault = f"another than the one the heads file knows, of {head.sealed_at}"
                    yield Finding(f"seal {head.number}", fault)

    def find_cut(self) -> Iterator[Finding]:
        """Report seals that the heads file has after the ledger's last one."""
        last = self.history.last_number
        if self.last_head is not None and self.last_head.number > last:
            cut = f"seals {last + 1} to {self.last_head.number}"
            yield Finding(cut, "missing: the heads file has them")

    def _read_hashes(self, heads: list[Head]) -> dict[int, str]:
        if not heads:
            return {}
        numbers = [head.number for head in heads]
        wanted = set(numbers)
        rows = self._books.read(_READ_HASHES, [min(numbers), max(numbers)])
        return {
            int(str(number)): str(found).removeprefix("\\x")
            for number, found in rows
            if int(str(number)) in wanted
        }
