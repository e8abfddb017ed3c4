"""The desk that takes files of orders: checks them, answers, and carries them out."""

import hashlib
import sqlite3
from datetime import date, timedelta

from demo.bank.branch import Branch
from demo.bank.checks import Knowledge, Refusal, check_file, check_order, check_run
from demo.bank.mail_room import post_file
from demo.bank.moods import REFUSAL_CODES, Choose, Mood, Topic, draw_code
from demo.bank.pain001 import FileRefused, Order, OrderFile, Run, find_message_id, read_orders
from demo.bank.pain002 import Report, Verdict, sum_up, write_report
from demo.bank.transfers import plan_return

_SAID = "The bank refused it, as it was asked to."


def take_files(branch: Branch, *, choose: Choose) -> int:
    """Take every file that lies in the outbox; return how many.

    A file is moved away when it has been taken. One that a crash left there is moved only;
    one that is handed in again is a second sending, which the bank refuses.
    """
    found = sorted(path for path in branch.outbox.glob("*.xml") if path.name[0] != ".")
    for path in found:
        facts = path.stat()
        stamp = f"{path.name}/{facts.st_ino}/{facts.st_mtime_ns}"
        content = path.read_bytes()
        with branch.store.write():
            if not branch.store.one("SELECT 1 FROM message WHERE stamp = :stamp", stamp=stamp):
                _Taking(branch, path.name, choose=choose).take(content, stamp=stamp)
        path.replace(branch.taken / f"{facts.st_mtime_ns}-{path.name}")
    return len(found)


def report_refused(branch: Branch, orders: list[sqlite3.Row], *, choose: Choose) -> None:
    """Report orders that were accepted first and are refused now."""
    by_message: dict[str, list[sqlite3.Row]] = {}
    for order in orders:
        by_message.setdefault(order["message"], []).append(order)
    for message, members in by_message.items():
        verdicts = tuple(
            Verdict(
                end_to_end_id=order["end_to_end_id"],
                payment_id=order["run"],
                refusal=Refusal(order["code"], _SAID),
            )
            for order in members
        )
        # A file that is refused as a whole would be said to have no other order.
        others = branch.store.one(
            "SELECT 1 FROM transfer WHERE message = :message AND status <> 'refused'",
            message=message,
        )
        _post_report(
            branch,
            Report(
                report_id=_name_report(branch),
                message_id=message,
                verdicts=verdicts,
                has_others=others is not None,
            ),
            choose=choose,
        )


class _Taking:
    """One file while it is taken."""

    def __init__(self, branch: Branch, name: str, *, choose: Choose) -> None:
        self.branch, self.name, self.choose = branch, name, choose
        self.message_id = ""
        self.mood = Mood.WELL

    def take(self, content: bytes, *, stamp: str) -> None:
        digest = hashlib.sha256(content).hexdigest()
        file, refusal = self._read(content, digest)
        self.mood = Mood.WELL if refusal else self.choose(Topic.RUN, self.message_id)
        is_lost = self.mood == Mood.LOST
        is_answered = self.mood not in {Mood.NO_ANSWER, Mood.LOST}
        verdicts: tuple[Verdict, ...] = ()
        if file and not refusal and not is_lost:
            verdicts = tuple(each for run in file.runs for each in self._judge_run(run))
        self.branch.store.insert(
            "message",
            message_id=self.message_id,
            file_name=self.name,
            stamp=stamp,
            sha256=digest,
            taken_on=str(self.branch.day),
            status="LOST" if is_lost else sum_up(verdicts, refusal=refusal),
            is_answered=int(is_answered),
            code=refusal.code if refusal else "",
            said=refusal.said if refusal else "",
        )
        if is_answered:
            report = Report(
                report_id=_name_report(self.branch),
                message_id=self.message_id,
                refusal=refusal,
                verdicts=verdicts,
            )
            _post_report(self.branch, report, choose=self.choose)

    def _read(self, content: bytes, digest: str) -> tuple[OrderFile | None, Refusal | None]:
        try:
            file = read_orders(content)
        except FileRefused as refused:
            self.message_id = find_message_id(content)
            return None, Refusal("FF01", str(refused))
        self.message_id = file.message_id
        return file, self._find_double(digest) or check_file(file)

    def _find_double(self, digest: str) -> Refusal | None:
        # A file that was refused as a whole, or got lost, may be sent again.
        known = self.branch.store.one(
            "SELECT sha256 FROM message WHERE message_id = :message_id AND code = ''"
            " AND status <> 'LOST'",
            message_id=self.message_id,
        )
        if known is None:
            return None
        if known["sha256"] == digest:
            return Refusal("AM05", f"The file {self.message_id} was handed in before.")
        return Refusal("DU01", f"Another file had the message id {self.message_id}.")

    def _judge_run(self, run: Run) -> list[Verdict]:
        known = Knowledge(
            operator_iban=self.branch.operator.iban,
            day=self.branch.day,
            names=self.branch.list_names(),
        )
        of_run = check_run(run, known=known)
        is_batch = run.wants_batch != (self.mood == Mood.BATCH)
        return [
            self._judge(
                order,
                of_run or check_order(order, known=known),
                run=run,
                is_batch=is_batch,
            )
            for order in run.orders
        ]

    def _judge(
        self, order: Order, refusal: Refusal | None, *, run: Run, is_batch: bool
    ) -> Verdict:
        # What is carried out without an answer is carried out.
        is_plain = refusal or self.mood == Mood.NO_ANSWER
        mood = Mood.WELL if is_plain else self.choose(Topic.ORDER, order.end_to_end_id)
        if mood == Mood.REFUSED:
            refusal = Refusal(draw_code(REFUSAL_CODES, order.end_to_end_id), _SAID)
        if order.amount_minor > 0:
            self._keep(order, refusal, run=run, is_batch=is_batch, mood=mood)
        return Verdict(
            end_to_end_id=order.end_to_end_id, payment_id=run.payment_id, refusal=refusal
        )

    def _keep(
        self,
        order: Order,
        refusal: Refusal | None,
        *,
        run: Run,
        is_batch: bool,
        mood: Mood,
    ) -> None:
        branch, today = self.branch, self.branch.day
        status, turns_on, becomes = _plan(run.execute_on, today=today, mood=mood)
        if refusal:
            status, turns_on, becomes = "refused", "", ""
        code = refusal.code if refusal else ""
        if becomes == "refused":
            code = draw_code(REFUSAL_CODES, order.end_to_end_id)
        number = branch.store.insert(
            "transfer",
            kind="order",
            status=status,
            turns_on=turns_on,
            turns_into=becomes,
            day=str(today),
            made_at=branch.clock().isoformat(),
            payer=run.debtor.iban,
            payer_name=run.debtor.name,
            payee=order.creditor.iban,
            payee_name=order.creditor.name,
            amount_minor=order.amount_minor,
            end_to_end_id=order.end_to_end_id,
            reference=order.reference,
            remittance=order.remittance,
            code=code,
            message=self.message_id,
            run=run.payment_id,
            batch=int(is_batch),
        )
        if not refusal:
            branch.know(order.creditor.iban, order.creditor.name)
        if mood == Mood.RETURNED:
            kept = branch.store.one("SELECT * FROM transfer WHERE id = :id", id=number)
            assert kept is not None
            plan_return(branch, kept)


def _plan(execute_on: date, *, today: date, mood: Mood) -> tuple[str, str, str]:
    tomorrow = today + timedelta(1)
    if mood == Mood.REFUSED_LATER:
        return "waiting", str(tomorrow), "refused"
    # What comes back has to have gone out before.
    if mood == Mood.LATE or (execute_on > today and mood != Mood.RETURNED):
        return "waiting", str(max(tomorrow, execute_on)), "booked"
    return "booked", "", ""


def _name_report(branch: Branch) -> str:
    return f"RPRT{branch.count_up('reports'):06}"


def _post_report(branch: Branch, report: Report, *, choose: Choose) -> None:
    number = report.report_id[-6:]
    post_file(
        branch,
        f"pain002-{branch.day:%Y%m%d}-{number}.xml",
        write_report(report, made_at=branch.clock()),
        mood=choose(Topic.REPORT, number),
    )
