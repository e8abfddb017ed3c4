"""Writes what the bank says about a file of orders: `pain.002.001.10`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from demo.bank.checks import Refusal
from demo.bank.xml import Node, open_document, write_document, write_time

_MESSAGE = "pain.002.001.10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of one order."""

    end_to_end_id: str
    payment_id: str
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer to a file: a refusal of all of it, or a verdict on its orders.

    `has_others`: the file has further orders, which were not refused.
    """

    report_id: str
    message_id: str
    refusal: Refusal | None = None
    verdicts: tuple[Verdict, ...] = ()
    has_others: bool = False

    @property
    def status(self) -> str:
        """Return the status of the whole."""
        if self.has_others:
            return "PART"
        return sum_up(self.verdicts, refusal=self.refusal)


def sum_up(verdicts: tuple[Verdict, ...], *, refusal: Refusal | None) -> str:
    """Return the status of a whole file: ACCP, PART or RJCT."""
    refused = [each for each in verdicts if each.refusal]
    if refusal or (refused and len(refused) == len(verdicts)):
        return "RJCT"
    return "PART" if refused else "ACCP"


def write_report(report: Report, *, made_at: datetime) -> bytes:
    """Return the file. Of a file that is accepted as a whole, no order is named."""
    body = open_document(_MESSAGE, "CstmrPmtStsRpt")
    head = body.add("GrpHdr")
    head.add("MsgId", report.report_id)
    head.add("CreDtTm", write_time(made_at))
    group = body.add("OrgnlGrpInfAndSts")
    group.add("OrgnlMsgId", report.message_id or "NOTPROVIDED")
    group.add("OrgnlMsgNmId", "pain.001.001.09")
    group.add("GrpSts", report.status)
    _explain(group, report.refusal)
    if report.status != "ACCP" and not report.refusal:
        _add_runs(body, report.verdicts)
    return write_document(body)


def _add_runs(body: Node, verdicts: Iterable[Verdict]) -> None:
    by_run: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_run.setdefault(verdict.payment_id, []).append(verdict)
    for payment_id, members in by_run.items():
        run = body.add("OrgnlPmtInfAndSts")
        run.add("OrgnlPmtInfId", payment_id)
        for verdict in members:
            one = run.add("TxInfAndSts")
            one.add("OrgnlEndToEndId", verdict.end_to_end_id)
            one.add("TxSts", "RJCT" if verdict.refusal else "ACCP")
            _explain(one, verdict.refusal)


def _explain(node: Node, refusal: Refusal | None) -> None:
    if refusal:
        why = node.add("StsRsnInf")
        why.add("Rsn/Cd", refusal.code)
        why.add("AddtlInf", refusal.said[:105])
