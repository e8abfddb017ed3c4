"""Arrays in PostgreSQL's binary form; psycopg would write each element of a list as text.

That took most of the time that a batch of transfers costs on this side. A list becomes such an
array by its class, `Uuids([...])`; it has one dimension, and no element is None.
"""

import struct
from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

# Dimensions, whether there are NULLs, the type of the elements, their number, the first index.
_HEAD = struct.Struct("!iiIii")
_UUID_BYTES = (16).to_bytes(4)


class Uuids(list[UUID]):
    """An array of UUIDs."""


class Bigints(list[int]):
    """An array of 64-bit numbers."""


class Texts(list[str]):
    """An array of texts; none has a NUL, which the server refuses."""


class _ArrayDumper(Dumper):
    format = Format.BINARY
    element: ClassVar[int]

    def dump(self, obj: Any) -> bytes:  # noqa: ANN401  the class it is registered for
        if not obj:
            return _HEAD.pack(0, 0, self.element, 0, 0)[:12]
        return _HEAD.pack(1, 0, self.element, len(obj), 1) + self.write(obj)

    def write(self, obj: Any) -> bytes:  # noqa: ANN401  the class it is registered for
        """Return the elements, each after its length."""
        raise NotImplementedError


class _UuidsDumper(_ArrayDumper):
    oid = psycopg.adapters.types["uuid"].array_oid
    element = psycopg.adapters.types["uuid"].oid

    def write(self, obj: Iterable[UUID]) -> bytes:
        return _UUID_BYTES.join([b"", *[each.int.to_bytes(16) for each in obj]])


class _BigintsDumper(_ArrayDumper):
    oid = psycopg.adapters.types["int8"].array_oid
    element = psycopg.adapters.types["int8"].oid

    def write(self, obj: list[int]) -> bytes:
        return struct.pack("!" + "iq" * len(obj), *[part for each in obj for part in (8, each)])


class _TextsDumper(_ArrayDumper):
    oid = psycopg.adapters.types["text"].array_oid
    element = psycopg.adapters.types["text"].oid

    def write(self, obj: Iterable[str]) -> bytes:
        # Of a batch's texts most are the same.
        written = {text: _write_text(text) for text in set(obj)}
        return b"".join([written[text] for text in obj])


def _write_text(text: str) -> bytes:
    content = text.encode()
    return len(content).to_bytes(4) + content


for _kind, _dumper in ((Uuids, _UuidsDumper), (Bigints, _BigintsDumper), (Texts, _TextsDumper)):
    psycopg.adapters.register_dumper(_kind, _dumper)
