"""The heads file: a copy of each seal's hash that the database's owner cannot rewrite.

One line of JSON per seal, append-only. Standard library only.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ledger.errors import HeadUnreadable

_LINE_MAX = 4096
_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Head:
    """A seal's number and hash, in hexadecimal."""

    number: int
    hash: str
    sealed_at: str


class HeadsFile:
    """An open heads file, locked against other writers."""

    def __init__(self, path: Path) -> None:
        """Open the file and lock it; a new one is readable for its owner and group alone."""
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Flush what was added to disk and release the lock."""
        os.fsync(self._file)
        os.close(self._file)

    def read_last(self) -> Head | None:
        """Return the last head, or nothing if there is none yet.

        Raises:
            HeadUnreadable: the last whole line is not a head.
        """
        size = os.fstat(self._file).st_size
        end = os.pread(self._file, 2 * _LINE_MAX, max(0, size - 2 * _LINE_MAX))
        whole = end.rpartition(b"\n")[0]
        line = whole.rpartition(b"\n")[2]
        return read_head(line) if line else None

    def add(self, head: Head) -> None:
        """Append a line, on a new one if the last was cut off by a full disk or a power cut."""
        line = write_head(head)
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            line = b"\n" + line
        os.write(self._file, line)


class Heads:
    """A heads file's content as of now; later additions are not read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size

    def read(self) -> Iterator[tuple[int, Head | None]]:
        """Yield each line's number and head, None for a line that is no head.

        A line that was cut off is left out where the next one repeats it in full, or where it
        is the last one, whose head is still to be added.
        """
        with self._path.open("rb") as file:
            number, left, cut_off = 0, self._size, b""
            for line in file:
                left -= len(line)
                number += 1
                if left < 0 or not line.endswith(b"\n"):
                    return
                if cut_off and not line.startswith(cut_off):
                    yield number - 1, None
                cut_off = b""
                try:
                    yield number, read_head(line[:-1])
                except HeadUnreadable:
                    cut_off = line[:-1] or b"\n"
            if cut_off:
                yield number, None


def write_head(head: Head) -> bytes:
    """Write the line of a head."""
    content = {"number": head.number, "hash": head.hash, "sealed_at": head.sealed_at}
    return json.dumps(content).encode() + b"\n"


def read_head(line: bytes) -> Head:
    """Read a line.

    Raises:
        HeadUnreadable: it is not one that `write_head` writes.
    """
    try:
        content = json.loads(line)
        head = Head(content["number"], content["hash"], content["sealed_at"])
    except (ValueError, KeyError, TypeError):
        raise HeadUnreadable(line) from None
    is_ours = write_head(head) == line + b"\n" and type(head.number) is int
    if not is_ours or not _HASH.fullmatch(str(head.hash)):
        raise HeadUnreadable(line)
    return head
