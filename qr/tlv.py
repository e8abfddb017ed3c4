"""The text form of merchant-presented codes: two digits of name, two of length, the value.

Source: EMVCo QRCPS MPM 1.1, 3.2. A length counts characters; some deployed writers count
UTF-8 bytes, and `scan_bytes` reads those.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from qr.errors import Deviation, Kind, PayloadInvalid

VALUE_MAX = 99
_HEADER = 4


class DataObject(NamedTuple):
    """One object; `offset` is where its name starts in the text that was read."""

    id: str
    value: str
    offset: int


@dataclass(frozen=True, slots=True)
class Scan:
    """The readable part of a text: the objects, then the tail and why reading stopped."""

    objects: tuple[DataObject, ...]
    tail: str = ""
    fault: str = ""
    tail_offset: int = 0


def scan(text: str, *, offset: int = 0) -> Scan:
    """Read objects until the end of the text or the first thing that is none; never raises.

    `offset` is added to every position, for a text that was cut out of another.
    """
    objects: list[DataObject] = []
    place, end = 0, len(text)
    while place < end:
        header = text[place : place + _HEADER]
        # Both, because int() and isdigit() know the digits of every script.
        if not (len(header) == _HEADER and header.isascii() and header.isdigit()):
            return _stop(objects, text, place, offset, f"{header!r} is no name and length")
        start = place + _HEADER
        length = int(header[2:])
        if start + length > end:
            fault = f"{header[:2]} announces {length} characters and {end - start} are left"
            return _stop(objects, text, place, offset, fault)
        objects.append(DataObject(header[:2], text[start : start + length], place + offset))
        place = start + length
    return Scan(tuple(objects))


def _stop(  # noqa: PLR0917  the reader's whole state at the moment it gives up
    objects: list[DataObject], text: str, place: int, offset: int, fault: str
) -> Scan:
    return Scan(tuple(objects), text[place:], fault, place + offset)


def scan_bytes(text: str, *, offset: int = 0) -> Scan:
    """Read a text whose lengths count UTF-8 bytes; offsets still count characters."""
    found = scan(_widen(text))
    objects = []
    for each in found.objects:
        value = _narrow(each.value)
        objects.append(DataObject(each.id, value, offset))
        offset += _HEADER + len(value)
    return Scan(tuple(objects), _narrow(found.tail), found.fault, offset)


def parse(text: str) -> tuple[DataObject, ...]:
    """Read a text that consists of objects and nothing else.

    Raises:
        PayloadInvalid: a header is broken or a value is shorter than announced.
    """
    found = scan(text)
    if found.fault:
        raise PayloadInvalid.from_deviation(describe_fault(found, path=""))
    return found.objects


def describe_fault(found: Scan, *, path: str) -> Deviation:
    """Return where and why reading stopped; the object is the one with the broken header."""
    name = found.tail[:2]
    known = name.isascii() and name.isdigit() and len(name) == 2
    object_id = "-".join(part for part in (path, name if known else "") if part)
    rule = "an object is two digits of name, two of length and as many characters"
    return Deviation(object_id, Kind.STRUCTURE, rule, found.fault, offset=found.tail_offset)


def serialize(objects: Iterable[tuple[str, str]]) -> str:
    """Write names and values as one text, in their order.

    Raises:
        PayloadInvalid: a value is longer than 99 characters, or a name is not two digits.
    """
    return "".join(_write(name, value, len(value)) for name, value in objects)


def serialize_bytes(objects: Iterable[tuple[str, str]]) -> str:
    """Write as `serialize` does, with lengths that count UTF-8 bytes."""
    return "".join(_write(name, value, len(_widen(value))) for name, value in objects)


def _write(name: str, value: str, length: int) -> str:
    if not (len(name) == 2 and name.isascii() and name.isdigit()):
        fault = Deviation(name, Kind.STRUCTURE, "an object's name is two digits")
        raise PayloadInvalid.from_deviation(fault)
    if length > VALUE_MAX:
        rule = "a value has at most 99 characters"
        fault = Deviation(name, Kind.LENGTH, rule, f"it has {length}")
        raise PayloadInvalid.from_deviation(fault)
    return f"{name}{length:02}{value}"


def _widen(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _narrow(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")
