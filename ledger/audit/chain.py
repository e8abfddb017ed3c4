"""The chain of seals: each head is hashed, and holds the hash of the one before.

Standard library only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.audit.canonical import NO_HASH, SealHead, write_instant
from ledger.audit.merkle import calculate_root
from ledger.audit.source import AuditSource, Finding, Row

_AT_ONCE = 512
_ID = 16
_LEAF = _ID + 32
_READ = """
    SELECT number, count, until_at, until_id, root, previous_hash, sealed_at, hash
      FROM ledger_seal WHERE number > %s ORDER BY number LIMIT %s
"""
_READ_LEAVES = """
    SELECT seal_id, leaves FROM ledger_sealleaves
     WHERE seal_id >= %s AND seal_id <= %s ORDER BY seal_id
"""
_READ_STRAY = """
    SELECT l.seal_id FROM ledger_sealleaves l
      LEFT JOIN ledger_seal s ON s.number = l.seal_id WHERE s.number IS NULL
"""
_COUNT_OTHERS = "SELECT count(*) FROM ledger_seal WHERE number IS NULL OR number < 1"


@dataclass(slots=True)
class Sealed:
    """A seal's row, and its leaves once they are read."""

    head: SealHead
    hash: str
    is_after_gap: bool
    ids: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    root: str = ""

    @property
    def name(self) -> str:
        """Return its name in findings."""
        return f"seal {self.head.number}"

    @property
    def until(self) -> tuple[str, str]:
        """Return the key of the last transfer."""
        return self.head.until_at, self.head.until_id

    @property
    def is_trusted(self) -> bool:
        """Return whether the leaves lead to the root; if not, a transfer is at fault."""
        return self.root == self.head.root and len(self.ids) == self.head.count


def read_chain(books: AuditSource) -> Iterator[Sealed | Finding]:
    """Yield the seals in their order, and before each its faults."""
    for row in list(books.read(_READ_STRAY)):
        yield Finding(f"leaves of seal {row[0]}", "there is no such seal")
    number, previous_hash = 0, NO_HASH
    while rows := list(books.read(_READ, [number, _AT_ONCE])):
        for row in rows:
            sealed = _read_seal(row, number)
            if sealed.head.number == number:
                yield Finding(sealed.name, "it is there more than once")
                continue
            yield from _find_breaks(sealed, number, previous_hash)
            number, previous_hash = sealed.head.number, sealed.hash
            yield sealed
    [(others,)] = books.read(_COUNT_OTHERS)
    if others != "0":
        yield Finding("ledger_seal", f"{others} rows have a number that no seal has")


def read_leaves(books: AuditSource, group: list[Sealed]) -> None:
    """Fill in the leaves of consecutive seals."""
    by_number = {str(sealed.head.number): sealed for sealed in group}
    ends = [group[0].head.number, group[-1].head.number]
    for number, text in books.read(_READ_LEAVES, ends):
        sealed = by_number.get(str(number))
        if sealed is None:
            continue
        leaves = _read_bytes(text)
        for at in range(0, len(leaves), _LEAF):
            sealed.ids.append(leaves[at : at + _ID])
            sealed.hashes.append(leaves[at + _ID : at + _LEAF])
        sealed.root = calculate_root(sealed.hashes).hex()


def _read_seal(row: Row, before: int) -> Sealed:
    number, count, until_at, until_id, root, previous_hash, sealed_at, stored = row
    head = SealHead(
        number=int(str(number)),
        count=int(count or 0),
        until_at=str(write_instant(until_at)),
        until_id=str(until_id),
        root=_strip_hex(root),
        previous_hash=_strip_hex(previous_hash),
        sealed_at=str(write_instant(sealed_at)),
    )
    return Sealed(head, _strip_hex(stored), is_after_gap=head.number > before + 1)


def _find_breaks(sealed: Sealed, before: int, previous_hash: str) -> Iterator[Finding]:
    if sealed.is_after_gap:
        last = sealed.head.number - 1
        gone = f"seal {last}" if last == before + 1 else f"seals {before + 1} to {last}"
        yield Finding(gone, f"missing: {sealed.name} comes after seal {before}")
    elif sealed.head.previous_hash != previous_hash:
        yield Finding(sealed.name, f"it was made after another seal {before} than the one here")
    if sealed.head.hash != sealed.hash:
        yield Finding(sealed.name, "its row was changed: it does not have its hash")


def _strip_hex(text: str | None) -> str:
    return (text or "").removeprefix("\\x")


def _read_bytes(text: str | None) -> bytes:
    try:
        content = bytes.fromhex(_strip_hex(text))
    except ValueError:
        return b""
    # Python accepts more forms than PostgreSQL writes; any other form was changed.
    return content if content.hex() == _strip_hex(text) else b""
