"""Reads the files of orders that customers hand in: `pain.001.001.09`, and no other version."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

from lxml import etree
from lxml.etree import _Element as Element

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_SIZE_MAX = 50_000_000


class FileRefused(Exception):
    """The file is none that this bank takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who pays or is paid, with the address that the file gives."""

    name: str
    iban: str
    has_address: bool
    town: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One transfer that the bank is asked for."""

    end_to_end_id: str
    ids: tuple[str, ...]
    amount: Decimal
    currency: str
    creditor: Party
    reference: str
    remittance: str

    @property
    def amount_minor(self) -> int:
        """Return the amount in cents; of a fraction of a cent only the whole ones."""
        return int(self.amount * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The orders of one account and day."""

    payment_id: str
    execute_on: date
    debtor: Party
    wants_batch: bool
    count: str
    control_sum: str
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFile:
    """All that a file asks for."""

    message_id: str
    count: str
    control_sum: str
    runs: tuple[Run, ...]

    @property
    def orders(self) -> Iterator[Order]:
        """Yield the orders of all runs."""
        for run in self.runs:
            yield from run.orders


def read_orders(content: bytes) -> OrderFile:
    """Read a file of orders.

    Raises:
        FileRefused: it is too large, no XML, has a document type, or breaks the schema.
    """
    if len(content) > _SIZE_MAX:
        raise FileRefused("The file has more than 50 MB.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise FileRefused(f"This is not XML: {error.msg}") from error
    if root.getroottree().docinfo.doctype:
        raise FileRefused("The file has a document type.")
    if root.tag != f"{{{NAMESPACE}}}Document":
        raise FileRefused("This is no pain.001.001.09.")
    schema = _load_schema()
    if not schema.validate(root):
        first = schema.error_log[0]
        raise FileRefused(f"Line {first.line}: {first.message}")
    return _read_file(root)


def find_message_id(content: bytes) -> str:
    """Return the message id of a file that was refused, if it can be told."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return ""
    found = root.findtext(".//{*}GrpHdr/{*}MsgId") if root is not None else None
    return (found or "").strip()[:35]


@functools.cache
def _load_schema() -> etree.XMLSchema:
    # Only located: the package itself would bring in much that the bank has no use for.
    spec = find_spec("sepaxml")
    assert spec is not None
    assert spec.origin is not None
    return etree.XMLSchema(file=Path(spec.origin).parent / "schemas/pain.001.001.09.xsd")


def _read_file(root: Element) -> OrderFile:
    initiation = root[0]
    return OrderFile(
        message_id=_read(initiation, "GrpHdr/MsgId"),
        count=_read(initiation, "GrpHdr/NbOfTxs"),
        control_sum=_read(initiation, "GrpHdr/CtrlSum"),
        runs=tuple(_read_run(each) for each in initiation.iterfind("{*}PmtInf")),
    )


def _read_run(node: Element) -> Run:
    day = _read(node, "ReqdExctnDt/Dt") or _read(node, "ReqdExctnDt/DtTm")[:10]
    return Run(
        payment_id=_read(node, "PmtInfId"),
        # The schema lets an offset stand behind a date.
        execute_on=date.fromisoformat(day[:10]),
        debtor=_read_party(node, "Dbtr"),
        wants_batch=_read(node, "BtchBookg") in {"true", "1"},
        count=_read(node, "NbOfTxs"),
        control_sum=_read(node, "CtrlSum"),
        orders=tuple(_read_order(each) for each in node.iterfind("{*}CdtTrfTxInf")),
    )


def _read_order(node: Element) -> Order:
    amount = node.find("{*}Amt/{*}InstdAmt")
    return Order(
        end_to_end_id=_read(node, "PmtId/EndToEndId"),
        ids=tuple(
            _read(node, path)
            for path in ("PmtId/InstrId", "PmtId/EndToEndId")
            if node.find(_qualify(path)) is not None
        ),
        # An equivalent amount in another currency is no amount here.
        amount=Decimal(0 if amount is None else str(amount.text).strip()),
        currency="" if amount is None else str(amount.get("Ccy")),
        creditor=_read_party(node, "Cdtr"),
        reference=_read(node, "RmtInf/Strd/CdtrRefInf/Ref"),
        remittance=_read(node, "RmtInf/Ustrd"),
    )


def _read_party(node: Element, name: str) -> Party:
    return Party(
        name=_read(node, f"{name}/Nm"),
        iban=_read(node, f"{name}Acct/Id/IBAN"),
        has_address=node.find(_qualify(f"{name}/PstlAdr")) is not None,
        town=_read(node, f"{name}/PstlAdr/TwnNm"),
        country=_read(node, f"{name}/PstlAdr/Ctry"),
    )


def _read(node: Element, path: str) -> str:
    return (node.findtext(_qualify(path)) or "").strip()


def _qualify(path: str) -> str:
    return "/".join(f"{{*}}{part}" for part in path.split("/"))
