"""Consumer-presented codes: what a consumer shows and a till scans.

Source: EMVCo QR Code Specification for Payment Systems, Consumer-Presented Mode, 1.1.
"""

from collections.abc import Iterator, Sequence

from qr import cpm
from qr.ber import Node
from qr.dialect import Dialect, Draft, Fields


class CpmDialect(Dialect):
    """Such a code asks for nothing, so that a reading's request is always None.

    Its fields are pairs of tag and value; `qr.cpm.decode` gives the applications.
    """

    name = "emv_cpm"
    title = "EMVCo consumer-presented code"

    def recognize(self, text: str) -> bool:
        """Return whether the text starts with the payload format indicator."""
        return text.startswith(cpm.PREFIX)

    def parse(self, text: str) -> Draft:
        """Take the templates apart."""
        code = cpm.read(text)
        widths = bytes(_list_widths(code.nodes)).hex()
        return Draft(code.fields, {}, code.deviations, widths)

    def to_request(self, draft: Draft) -> None:
        """Return None: the consumer presents a means to pay."""

    def encode_fields(self, fields: Fields) -> str:
        """Write the objects, checked."""
        return cpm.encode(fields)

    def serialize(self, fields: Fields, layout: str) -> str:
        """Write the objects; the layout is how many bytes each length took."""
        return cpm.write(cpm.to_nodes(fields, iter(bytes.fromhex(layout))))


def _list_widths(nodes: Sequence[Node]) -> Iterator[int]:
    for node in nodes:
        yield node.length_octets
        yield from _list_widths(node.children or ())


DIALECT = CpmDialect()
