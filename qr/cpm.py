"""Consumer-presented codes (EMVCo QRCPS CPM 1.1): BER-TLV templates in base64.

A code proves nothing by itself: the issuer checks the cryptogram in it. It is a bearer
token all the same, so nothing here shows its values in an error or a representation.
"""

import binascii
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from qr import ber
from qr.ber import Node
from qr.cpm_rules import PRIMITIVE_TEXT, RULES
from qr.errors import Deviation, Kind, PayloadInvalid, Weight, raise_gravest
from qr.rules import check

PREFIX = "hQVDUFY"
BYTES_ADVISED = 512
_APPLICATION, _COMMON = "61", "62"
_APPLICATIONS_MAX = 2


@dataclass(frozen=True, slots=True)
class Application:
    """One way to pay that the consumer offers: an application template and the common data."""

    adf_name: str
    values: dict[str, str] = field(repr=False)
    node: Node

    @property
    def label(self) -> str:
        """The name of the application, for people; may be empty."""
        return self.values.get("50", "")

    @property
    def account_number(self) -> str:
        """The card number or its token, from 5A or the track."""
        return self.values.get("5A", self.values.get("57", "").partition("D")[0]).rstrip("F")

    def matches(self, aid: str) -> bool:
        """Return whether a terminal that supports this AID supports the application."""
        return self.adf_name.startswith(aid.upper())


@dataclass(frozen=True, slots=True)
class ConsumerCode:
    """A consumer-presented code, read."""

    nodes: tuple[Node, ...]
    applications: tuple[Application, ...]
    deviations: tuple[Deviation, ...] = ()

    @property
    def fields(self) -> list[Any]:
        """The objects as pairs of tag and hexadecimal value, templates as lists of pairs."""
        return _to_pairs(self.nodes)

    def choose(self, aids: Sequence[str]) -> Application | None:
        """Return the application to use, by the terminal's AIDs in order of preference."""
        for aid in aids:
            for application in self.applications:
                if application.matches(aid):
                    return application
        return None


def read(text: str) -> ConsumerCode:
    """Read leniently: every broken rule is reported.

    Raises:
        PayloadInvalid: the text is not base64 of BER-TLV.
    """
    data = _decode_base64(text)
    nodes = ber.parse(data)
    deviations = (*_check_frame(nodes), *_check_templates(nodes))
    if len(data) > BYTES_ADVISED:
        rule = "a code should have at most 512 bytes"
        deviations += (Deviation("", Kind.LENGTH, rule, f"{len(data)}", Weight.NOTE),)
    return ConsumerCode(nodes, tuple(_list_applications(nodes)), deviations)


def decode(text: str) -> ConsumerCode:
    """Read strictly.

    Raises:
        PayloadInvalid: a rule is broken; the error names the object and the rule.
    """
    code = read(text)
    raise_gravest(code.deviations)
    return code


def encode(fields: Sequence[Any]) -> str:
    """Write pairs as `ConsumerCode.fields` has them, checked as `decode` does.

    Raises:
        PayloadInvalid: they break a rule.
    """
    text = write(to_nodes(fields, iter(())))
    if decode(text).fields != fields:
        # A primitive's tag on a template, or the other way round, is read as something else.
        raise PayloadInvalid("The objects would not be read back as they were given.")
    return text


def write(nodes: tuple[Node, ...]) -> str:
    """Write objects as they are, unchecked."""
    return b64encode(ber.serialize(nodes)).decode()


def _decode_base64(text: str) -> bytes:
    try:
        data = b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as refusal:
        rule = "the text is base64 with its padding (RFC 4648)"
        fault = Deviation("", Kind.CHARACTERS, rule)
        raise PayloadInvalid.from_deviation(fault) from refusal
    # The last character may hold unused bits; two texts would be one code.
    if b64encode(data).decode() != text:
        rule = "the bits of the last character that no byte takes are zero (RFC 4648 3.5)"
        raise PayloadInvalid.from_deviation(Deviation("", Kind.CHARACTERS, rule))
    return data


def _check_frame(nodes: tuple[Node, ...]) -> Iterator[Deviation]:
    tags = [node.tag for node in nodes]
    if not nodes or nodes[0].tag != "85" or nodes[0].value != b"CPV01":
        rule = "the payload format indicator comes first and is CPV01"
        yield Deviation("85", Kind.ORDER, rule)
    count = tags.count(_APPLICATION)
    if not 1 <= count <= _APPLICATIONS_MAX:
        kind = Kind.UNEXPECTED if count else Kind.MISSING
        yield Deviation(
            _APPLICATION, kind, "there are one or two application templates", f"{count}"
        )
    if _COMMON in tags and (count < 2 or tags.count(_COMMON) > 1):
        rule = "common data stand once and go with two application templates"
        yield Deviation(_COMMON, Kind.UNEXPECTED, rule)
    templates = [node.tag for node in nodes if node.children is not None]
    known = [tag in {_APPLICATION, _COMMON} for tag in templates]
    if known != sorted(known, reverse=True):
        rule = "application and common data come before other templates"
        yield Deviation(templates[known.index(False)], Kind.ORDER, rule)
    yield from _check_repeats(nodes, path="")


def _check_repeats(nodes: Sequence[Node], *, path: str) -> Iterator[Deviation]:
    tags = Counter(node.tag for node in nodes if node.children is None)
    for tag, count in tags.items():
        if count > 1:
            rule = "an object stands once in its template"
            yield Deviation(f"{path}{tag}", Kind.DUPLICATE, rule, f"{count} times")


def _check_templates(nodes: tuple[Node, ...]) -> Iterator[Deviation]:
    common = [child for node in nodes if node.tag == _COMMON for child in node.children or ()]
    yield from _check_repeats(common, path="62-")
    for number, node in enumerate(_find_applications(nodes), start=1):
        path = "61-" if number == 1 else f"61.{number}-"
        own = node.children or ()
        yield from _check_repeats([*own, *common], path=path)
        values = {f"{path}{tag}": value for tag, value in _read_values((*own, *common)).items()}
        yield from check(values, RULES, prefix=path, show=_hide)
        if f"{path}57" not in values and f"{path}5A" not in values:
            rule = "a card number (5A) or a track (57) is mandatory"
            yield Deviation(f"{path}57", Kind.MISSING, rule, "both are missing")


def _list_applications(nodes: tuple[Node, ...]) -> Iterator[Application]:
    common = [child for node in nodes if node.tag == _COMMON for child in node.children or ()]
    for node in _find_applications(nodes):
        values = _read_values((*(node.children or ()), *common))
        if "4F" in values:
            yield Application(values["4F"], values, node)


def _find_applications(nodes: tuple[Node, ...]) -> list[Node]:
    # A third one is refused already, and thousands would cost time.
    return [node for node in nodes if node.tag == _APPLICATION][:_APPLICATIONS_MAX]


def _read_values(nodes: Sequence[Node]) -> dict[str, str]:
    values: dict[str, str] = {}
    for node in nodes:
        text = node.tag in PRIMITIVE_TEXT
        value = ber.encode_value(node)
        values.setdefault(node.tag, value.decode("latin-1") if text else value.hex().upper())
    return values


def _hide(value: str) -> str:
    return f"a value of {len(value)} characters"


def _to_pairs(nodes: tuple[Node, ...]) -> list[Any]:
    return [
        [
            node.tag,
            node.value.hex().upper() if node.children is None else _to_pairs(node.children),
        ]
        for node in nodes
    ]


def to_nodes(pairs: Sequence[Any], widths: Iterator[int]) -> tuple[Node, ...]:
    """Turn pairs into objects; `widths` says how many bytes each length takes, one if empty.

    Raises:
        PayloadInvalid: a pair is not a tag and a value in hexadecimal.
    """
    nodes = []
    for tag, value in pairs:
        width = next(widths, 1)
        try:
            bytes.fromhex(tag)
            data = bytes.fromhex(value) if isinstance(value, str) else b""
        except ValueError as refusal:
            rule = "tags and values are hexadecimal"
            fault = Deviation(tag, Kind.CHARACTERS, rule)
            raise PayloadInvalid.from_deviation(fault) from refusal
        children = None if isinstance(value, str) else to_nodes(value, widths)
        nodes.append(Node(tag, data, children, width))
    return tuple(nodes)
