"""Merchant-presented codes (EMVCo QRCPS MPM 1.1): objects in and out of text, by the rules."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from qr.checksum import compute_crc
from qr.errors import Deviation, Kind, PayloadInvalid, Weight, raise_gravest
from qr.mpm_rules import (
    ACCOUNT_IDS,
    GUID_IDS,
    NESTED_IDS,
    PAYMENT_SYSTEM_IDS,
    VALUES,
    check_form,
    list_reserved,
)
from qr.rules import check
from qr.tlv import (
    DataObject,
    Scan,
    describe_fault,
    scan,
    scan_bytes,
    serialize,
    serialize_bytes,
)

PREFIX = "0002"
LENGTH_ADVISED = 512
_CRC_HEADER = "6304"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
Serialize = Callable[[Iterable[tuple[str, str]]], str]


class Level(Protocol):
    """How one level of objects is read: lengths in characters or in bytes."""

    def __call__(self, text: str, *, offset: int = 0) -> Scan:
        """Read as far as possible."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A merchant-presented code, read; `values` maps paths (`62-05`) to text.

    If an object occurs twice, `values` has the first and `objects` both.
    """

    text: str
    objects: tuple[DataObject, ...]
    values: Mapping[str, str]
    deviations: tuple[Deviation, ...] = ()
    tail: str = ""
    counts_bytes: bool = field(default=False, kw_only=True)

    @property
    def fields(self) -> dict[str, Any]:
        """The objects by name, templates as objects by name, in their order."""
        fields: dict[str, Any] = {}
        for path, value in self.values.items():
            parent, _, child = path.rpartition("-")
            if not parent:
                fields[child] = value
            elif isinstance(fields[parent], dict):
                fields[parent][child] = value
            else:
                fields[parent] = {child: value}
        return fields


def read(text: str) -> Payload:
    """Read leniently: every object that can be found, every deviation named.

    Raises:
        PayloadInvalid: the text does not begin as a merchant-presented code does.
    """
    if not text.startswith(PREFIX):
        rule = "a merchant-presented code starts with 0002"
        raise PayloadInvalid.from_deviation(Deviation("00", Kind.ORDER, rule, offset=0))
    found = scan(text)
    if not text.isascii() and not _is_whole(found):
        widened = scan_bytes(text)
        if _is_whole(widened):
            return _build(text, widened, counts_bytes=True)
    return _build(text, found)


def _is_whole(found: Scan) -> bool:
    return not found.fault and found.objects[-1].id == "63"


def decode(text: str) -> Payload:
    """Read strictly.

    Raises:
        PayloadInvalid: a rule is broken; the error names the object and the rule.
    """
    payload = read(text)
    raise_gravest(payload.deviations)
    return payload


def encode(fields: Mapping[str, Any]) -> str:
    """Write fields (nested as `Payload.fields`) in their order, composed, and the CRC last.

    Raises:
        PayloadInvalid: the result would break a rule.
    """
    text = write(compose(fields))
    decode(text)
    return text


def compose(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with precomposed characters (NFC), as lengths are counted on those.

    The few characters that normalization would lengthen stay unchanged.
    """
    return {
        name: compose(value) if isinstance(value, Mapping) else _compose_text(value)
        for name, value in fields.items()
    }


def _compose_text(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    return composed if len(composed) <= len(text) else text


def write(fields: Mapping[str, Any]) -> str:
    """Write fields as they are, unchecked but for lengths; 63 is always computed.

    Raises:
        PayloadInvalid: a value is longer than 99 characters.
    """
    return _seal(fields, serialize)


def write_bytes(fields: Mapping[str, Any]) -> str:
    """Write as `write` does, with lengths that count UTF-8 bytes."""
    return _seal(fields, serialize_bytes)


def _seal(fields: Mapping[str, Any], serialize: Serialize) -> str:
    objects = (
        (name, serialize(value.items()) if isinstance(value, Mapping) else value)
        for name, value in fields.items()
        if name != "63"
    )
    text = serialize(objects) + _CRC_HEADER
    return text + compute_crc(_to_bytes(text))


def locate(
    deviation: Deviation, objects: Iterable[DataObject], *, level: Level = scan
) -> Deviation:
    """Return a deviation with its object's position, if there is such an object."""
    found = None
    for name in deviation.object_id.split("-"):
        found = next((each for each in objects if each.id == name), None)
        if found is None:
            return deviation
        objects = level(found.value, offset=found.offset + 4).objects
    return deviation if found is None else replace(deviation, offset=found.offset)


def _build(text: str, found: Scan, *, counts_bytes: bool = False) -> Payload:
    values: dict[str, str] = {}
    deviations: list[Deviation] = []
    level = scan_bytes if counts_bytes else scan
    if counts_bytes:
        rule = "lengths count characters"
        count = Deviation("", Kind.LENGTH, rule, "they count bytes", Weight.TOLERABLE)
        deviations.append(count)
    for each in found.objects:
        again = each.id in values
        deviations += _enter(each, path=each.id, values=values)
        if each.id in NESTED_IDS and not again:
            deviations += _enter_template(each, values=values, level=level)
    if found.fault:
        deviations.append(describe_fault(found, path=""))
    deviations += _check_crc(text, found)
    deviations += (locate(each, found.objects, level=level) for each in check(values, VALUES))
    deviations += _check_accounts(values)
    if lone := _LONE_SURROGATE.search(text):
        rule, place = "a payload is text of Unicode, in UTF-8", lone.start()
        deviations.append(Deviation("", Kind.CHARACTERS, rule, repr(lone[0]), offset=place))
    if len(text) > LENGTH_ADVISED:
        rule = "a payload should have at most 512 characters"
        deviations.append(Deviation("", Kind.LENGTH, rule, f"{len(text)}", Weight.NOTE))
    return Payload(
        text, found.objects, values, tuple(deviations), found.tail, counts_bytes=counts_bytes
    )


def _enter(each: DataObject, *, path: str, values: dict[str, str]) -> Iterator[Deviation]:
    if path in values:
        rule = "a name stands once at its level"
        yield Deviation(path, Kind.DUPLICATE, rule, offset=each.offset)
        return
    values[path] = each.value
    yield from check_form(path, each.value, each.offset)
    for rule in list_reserved(path):
        yield Deviation(path, Kind.RESERVED, rule, "", Weight.TOLERABLE, each.offset)


def _enter_template(
    template: DataObject, *, values: dict[str, str], level: Level
) -> Iterator[Deviation]:
    found = level(template.value, offset=template.offset + 4)
    weight = Weight.TOLERABLE if template.id >= "80" else Weight.FATAL
    if found.fault:
        yield _describe_broken(template, found, path=template.id, weight=weight)
        return
    for each in found.objects:
        path = f"{template.id}-{each.id}"
        yield from _enter(each, path=path, values=values)
        if template.id == "62" and each.id in PAYMENT_SYSTEM_IDS:
            yield from _check_payment_system(each, path=path, level=level)
    if template.id in GUID_IDS and f"{template.id}-00" not in values:
        yield _describe_anonymous(template.id, template.offset, weight=weight)


def _check_payment_system(
    template: DataObject, *, path: str, level: Level
) -> Iterator[Deviation]:
    found = level(template.value, offset=template.offset + 4)
    if found.fault:
        yield _describe_broken(template, found, path=path, weight=Weight.TOLERABLE)
        return
    # Read whole, as one text, so that its objects are only looked at.
    inner: dict[str, str] = {}
    for each in found.objects:
        for deviation in _enter(each, path=f"{path}-{each.id}", values=inner):
            yield replace(deviation, weight=Weight.TOLERABLE)
    if f"{path}-00" not in inner:
        yield _describe_anonymous(path, template.offset, weight=Weight.TOLERABLE)


def _describe_broken(
    template: DataObject, found: Scan, *, path: str, weight: Weight
) -> Deviation:
    rule = "a template consists of objects"
    return Deviation(path, Kind.STRUCTURE, rule, found.fault, weight, template.offset)


def _describe_anonymous(path: str, offset: int, *, weight: Weight) -> Deviation:
    rule = "a template starts from its unique identifier (00)"
    return Deviation(f"{path}-00", Kind.MISSING, rule, "it is missing", weight, offset)


def _check_accounts(values: Mapping[str, str]) -> Iterator[Deviation]:
    if not values.keys() & _ACCOUNT_IDS:
        rule = "at least one merchant account from 02 to 51 is mandatory"
        yield Deviation("02..51", Kind.MISSING, rule)


_ACCOUNT_IDS = frozenset(ACCOUNT_IDS)


def _check_crc(text: str, found: Scan) -> Iterable[Deviation]:
    stands = next((each for each in found.objects if each.id == "63"), None)
    if stands is None:
        return [Deviation("63", Kind.MISSING, "a check sum is mandatory", "it is missing")]
    deviations = []
    if stands is not found.objects[-1] or found.tail:
        rule = "the check sum is the last object"
        deviations.append(Deviation("63", Kind.ORDER, rule, offset=stands.offset))
    end = stands.offset + len(_CRC_HEADER)
    computed = compute_crc(_to_bytes(text[:end]))
    if stands.value == computed:
        return deviations
    if stands.value.upper() == computed:
        rule, weight = "the check sum is written in capitals", Weight.TOLERABLE
        return [*deviations, Deviation("63", Kind.CHARACTERS, rule, stands.value, weight)]
    rule = "the check sum is that of the text before it"
    detail = f"{stands.value!r} instead of {computed}"
    return [*deviations, Deviation("63", Kind.CHECKSUM, rule, detail, offset=stands.offset)]


def _to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
