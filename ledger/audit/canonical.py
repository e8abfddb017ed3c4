"""The canonical text of a transfer and of a seal's head; all hashes are of such texts.

It is JSON as RFC 8785 writes it: keys in order, no space, UTF-8. Amounts are text, because not
every JSON reader holds numbers that large; instants are UTC with microseconds. Standard library
only, like all code that verifies the books from outside.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from json.encoder import encode_basestring

SEAL_FORMAT = "tessera-seal-1"
NO_HASH = "0" * 64
TRANSFER_COLUMNS = (
    *("amount_minor", "credit_account_id", "currency", "debit_account_id", "expires_at", "id"),
    *("kind", "pending_id", "phase", "posted_at", "reference"),
)
_EXPIRES_AT = TRANSFER_COLUMNS.index("expires_at")
_POSTED_AT = TRANSFER_COLUMNS.index("posted_at")
_LAYOUT = "{" + ",".join(f'"{name}":%s' for name in TRANSFER_COLUMNS) + "}"
_INSTANT = re.compile(
    r"(?!.*-00(:00){0,2}\Z)"
    r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"[+-][0-9]{2}(:[0-9]{2}){0,2}"
)
_UTC_IN_FULL = len("2026-11-22 10:30:00.000000+00")
_write_object = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True
).encode


@dataclass(frozen=True, slots=True)
class SealHead:
    """A seal's statement about its transfers and the seal before it.

    `until_at` and `until_id` are the instant and the id of its last transfer. Hashes are
    hexadecimal.
    """

    number: int
    count: int
    until_at: str
    until_id: str
    root: str
    previous_hash: str
    sealed_at: str

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the canonical text, in hexadecimal."""
        return sha256(write_object(self.as_object())).hexdigest()

    def as_object(self) -> dict[str, str | int]:
        """Return the content of the canonical text."""
        return {
            "count": self.count,
            "format": SEAL_FORMAT,
            "number": self.number,
            "previous_hash": self.previous_hash,
            "root": self.root,
            "sealed_at": self.sealed_at,
            "until_at": self.until_at,
            "until_id": self.until_id,
        }


def write_object(content: object) -> bytes:
    """Write an object of texts, integers and lists of them in its canonical form."""
    return _write_object(content).encode()


def write_transfer(row: Sequence[str | None]) -> bytes:
    """Write a transfer, given as the text of `TRANSFER_COLUMNS` that PostgreSQL gives.

    Text that PostgreSQL would not have written is kept as it is, so its hash differs.
    """
    values = ["null" if value is None else encode_basestring(value) for value in row]
    for place in (_EXPIRES_AT, _POSTED_AT):
        instant = write_instant(row[place])
        if instant is not None:
            values[place] = encode_basestring(instant)
    return (_LAYOUT % tuple(values)).encode()


def write_instant(text: str | None) -> str | None:
    """Write an instant of PostgreSQL's, in any zone, as `2026-11-22T10:30:00.000000Z`."""
    if text is None:
        return None
    if len(text) == _UTC_IN_FULL and text.endswith("+00"):
        return text.replace(" ", "T", 1)[:-3] + "Z"
    if not _INSTANT.fullmatch(text):
        return text
    try:
        instant = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    return instant.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
