"""The file of a run, as banks take it: ISO 20022 pain.001.001.09.

One payment block for each file, because a file is of one account, currency and day. What a bank
would refuse and the XSD lets through is refused here. A file is the same to the byte however
often it is written: its ids and its time come from its row.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from importlib.resources import files

from lxml import etree

from banking.characters import Written, write_plain
from banking.errors import FileDiffers, FileUnwritable
from banking.models import BankAccount, Order, PaymentFile
from banking.payees import Payee
from ledger.money import to_decimal
from qr.references import encode_reference

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_XSD = "schemas/pain.001.001.09.xsd"
_ID = re.compile(r"[A-Za-z0-9?:().,'+ -](?:/?[A-Za-z0-9?:().,'+ -])*")
_ID_MAX = 35
_EURO = "EUR"
_TEXT_MAX = 140
_DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class Change:
    """A text of an order that the bank gets otherwise than it was typed."""

    order: Order
    written: Written


def write_file(file: PaymentFile) -> bytes:
    """Write a run's file; it is checked against the schema and against what banks refuse.

    Raises:
        FileUnwritable: it would be refused; nothing was written.
        FileDiffers: it was released with other content.
    """
    orders = list(Order.objects.filter(file=file).order_by("id"))
    total_minor = sum(order.amount_minor for order in orders)
    if (len(orders), total_minor) != (file.orders_count, file.total_minor):
        raise FileUnwritable(f"{len(orders)} orders of {total_minor} are not the run's sums")
    content = write_checked(build_document(file, file.account, orders))
    if file.sha256 and hash_file(content) != file.sha256:
        raise FileDiffers(file.public_id)
    return content


def write_checked(document: etree._Element) -> bytes:
    """Write a document that the schema takes.

    Raises:
        FileUnwritable: it does not.
    """
    schema = _load_schema()
    if not schema.validate(document):
        raise FileUnwritable(str(schema.error_log.last_error))
    content: bytes = etree.tostring(document, xml_declaration=True, encoding="UTF-8")
    return content


def hash_file(content: bytes) -> str:
    """Return the hash by which a file's later writings are held against the first."""
    return hashlib.sha256(content).hexdigest()


def list_changes(orders: Iterable[Order]) -> list[Change]:
    """List the texts that the bank will get with other letters than were typed."""
    return [
        Change(order, written)
        for order in orders
        for text in _texts_of(order)
        if (written := write_plain(text)).is_changed
    ]


def build_document(
    file: PaymentFile, account: BankAccount, orders: list[Order]
) -> etree._Element:
    """Build the document of a run.

    Raises:
        FileUnwritable: an id or an amount that banks refuse.
    """
    root = etree.Element(f"{{{_NAMESPACE}}}Document", nsmap={None: _NAMESPACE})
    body = _add(root, "CstmrCdtTrfInitn")
    control_sum = _write_amount(file.total_minor, account.currency)
    header = _add(body, "GrpHdr")
    _add(header, "MsgId", _check_id(file.message_id))
    _add(header, "CreDtTm", f"{file.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z")
    _add(header, "NbOfTxs", str(len(orders)))
    _add(header, "CtrlSum", control_sum)
    _add(_add(header, "InitgPty"), "Nm", write_plain(account.holder).text)
    block = _add(body, "PmtInf")
    _add(block, "PmtInfId", _check_id(name_block(file)))
    _add(block, "PmtMtd", "TRF")
    # Each order is one entry of the statement.
    _add(block, "BtchBookg", "false")
    _add(block, "NbOfTxs", str(len(orders)))
    _add(block, "CtrlSum", control_sum)
    is_sepa = account.currency == _EURO
    if is_sepa:
        _add(_add(_add(block, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _add(_add(block, "ReqdExctnDt"), "Dt", file.execute_on.isoformat())
    _add_debtor(block, account)
    _add(block, "ChrgBr", "SLEV" if is_sepa else "SHAR")
    for order in orders:
        _add_order(block, order)
    return root


def name_block(file: PaymentFile) -> str:
    """Return the id of a file's payment block: 28 letters and digits."""
    return encode_reference("pi", file.id).replace("_", "").upper()


def _texts_of(order: Order) -> list[str]:
    return [
        order.creditor_name,
        *(order.street, order.building_number, order.postcode, order.town),
        order.remittance,
    ]


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_NAMESPACE}}}{tag}")
    element.text = text
    return element


def _add_debtor(block: etree._Element, account: BankAccount) -> None:
    payer = Payee(
        name=account.holder,
        iban=account.iban,
        street=account.street,
        building_number=account.building_number,
        postcode=account.postcode,
        town=account.town,
        country=account.country,
    )
    if not (payer.town and payer.country):
        raise FileUnwritable("the account has no town or country")
    _add_party(_add(block, "Dbtr"), payer)
    holder = _add(block, "DbtrAcct")
    _add(_add(holder, "Id"), "IBAN", account.iban)
    _add(holder, "Ccy", account.currency)
    bank = _add(_add(block, "DbtrAgt"), "FinInstnId")
    if account.bic:
        _add(bank, "BICFI", account.bic)
    else:
        _add(_add(bank, "Othr"), "Id", "NOTPROVIDED")


def _add_order(block: etree._Element, order: Order) -> None:
    payment = _add(block, "CdtTrfTxInf")
    ids = _add(payment, "PmtId")
    _add(ids, "InstrId", _check_id(order.end_to_end_id))
    _add(ids, "EndToEndId", _check_id(order.end_to_end_id))
    amount = _add(
        _add(payment, "Amt"), "InstdAmt", _write_amount(order.amount_minor, order.currency)
    )
    amount.set("Ccy", order.currency)
    if order.creditor_bic:
        _add(_add(_add(payment, "CdtrAgt"), "FinInstnId"), "BICFI", order.creditor_bic)
    _add_party(
        _add(payment, "Cdtr"),
        Payee(
            name=order.creditor_name,
            iban=order.creditor_iban,
            street=order.street,
            building_number=order.building_number,
            postcode=order.postcode,
            town=order.town,
            country=order.country,
        ),
    )
    _add(_add(_add(payment, "CdtrAcct"), "Id"), "IBAN", order.creditor_iban)
    text = write_plain(order.remittance).text
    if len(text) > _TEXT_MAX:
        raise FileUnwritable(f"the text of {order.public_id} is too long")
    _add(_add(payment, "RmtInf"), "Ustrd", text)


def _add_party(party: etree._Element, payee: Payee) -> None:
    _add(party, "Nm", write_plain(payee.name).text)
    if not payee.has_address:
        return
    address = _add(party, "PstlAdr")
    for tag, text in (
        ("StrtNm", payee.street),
        ("BldgNb", payee.building_number),
        ("PstCd", payee.postcode),
        ("TwnNm", payee.town),
        ("Ctry", payee.country),
    ):
        if text:
            _add(address, tag, write_plain(text).text)


def _write_amount(amount_minor: int, currency: str) -> str:
    # The schema passes 12.345 EUR and 15.5 JPY: the decimals are the currency's own.
    amount = to_decimal(amount_minor, currency)
    if amount <= 0 or amount_minor >= 10**_DIGITS_MAX:
        raise FileUnwritable(f"the amount {amount} {currency}")
    return f"{amount:f}"


def _check_id(text: str) -> str:
    # Never cut: a shortened id would belong to two payments.
    if len(text) > _ID_MAX or not _ID.fullmatch(text):
        raise FileUnwritable(f"the id {text}")
    return text


@lru_cache(maxsize=1)
def _load_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring((files("sepaxml") / _XSD).read_bytes()))
