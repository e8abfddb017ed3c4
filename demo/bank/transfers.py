"""Transfers between accounts: made, booked, and changed from day to day."""

import sqlite3
from dataclasses import dataclass, replace
from datetime import date, timedelta

from demo.bank.branch import Branch
from demo.bank.camt import Part, write_advice
from demo.bank.mail_room import post_file
from demo.bank.moods import RETURN_CODES, Choose, Mood, Topic, draw_code

_RETURNED_AFTER_DAYS = 2
_STATES = {
    Mood.LATE: ("waiting", "booked"),
    Mood.PENDING: ("pending", "booked"),
    Mood.PENDING_GONE: ("pending", "gone"),
}


class FormUsed(Exception):
    """The form has sent another transfer before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What a customer of the bank asks for; `form_id` makes it once."""

    form_id: str | None = None
    payer: str
    payer_name: str
    payee: str
    payee_name: str
    amount_minor: int
    reference: str = ""
    remittance: str = ""

    @property
    def asked(self) -> str:
        """Return what was typed, on one line; an account that is opened for it has no say."""
        typed = (self.payer_name, self.payee, self.amount_minor, self.reference)
        return "/".join(str(each) for each in (*typed, self.remittance))


def send_transfer(
    branch: Branch, transfer: Transfer, *, choose: Choose, mood: Mood = Mood.WELL
) -> int:
    """Move money, as asked or in this mood; return the transfer's number.

    The same form moves money once. The payee, if it is the operator, is told at once.

    Raises:
        FormUsed: the form moved other money before.
    """
    with branch.store.write():
        known = branch.store.one(
            "SELECT id, asked FROM transfer WHERE form_id = :form_id", form_id=transfer.form_id
        )
        if known:
            if known["asked"] != transfer.asked:
                raise FormUsed
            return int(known["id"])
        mood = mood if mood != Mood.WELL else choose(Topic.TRANSFER, _name_next(branch))
        number = _insert(branch, _distort(transfer, mood), asked=transfer.asked, mood=mood)
        advise(branch, number, choose=choose)
    return number


def turn_transfers(branch: Branch, *, choose: Choose) -> list[sqlite3.Row]:
    """Turn those that are due into what they become; return those that became refused."""
    today = str(branch.day)
    due = branch.store.all(
        "SELECT * FROM transfer WHERE turns_on <> '' AND turns_on <= :today ORDER BY id",
        today=today,
    )
    for row in due:
        branch.store.do(
            "UPDATE transfer SET status = turns_into, turns_on = '', turns_into = '',"
            " day = :today WHERE id = :id",
            id=row["id"],
            today=today,
        )
        if row["turns_into"] == "booked":
            advise(branch, row["id"], choose=choose)
    return [row for row in due if row["turns_into"] == "refused"]


def plan_return(branch: Branch, order: sqlite3.Row) -> None:
    """Send an order's money back some days after it was booked."""
    branch.store.insert(
        "transfer",
        kind="return",
        status="waiting",
        turns_on=str(branch.day + timedelta(_RETURNED_AFTER_DAYS)),
        turns_into="booked",
        made_at=branch.clock().isoformat(),
        payer=order["payee"],
        payer_name=order["payee_name"],
        payee=order["payer"],
        payee_name=order["payer_name"],
        amount_minor=order["amount_minor"],
        end_to_end_id=order["end_to_end_id"],
        reference=order["reference"],
        remittance=order["remittance"],
        code=draw_code(RETURN_CODES, order["end_to_end_id"]),
    )


def advise(branch: Branch, number: int, *, choose: Choose) -> None:
    """Send the operator an advice of a credit, booked or pending."""
    row = branch.store.one("SELECT * FROM transfer WHERE id = :number", number=number)
    assert row is not None
    if row["payee"] != branch.operator.iban or row["status"] not in {"booked", "pending"}:
        return
    advice = branch.count_up("advice")
    content = write_advice(
        branch.operator,
        [view_part(row, iban=branch.operator.iban)],
        number=advice,
        made_at=branch.clock(),
    )
    post_file(
        branch,
        f"camt054-{branch.day:%Y%m%d}-{advice:06}.xml",
        content,
        mood=choose(Topic.ADVICE, str(advice)),
    )


def view_part(row: sqlite3.Row, *, iban: str) -> Part:
    """Return a transfer as the holder of this account sees it."""
    is_paid = row["payee"] == iban
    return Part(
        number=row["id"],
        kind=row["kind"],
        is_booked=row["status"] == "booked",
        day=date.fromisoformat(row["day"]),
        amount_minor=row["amount_minor"] if is_paid else -row["amount_minor"],
        party_name=row["payer_name"] if is_paid else row["payee_name"],
        party_iban=row["payer"] if is_paid else row["payee"],
        end_to_end_id=row["end_to_end_id"],
        reference=row["reference"],
        remittance=row["remittance"],
        code=row["code"] if row["kind"] == "return" else "",
        message=row["message"],
        run=row["run"],
        is_batch=bool(row["batch"]),
    )


def _insert(branch: Branch, transfer: Transfer, *, asked: str, mood: Mood) -> int:
    status, becomes = _STATES.get(mood, ("booked", ""))
    branch.know(transfer.payer, transfer.payer_name)
    branch.know(transfer.payee, transfer.payee_name)
    return branch.store.insert(
        "transfer",
        form_id=transfer.form_id,
        asked=asked,
        kind="transfer",
        status=status,
        turns_on=str(branch.day + timedelta(1)) if becomes else "",
        turns_into=becomes,
        day=str(branch.day),
        made_at=branch.clock().isoformat(),
        payer=transfer.payer,
        payer_name=transfer.payer_name,
        payee=transfer.payee,
        payee_name=transfer.payee_name,
        amount_minor=transfer.amount_minor,
        reference=transfer.reference,
        remittance=transfer.remittance,
    )


def _distort(transfer: Transfer, mood: Mood) -> Transfer:
    reference = transfer.reference
    if mood == Mood.WRONG_AMOUNT:
        return replace(transfer, amount_minor=transfer.amount_minor + 100)
    if mood == Mood.WRONG_REFERENCE:
        # Two neighbors change places, as when somebody types it: the check digits notice.
        return replace(transfer, reference=reference[:-2] + reference[:-3:-1])
    if mood == Mood.NO_REFERENCE:
        return replace(transfer, reference="", remittance="Top-up")
    if mood == Mood.REFERENCE_AS_TEXT:
        blocks = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
        return replace(transfer, reference="", remittance=f"top up {blocks.lower()} thanks")
    return transfer


def _name_next(branch: Branch) -> str:
    return str(branch.store.sum("SELECT max(id) FROM transfer") + 1)
