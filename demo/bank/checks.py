"""What a bank checks in a file of orders that has the form of one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from demo.bank.accounts import is_iban, is_same_name
from demo.bank.pain001 import Order, OrderFile, Run

# The letters of SEPA's basic set, of which ids consist.
_ID = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9/?:().,'+ -]{1,35}(?<!/)")
# Texts may have the accents of Western Europe beside them.
_TEXT = re.compile(r"[A-Za-z0-9/?:().,'+ \-&À-ÖØ-öø-ÿ]*")
_DAYS_AHEAD_MAX = 60
_DAYS_BEHIND_MAX = 15
_AMOUNT_MAX = Decimal("999999999.99")
# The European Economic Area, whose addresses may be left out.
_EEA = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a bank refuses: an ISO 20022 reason, and a sentence."""

    code: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What the bank knows when a file comes."""

    operator_iban: str
    day: date
    names: Mapping[str, str]


def check_file(file: OrderFile) -> Refusal | None:
    """Return why the whole file is refused, if it is."""
    orders = list(file.orders)
    if not _is_plain_id(file.message_id):
        return Refusal("CH16", f"MsgId {file.message_id} has letters outside the basic set.")
    if int(file.count) != len(orders):
        return Refusal(
            "AM18", f"GrpHdr/NbOfTxs says {file.count}, and there are {len(orders)}."
        )
    if not _adds_up(file.control_sum, orders):
        return Refusal("AM10", f"GrpHdr/CtrlSum is not {_add(orders)}.")
    return None


def check_run(run: Run, *, known: Knowledge) -> Refusal | None:
    """Return why all orders of a run are refused, if they are."""
    count, debtor = len(run.orders), run.debtor
    ahead = run.execute_on - known.day
    found = [
        (not _is_plain_id(run.payment_id), "CH16", f"PmtInfId {run.payment_id}: letters."),
        (
            int(run.count or count) != count,
            "AM18",
            f"PmtInf/NbOfTxs says {run.count}, and there are {count}.",
        ),
        (not _adds_up(run.control_sum, run.orders), "AM10", "PmtInf/CtrlSum is wrong."),
        (debtor.iban != known.operator_iban, "AC02", f"{debtor.iban} is no account of yours."),
        (not (debtor.town and debtor.country), "BE07", "Dbtr/PstlAdr needs TwnNm and Ctry."),
        (
            not -timedelta(_DAYS_BEHIND_MAX) <= ahead <= timedelta(_DAYS_AHEAD_MAX),
            "DT01",
            f"ReqdExctnDt {run.execute_on} is too far away.",
        ),
    ]
    return _pick(found)


def check_order(order: Order, *, known: Knowledge) -> Refusal | None:
    """Return why one order is refused, if it is."""
    creditor = order.creditor
    odd_text = next((each for each in _list_texts(order) if not _TEXT.fullmatch(each)), "")
    known_as = known.names.get(creditor.iban, creditor.name)
    found = [
        (
            not all(_is_plain_id(each) for each in order.ids),
            "CH16",
            f"EndToEndId {order.end_to_end_id} has letters outside the basic set.",
        ),
        (bool(odd_text), "CH16", f"“{odd_text}” has letters that this bank cannot send."),
        (order.currency != "EUR", "AM03", f"This account cannot pay in {order.currency}."),
        (order.amount <= 0, "AM01", "The amount is zero."),
        (
            order.amount * 100 % 1 != 0 or order.amount > _AMOUNT_MAX,
            "AM12",
            f"{order.amount} EUR is no amount.",
        ),
        (not creditor.name, "BE22", "Cdtr/Nm is missing."),
        (not is_iban(creditor.iban), "AC01", f"{creditor.iban} is no IBAN."),
        (_lacks_address(order), "BE04", "Cdtr/PstlAdr needs TwnNm and Ctry."),
        (
            not is_same_name(known_as, creditor.name),
            "BE01",
            f"{creditor.iban} does not belong to {creditor.name}.",
        ),
    ]
    return _pick(found)


def _pick(found: Iterable[tuple[bool, str, str]]) -> Refusal | None:
    return next((Refusal(code, said) for is_wrong, code, said in found if is_wrong), None)


def _lacks_address(order: Order) -> bool:
    creditor = order.creditor
    if creditor.has_address:
        return not (creditor.town and creditor.country)
    return creditor.iban[:2] not in _EEA


def _list_texts(order: Order) -> tuple[str, ...]:
    return order.creditor.name, order.creditor.town, order.remittance, order.reference


def _is_plain_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def _adds_up(control_sum: str, orders: Iterable[Order]) -> bool:
    # The standard lets it be left out; what is there has to be right.
    try:
        return not control_sum or Decimal(control_sum) == _add(orders)
    except InvalidOperation:
        return False


def _add(orders: Iterable[Order]) -> Decimal:
    return sum((order.amount for order in orders), Decimal(0))
