"""The bank's reports on our files: ISO 20022 pain.002, whatever its version.

Of the three levels the nearest to an order counts: its own status, else its block's, else the
file's. What is unknown here changes nothing: a report is taken as a whole or not at all.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext

from banking.errors import ReportRefused
from banking.models import AnswerStatus, FileStatus, Order, PaymentFile, Report
from banking.orders import accept_order, doubt_order, find_order, refuse_order, send_file
from banking.payment_files import name_block
from banking.reasons import SEEN_BEFORE
from banking.runs import find_by_message_id
from identity.models import User
from ledger.errors import TransferRefused
from relay.jobs import enqueue_on_commit

SIZE_MAX = 20 * 2**20
_TAKEN = frozenset({"ACCP", "ACSP", "ACSC", "ACWC", "ACCC", "ACWP"})
_REFUSED = frozenset({"RJCT", "CANC"})
# Received, looked at, or in part: nothing is certain yet.
_WAITS = frozenset({"RCVD", "ACTC", "PDNG", "PART", "PATC", ""})
_NAME_MAX = 200


@dataclass(frozen=True, slots=True)
class _Said:
    """A status and the first reason's code."""

    status: str
    code: str


@dataclass(frozen=True, slots=True)
class _Block:
    """What is said of a payment block and of its orders."""

    id: str
    said: _Said
    orders: tuple[tuple[str, _Said], ...]


@dataclass(frozen=True, slots=True)
class _Parsed:
    """What a report says of one file."""

    message_id: str
    said: _Said
    blocks: tuple[_Block, ...]


def keep_report(content: bytes, *, file_name: str, by: User | None) -> Report:
    """Keep a report that somebody uploaded, for the banker; the same one again is the first.

    Raises:
        ReportRefused: it is too large, or no pain.002.
    """
    parse_report(content, file_name=file_name)
    report, _ = Report.objects.get_or_create(
        sha256=hashlib.sha256(content).hexdigest(),
        defaults={
            "content": content,
            "file_name": file_name[-_NAME_MAX:],
            "brought_by": by,
        },
    )
    enqueue_on_commit("banking.sweep_orders")
    return report


def read_report(content: bytes, file_name: str) -> Report:
    """Read a report and change the orders it names; the same one again changes nothing.

    For the banker.

    Raises:
        ReportRefused: it is no pain.002, or names a file or an order that is not ours.
    """
    report = keep_report(content, file_name=file_name, by=None)
    read_kept(report)
    report.refresh_from_db()
    if report.refusal:
        raise ReportRefused(report.file_name, report.refusal)
    return report


def read_unread() -> None:
    """Read every report that waits; each counts once, and a faulty one stops no other."""
    for report in Report.objects.filter(read_at=None).order_by("id"):
        read_kept(report)


@transaction.atomic
def read_kept(report: Report) -> None:
    """Read a kept report, once; why nothing came of it is kept with it."""
    unread = Report.objects.select_for_update(no_key=True).filter(pk=report.pk, read_at=None)
    found = unread.first()
    if found is None:
        return
    try:
        with transaction.atomic():
            counts = _carry_out(parse_report(bytes(found.content), file_name=""))
    except ReportRefused as refusal:
        Report.objects.filter(pk=found.pk).update(read_at=Now(), refusal=refusal.reason[:500])
        return
    except TransferRefused as refusal:
        # The wallet that the money goes back to was closed, say: other reports are read.
        Report.objects.filter(pk=found.pk).update(read_at=Now(), refusal=str(refusal)[:500])
        return
    Report.objects.filter(pk=found.pk).update(
        read_at=Now(),
        accepted_count=counts[AnswerStatus.ACCEPTED],
        refused_count=counts[AnswerStatus.REFUSED],
        unknown_count=counts[AnswerStatus.UNKNOWN],
        unchanged_count=counts[None],
    )


def parse_report(content: bytes, *, file_name: str) -> list[_Parsed]:
    """Return what a report says.

    Raises:
        ReportRefused: it is too large, not XML, or no pain.002.
    """
    if len(content) > SIZE_MAX:
        raise ReportRefused(file_name, gettext("The file is larger than 20 MB."))
    try:
        root = fromstring(content, forbid_dtd=True)
    except ParseError as fault:
        line, _ = fault.position
        words = gettext("Line %(line)s is not well-formed XML; perhaps half of it is missing.")
        raise ReportRefused(file_name, words % {"line": line}) from None
    except (DefusedXmlException, ValueError, LookupError):
        words = gettext("The file declares entities or an encoding that no bank uses.")
        raise ReportRefused(file_name, words) from None
    reports = list(_find(root, "CstmrPmtStsRpt"))
    if not reports:
        words = gettext("This is no payment status report (pain.002).")
        raise ReportRefused(file_name, words)
    return [_parse_one(report) for report in reports]


def _parse_one(report: Element) -> _Parsed:
    group = next(_find(report, "OrgnlGrpInfAndSts"), report)
    return _Parsed(
        message_id=_read(group, "OrgnlMsgId"),
        said=_read_said(group, "GrpSts"),
        blocks=tuple(
            _Block(
                id=_read(block, "OrgnlPmtInfId"),
                said=_read_said(block, "PmtInfSts"),
                orders=tuple(
                    (_read(order, "OrgnlEndToEndId"), _read_said(order, "TxSts"))
                    for order in _find(block, "TxInfAndSts")
                ),
            )
            for block in _find(report, "OrgnlPmtInfAndSts")
        ),
    )


def _carry_out(parsed: list[_Parsed]) -> Counter[AnswerStatus | None]:
    counts: Counter[AnswerStatus | None] = Counter()
    for one in parsed:
        file = _find_file(one)
        answers = _find_answers(one, file)
        if any(_decide(said) is not None for said in answers.values()):
            # The bank has it, whether or not anybody said so here.
            send_file(file.pk)
        for order in Order.objects.filter(file=file).order_by("id"):
            counts[_apply(order, answers[order.pk])] += 1
    return counts


def _find_file(one: _Parsed) -> PaymentFile:
    file = find_by_message_id(one.message_id)
    if file is None or file.status in {FileStatus.DRAFT, FileStatus.CANCELED}:
        words = gettext("It is about the file %(file)s, which was not sent from here.")
        raise ReportRefused("", words % {"file": one.message_id[:40] or "?"})
    return file


def _find_answers(one: _Parsed, file: PaymentFile) -> dict[UUID, _Said]:
    orders = {order.pk for order in Order.objects.filter(file=file)}
    answers = dict.fromkeys(orders, one.said)
    for block in one.blocks:
        if block.id and block.id != name_block(file):
            words = gettext("It names the payment block %(block)s, which the file has not.")
            raise ReportRefused("", words % {"block": block.id[:40]})
        if block.said.status:
            answers = dict.fromkeys(orders, block.said)
    for end_to_end_id, said in _list_named(one.blocks):
        order = find_order(end_to_end_id)
        if order is None or order.pk not in orders:
            words = gettext("It names the order %(order)s, which the file has not.")
            raise ReportRefused("", words % {"order": end_to_end_id[:40] or "?"})
        answers[order.pk] = said
    unknown = {said.status for said in answers.values()} - _TAKEN - _REFUSED - _WAITS
    if unknown:
        words = gettext("It says %(status)s, which is no status we know.")
        raise ReportRefused("", words % {"status": min(unknown)[:10]})
    return answers


def _list_named(blocks: Iterable[_Block]) -> Iterator[tuple[str, _Said]]:
    for block in blocks:
        yield from block.orders


def _decide(said: _Said) -> AnswerStatus | None:
    if said.status in _TAKEN:
        return AnswerStatus.ACCEPTED
    if said.status not in _REFUSED:
        return None
    # A second sending is refused, and the first may be paid: never free this money.
    return AnswerStatus.UNKNOWN if said.code in SEEN_BEFORE else AnswerStatus.REFUSED


def _apply(order: Order, said: _Said) -> AnswerStatus | None:
    decided = _decide(said)
    if decided is None:
        return None
    if decided is AnswerStatus.ACCEPTED:
        changed = accept_order(order)
    elif decided is AnswerStatus.REFUSED:
        changed = refuse_order(order, reason_code=said.code)
    else:
        changed = doubt_order(order)
    return decided if changed else None


def _read_said(element: Element, tag: str) -> _Said:
    code = ""
    for reasons in _find(element, "StsRsnInf"):
        for reason in _find(reasons, "Rsn"):
            code = code or _read(reason, "Cd") or _read(reason, "Prtry")
    return _Said(_read(element, tag), code[:4])


def _find(element: Element, name: str) -> Iterator[Element]:
    # Whatever the namespace: versions .03 to .14 have these elements in the same places.
    return (child for child in element if _name(child) == name)


def _read(element: Element, name: str) -> str:
    found = next(_find(element, name), None)
    return ((found.text if found is not None else None) or "").strip()


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
