"""Walks along all of history and compares it with the seals; standard library only.

A transfer that was changed, removed, added or moved in time is named by its id, because each
seal keeps its leaves.
"""

from collections.abc import Iterator
from uuid import UUID

from ledger.audit.canonical import NO_HASH, TRANSFER_COLUMNS, write_transfer
from ledger.audit.chain import Sealed, read_chain, read_leaves
from ledger.audit.comparison import Comparison, Strays, name_transfer
from ledger.audit.merkle import hash_leaf
from ledger.audit.source import AuditSource, Finding, Report, Row
from ledger.audit.transfer_format import find_misshape

_SEALED_AT_ONCE = 65_536
_REPORTED_EACH = 8192
_FIRST_ID = str(UUID(int=0))
_COLUMNS = ", ".join(TRANSFER_COLUMNS)
_COUNT = "SELECT count(*) FROM ledger_transfer"
_READ_RANGE = f"""
    SELECT {_COLUMNS} FROM ledger_transfer
     WHERE posted_at >= %s AND posted_at <= %s
       AND (posted_at, id) > (%s, %s) AND (posted_at, id) <= (%s, %s)
     ORDER BY posted_at, id
"""  # noqa: S608  the columns are our own
_READ_REST = f"""
    SELECT {_COLUMNS} FROM ledger_transfer
     WHERE posted_at IS NULL OR (posted_at >= %s AND (posted_at, id) > (%s, %s))
"""  # noqa: S608  the columns are our own


class History:
    """One walk along unchanging books; it counts what it has seen."""

    def __init__(self, books: AuditSource, *, report: Report) -> None:
        self.seals = self.sealed = self.transfers = self.last_number = 0
        self.last_hash = NO_HASH
        self._books = books
        self._report = report
        self._total = 0
        self._since = (books.earliest, _FIRST_ID)
        self._strays = Strays()

    def find_faults(self) -> Iterator[Finding]:
        """Yield each fault as it is met."""
        [(total,)] = self._books.read(_COUNT)
        self._total = int(total or 0)
        group: list[Sealed] = []
        for sealed in read_chain(self._books):
            if isinstance(sealed, Finding):
                yield sealed
                continue
            counts = [each.head.count for each in (*group, sealed)]
            if group and sum(counts) > _SEALED_AT_ONCE:
                yield from self._check(group)
                group = []
            group.append(sealed)
        if group:
            yield from self._check(group)
        self.sealed = self.transfers
        for row in self._read(_READ_REST, [self._since[0], *self._since]):
            yield from _check_shape(row, write_transfer(row))
        yield from self._strays.tell(self._books)
        if self.transfers != self._total:
            lost = f"{self._total:,} rows, of which {self.transfers:,} have a place in time"
            yield Finding("ledger_transfer", lost)

    def _check(self, group: list[Sealed]) -> Iterator[Finding]:
        read_leaves(self._books, group)
        comparison = Comparison(group, strays=self._strays)
        since, until = self._since, max(sealed.until for sealed in group)
        for row in self._read(_READ_RANGE, [since[0], until[0], *since, *until]):
            text = write_transfer(row)
            yield from _check_shape(row, text)
            yield from comparison.take(row, hash_leaf(text))
        yield from comparison.finish()
        self._since = max(since, until)
        self.seals += len(group)
        self.last_number, self.last_hash = group[-1].head.number, group[-1].hash

    def _read(self, question: str, values: list[str]) -> Iterator[Row]:
        for row in self._books.read(question, values):
            self.transfers += 1
            if self.transfers % _REPORTED_EACH == 0:
                self._report("transfers", self.transfers, self._total)
            yield row


def _check_shape(row: Row, text: bytes) -> Iterator[Finding]:
    if fault := find_misshape(text.decode()):
        yield Finding(name_transfer(row), fault)
