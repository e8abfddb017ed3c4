"""Compares consecutive seals with the transfers of their ranges.

Standard library only. Memory holds the leaves of these seals.
"""

from collections.abc import Iterator
from uuid import UUID

from ledger.audit.canonical import TRANSFER_COLUMNS, write_instant
from ledger.audit.chain import Sealed
from ledger.audit.merkle import calculate_root
from ledger.audit.source import AuditSource, Finding, Row

# This many missing or added ones are kept until it is known which were only moved.
_KEPT_MAX = 10_000
_ID = TRANSFER_COLUMNS.index("id")
_POSTED_AT = TRANSFER_COLUMNS.index("posted_at")
_FIND = "SELECT posted_at FROM ledger_transfer WHERE id = %s"


def read_key(row: Row) -> tuple[str, str]:
    """Return a transfer's place in history: its instant, then its id."""
    return str(write_instant(row[_POSTED_AT])), str(row[_ID])


def name_transfer(row: Row) -> str:
    """Return a transfer's name in findings."""
    return f"transfer {row[_ID]}"


class Strays:
    """Transfers that are not where a seal has them: missing, added or moved."""

    def __init__(self) -> None:
        self._missing: dict[str, int] = {}
        self._added: dict[str, int] = {}

    def miss(self, transfer_id: str, number: int) -> Iterator[Finding]:
        """Note a sealed transfer that is missing from its seal's range."""
        if len(self._missing) < _KEPT_MAX:
            self._missing[transfer_id] = number
        else:
            yield _tell_missing(transfer_id, number)

    def add(self, transfer_id: str, number: int) -> Iterator[Finding]:
        """Note a transfer in a seal's range that the seal lacks."""
        if len(self._added) < _KEPT_MAX:
            self._added[transfer_id] = number
        else:
            yield _tell_added(transfer_id, number)

    def tell(self, books: AuditSource) -> Iterator[Finding]:
        """Report every noted transfer once."""
        for transfer_id, number in self._missing.items():
            found = [row[0] for row in books.read(_FIND, [transfer_id])]
            if found:
                self._added.pop(transfer_id, None)
                yield Finding(f"transfer {transfer_id}", _tell_moved(number, found[0]))
            else:
                yield _tell_missing(transfer_id, number)
        for transfer_id, number in self._added.items():
            yield _tell_added(transfer_id, number)


class Comparison:
    """Takes the transfers of the seals' ranges in order; `finish` reports the rest."""

    def __init__(self, group: list[Sealed], *, strays: Strays) -> None:
        self._group = group
        self._strays = strays
        self._nth = 0
        self._is_in_gap = group[0].is_after_gap
        self._expected = {
            leaf_id: (leaf, sealed.head.number)
            for sealed in group
            if sealed.is_trusted
            for leaf_id, leaf in zip(sealed.ids, sealed.hashes, strict=True)
        }
        self._leaf_ids: dict[bytes, bytes] | None = None
        self._unsure: dict[int, list[bytes]] = {
            sealed.head.number: [] for sealed in group if not sealed.is_trusted
        }

    def take(self, row: Row, leaf: bytes) -> Iterator[Finding]:
        """Compare a transfer with its leaf."""
        self._go_to(read_key(row))
        number = self._group[self._nth].head.number
        if number in self._unsure:
            self._unsure[number].append(leaf)
            return
        known = self._expected.pop(_read_id(row), None)
        if known is not None:
            self._is_in_gap = False
            if known[0] != leaf:
                yield Finding(name_transfer(row), _tell_changed(row, known[1], number))
        elif leaf in self._list_leaves():
            fault = f"a transfer that is named otherwise, {row[_ID]}, is in them"
            yield Finding(f"leaves of seal {number}", fault)
            del self._expected[self._list_leaves()[leaf]]
        elif not self._is_in_gap:
            # Else its seal is missing, which was reported.
            yield from self._strays.add(str(row[_ID]), number)

    def finish(self) -> Iterator[Finding]:
        """Yield the leaves without a transfer, and the seals that are wrong themselves."""
        for leaf_id, (_leaf, number) in self._expected.items():
            yield from self._strays.miss(str(UUID(bytes=leaf_id)), number)
        for sealed in self._group:
            if sealed.head.number in self._unsure:
                root = calculate_root(self._unsure[sealed.head.number]).hex()
                yield _tell_untrusted(sealed, root)

    def _list_leaves(self) -> dict[bytes, bytes]:
        # The root covers the leaves' hashes only, not the ids stored beside them.
        if self._leaf_ids is None:
            self._leaf_ids = {leaf: leaf_id for leaf_id, (leaf, _) in self._expected.items()}
        return self._leaf_ids

    def _go_to(self, key: tuple[str, str]) -> None:
        while self._nth < len(self._group) - 1 and key > self._group[self._nth].until:
            self._nth += 1
            self._is_in_gap = self._group[self._nth].is_after_gap


def _read_id(row: Row) -> bytes:
    try:
        return bytes.fromhex(str(row[_ID]).replace("-", ""))
    except ValueError:
        return b""


def _tell_changed(row: Row, known: int, number: int) -> str:
    if number != known:
        return _tell_moved(known, row[_POSTED_AT])
    return f"changed since seal {known} was made"


def _tell_moved(number: int, posted_at: str | None) -> str:
    return f"moved in time since seal {number} was made, to {write_instant(posted_at)}"


def _tell_missing(transfer_id: str, number: int) -> Finding:
    return Finding(f"transfer {transfer_id}", f"missing: seal {number} has it")


def _tell_added(transfer_id: str, number: int) -> Finding:
    fault = f"added to the past: seal {number} closed that time without it"
    return Finding(f"transfer {transfer_id}", fault)


def _tell_untrusted(sealed: Sealed, root: str) -> Finding:
    if root == sealed.head.root:
        fault = "changed or missing; the transfers are as they were sealed"
        return Finding(f"leaves of {sealed.name}", fault)
    if root == sealed.root:
        return Finding(sealed.name, "its root is not that of its transfers and leaves")
    return Finding(sealed.name, "neither its transfers nor its leaves have its root")
