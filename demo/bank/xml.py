"""What all files of the bank share: elements, amounts and times."""

from datetime import UTC, datetime

from lxml import etree
from lxml.etree import _Element as Element


class Node:
    """An element under construction, in its file's namespace."""

    def __init__(self, element: Element) -> None:
        self.element = element

    def add(self, path: str, text: str = "") -> "Node":
        """Append the elements of a path such as `Acct/Id/IBAN`, the last one with the text."""
        at, namespace = self.element, etree.QName(self.element).namespace
        for name in path.split("/"):
            at = etree.SubElement(at, f"{{{namespace}}}{name}")
        at.text = text or None
        return Node(at)

    def add_amount(self, path: str, minor: int) -> None:
        """Append an amount in euros, without its sign."""
        self.add(path, write_amount(abs(minor))).element.set("Ccy", "EUR")

    def add_side(self, minor: int) -> None:
        """Append which side of the account the amount belongs to."""
        self.add("CdtDbtInd", "DBIT" if minor < 0 else "CRDT")


def open_document(message: str, body: str) -> Node:
    """Begin a file of this message, such as `camt.053.001.08`, and return its body."""
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{message}"
    root = etree.Element(f"{{{namespace}}}Document", nsmap={None: namespace})
    return Node(root).add(body)


def write_document(body: Node) -> bytes:
    """Return the whole file that a body belongs to."""
    tree = body.element.getroottree()
    written: bytes = etree.tostring(
        tree, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )
    return written


def write_amount(minor: int) -> str:
    """Return cents as euros: 1234 is 12.34."""
    return f"{minor // 100}.{minor % 100:02}"


def write_time(at: datetime) -> str:
    """Return a moment in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
