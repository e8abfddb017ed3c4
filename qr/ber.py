"""BER-TLV as EMV uses it: tags of up to three bytes, lengths of up to three more, templates.

Source: EMV Book 3, Annex B; ISO/IEC 8825-1.
"""

from dataclasses import dataclass
from typing import NoReturn

from qr.errors import Deviation, Kind, PayloadInvalid

DEPTH_MAX = 4
_CONSTRUCTED = 0x20
_MORE = 0x1F
_LONG = 0x80
_TAG_OCTETS_MAX = 3
_LENGTH_OCTETS_MAX = 3


@dataclass(frozen=True, slots=True, repr=False)
class Node:
    """One object: its tag in hexadecimal, and its bytes or its objects.

    `length_octets` is how many bytes the length took, so that writing gives the same bytes.
    """

    tag: str
    value: bytes = b""
    children: "tuple[Node, ...] | None" = None
    length_octets: int = 1

    def __repr__(self) -> str:
        # Consumer codes carry card numbers and cryptograms, which no log should see.
        return f"Node({self.tag}, {len(encode_value(self))} bytes)"


def parse(data: bytes) -> tuple[Node, ...]:
    """Read objects to the end of the data, templates to EMV's depth.

    Raises:
        PayloadInvalid: a tag or length is not BER, or a value is shorter than announced.
    """
    return _parse(data, path="", depth=0)


def _parse(data: bytes, *, path: str, depth: int) -> tuple[Node, ...]:
    nodes = []
    place = 0
    while place < len(data):
        octets, start = _read_tag(data, place, path=path)
        tag = octets.hex().upper()
        here = f"{path}-{tag}" if path else tag
        length, value_start = _read_length(data, start, path=here)
        value = data[value_start : value_start + length]
        if len(value) < length:
            _refuse(here, f"{length} bytes are announced and {len(value)} are left")
        width = value_start - start
        if octets[0] & _CONSTRUCTED:
            if depth == DEPTH_MAX:
                _refuse(here, f"templates are nested deeper than {DEPTH_MAX}")
            children = _parse(value, path=here, depth=depth + 1)
            nodes.append(Node(tag, children=children, length_octets=width))
        else:
            nodes.append(Node(tag, value, length_octets=width))
        place = value_start + length
    return tuple(nodes)


def _read_tag(data: bytes, place: int, *, path: str) -> tuple[bytes, int]:
    end = place + 1
    if data[place] & _MORE == _MORE:
        while True:
            if end == len(data) or end - place == _TAG_OCTETS_MAX:
                _refuse(path, "a tag does not end")
            end += 1
            if not data[end - 1] & _LONG:
                break
    return data[place:end], end


def _read_length(data: bytes, place: int, *, path: str) -> tuple[int, int]:
    if place == len(data):
        _refuse(path, "the length is missing")
    first = data[place]
    if first < _LONG:
        return first, place + 1
    octets = first - _LONG
    # The copied QRIS sample writes 147 as the one byte 93, which announces 19 more.
    if not 1 <= octets <= _LENGTH_OCTETS_MAX:
        _refuse(path, f"length byte {first:02X} is not BER")
    end = place + 1 + octets
    if end > len(data):
        _refuse(path, "the length is cut off")
    return int.from_bytes(data[place + 1 : end], "big"), end


def _refuse(path: str, detail: str) -> NoReturn:
    rule = "the data is BER-TLV"
    raise PayloadInvalid.from_deviation(Deviation(path, Kind.STRUCTURE, rule, detail))


def serialize(nodes: tuple[Node, ...]) -> bytes:
    """Write objects as bytes; a length takes as many bytes as when it was read, or more.

    Raises:
        PayloadInvalid: a value's length does not fit three bytes.
    """
    return b"".join(_write(node) for node in nodes)


def encode_value(node: Node) -> bytes:
    """Return an object's value as bytes, whatever it consists of."""
    return node.value if node.children is None else serialize(node.children)


def _write(node: Node) -> bytes:
    value = encode_value(node)
    return bytes.fromhex(node.tag) + _write_length(node, len(value)) + value


def _write_length(node: Node, length: int) -> bytes:
    if length < _LONG and node.length_octets == 1:
        return bytes([length])
    octets = max(node.length_octets - 1, (length.bit_length() + 7) // 8)
    if octets > _LENGTH_OCTETS_MAX:
        _refuse(node.tag, f"{length} bytes are more than three can say")
    return bytes([_LONG + octets]) + length.to_bytes(octets, "big")
