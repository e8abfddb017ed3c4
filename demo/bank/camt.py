"""Writes what happened on an account: `camt.053.001.08` of a day, `camt.054.001.08` at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from demo.bank.accounts import BIC
from demo.bank.xml import Node, open_document, write_document, write_time

# Family and subfamily of ISO 20022's transaction codes, all of the domain of payments.
_CODES = {
    "transfer": ("RCDT", "ESCT"),
    "order": ("ICDT", "ESCT"),
    "return": ("ICDT", "RRTN"),
    "charge": ("MDOP", "CHRG"),
    "opening": ("RCDT", "ESCT"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One transfer as the account's holder sees it: positive where money came in."""

    number: int
    kind: str
    is_booked: bool
    day: date
    amount_minor: int
    party_name: str
    party_iban: str
    end_to_end_id: str
    reference: str
    remittance: str
    code: str
    message: str
    run: str
    is_batch: bool

    @property
    def bank_reference(self) -> str:
        """Return the bank's own name for it, the same in every file."""
        return f"DEMO{self.number:012}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The account of a file, and whose it is."""

    iban: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A statement: its days, what was there before, and what happened."""

    number: int
    since: date
    until: date
    opening_minor: int
    parts: tuple[Part, ...]

    @property
    def closing_minor(self) -> int:
        """Return what is there at its end."""
        return self.opening_minor + sum(part.amount_minor for part in self.parts)


def write_statement(holder: Holder, day: Day, *, made_at: datetime) -> bytes:
    """Return the statement: both balances and every entry between them."""
    body = open_document("camt.053.001.08", "BkToCstmrStmt")
    name = f"STMT{day.number:06}"
    node = _open(body, "Stmt", name=name, made_at=made_at)
    node.add("ElctrncSeqNb", str(day.number))
    node.add("CreDtTm", write_time(made_at))
    span = node.add("FrToDt")
    span.add("FrDtTm", f"{day.since}T00:00:00Z")
    span.add("ToDtTm", f"{day.until}T23:59:59Z")
    _add_account(node, holder)
    for code, minor, on in (
        ("OPBD", day.opening_minor, day.since),
        ("CLBD", day.closing_minor, day.until),
    ):
        balance = node.add("Bal")
        balance.add("Tp/CdOrPrtry/Cd", code)
        balance.add_amount("Amt", minor)
        balance.add_side(minor)
        balance.add("Dt/Dt", str(on))
    _add_entries(node, holder, day.parts)
    return write_document(body)


def write_advice(
    holder: Holder, parts: Iterable[Part], *, number: int, made_at: datetime
) -> bytes:
    """Return the advice of single entries, booked or pending."""
    body = open_document("camt.054.001.08", "BkToCstmrDbtCdtNtfctn")
    node = _open(body, "Ntfctn", name=f"ADVC{number:012}", made_at=made_at)
    node.add("CreDtTm", write_time(made_at))
    _add_account(node, holder)
    _add_entries(node, holder, parts)
    return write_document(body)


def _open(body: Node, kind: str, *, name: str, made_at: datetime) -> Node:
    head = body.add("GrpHdr")
    head.add("MsgId", name)
    head.add("CreDtTm", write_time(made_at))
    node = body.add(kind)
    node.add("Id", name)
    return node


def _add_account(node: Node, holder: Holder) -> None:
    account = node.add("Acct")
    account.add("Id/IBAN", holder.iban)
    account.add("Ccy", "EUR")
    account.add("Ownr/Nm", holder.name)
    account.add("Svcr/FinInstnId/BICFI", BIC)


def _add_entries(node: Node, holder: Holder, parts: Iterable[Part]) -> None:
    entries: dict[str, list[Part]] = {}
    for part in parts:
        is_one_of_many = part.is_batch and part.kind == "order"
        # Orders that were carried out later are an entry of their own.
        of_day = f"{part.message}/{part.run}/{part.day}"
        name = of_day if is_one_of_many else part.bank_reference
        entries.setdefault(name, []).append(part)
    for members in entries.values():
        _add_entry(node, holder, members)


def _add_entry(node: Node, holder: Holder, parts: list[Part]) -> None:
    total, first = sum(part.amount_minor for part in parts), parts[0]
    entry = node.add("Ntry")
    entry.add_amount("Amt", total)
    entry.add_side(total)
    entry.add("Sts/Cd", "BOOK" if first.is_booked else "PDNG")
    if first.is_booked:
        entry.add("BookgDt/Dt", str(first.day))
    entry.add("ValDt/Dt", str(first.day))
    entry.add("AcctSvcrRef", first.bank_reference)
    _add_code(entry, first)
    details = entry.add("NtryDtls")
    if first.is_batch:
        batch = details.add("Btch")
        batch.add("MsgId", first.message)
        batch.add("PmtInfId", first.run)
        batch.add("NbOfTxs", str(len(parts)))
        batch.add_amount("TtlAmt", total)
        batch.add_side(total)
    for part in parts:
        _add_details(details, holder, part)


def _add_details(details: Node, holder: Holder, part: Part) -> None:
    node = details.add("TxDtls")
    references = node.add("Refs")
    if part.message:
        references.add("MsgId", part.message)
    references.add("AcctSvcrRef", part.bank_reference)
    if part.run:
        references.add("PmtInfId", part.run)
    references.add("EndToEndId", part.end_to_end_id or "NOTPROVIDED")
    node.add_amount("Amt", part.amount_minor)
    node.add_side(part.amount_minor)
    _add_code(node, part)
    if part.kind != "charge":
        _add_parties(node, holder, part)
    _add_remittance(node, part)
    if part.code:
        node.add("RtrInf/Rsn/Cd", part.code)


def _add_parties(node: Node, holder: Holder, part: Part) -> None:
    own = (holder.name, holder.iban)
    other = (part.party_name, part.party_iban)
    # Of a return the roles are those of the transfer that comes back.
    pays_itself = (part.amount_minor < 0) != (part.kind == "return")
    payer, payee = (own, other) if pays_itself else (other, own)
    parties = node.add("RltdPties")
    for role, (name, iban) in (("Dbtr", payer), ("Cdtr", payee)):
        parties.add(f"{role}/Pty/Nm", name)
        parties.add(f"{role}Acct/Id/IBAN", iban)


def _add_remittance(node: Node, part: Part) -> None:
    if part.reference:
        structured = node.add("RmtInf/Strd/CdtrRefInf")
        kind = structured.add("Tp")
        kind.add("CdOrPrtry/Cd", "SCOR")
        kind.add("Issr", "ISO")
        structured.add("Ref", part.reference)
    elif part.remittance:
        node.add("RmtInf/Ustrd", part.remittance)


def _add_code(node: Node, part: Part) -> None:
    family, subfamily = _CODES[part.kind]
    domain = node.add("BkTxCd/Domn")
    # Charges of an account belong to account management.
    domain.add("Cd", "ACMT" if part.kind == "charge" else "PMNT")
    code = domain.add("Fmly")
    code.add("Cd", family)
    code.add("SubFmlyCd", subfamily)
