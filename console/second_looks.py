"""Decisions that one operator makes and a second one agrees to, above a sum.

A part of an entry counts as the whole entry: a large sum is not split into small ones.
"""

import uuid6
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from banking import breaks
from banking.dispatch import note_answer
from banking.models import AnswerStatus, Break, Expectation, Order
from banking.runs import find_second_person_sum
from console.audit import record_deed
from console.errors import AskedAlready, OwnWallet
from console.models import LookKind, Operator, SecondLook
from console.money_in import find_by_reference
from identity import agreements
from identity.persons import are_one_person
from ledger.money import format_number
from wallet.models import Wallet


def needs_second_look(row: Break, wallet: Wallet) -> bool:
    """Return whether crediting a break to a wallet takes two: much, and not named by it."""
    if abs(row.entry.amount_minor) <= find_second_person_sum(row.currency):
        return False
    reference = row.entry.creditor_reference
    named = Expectation.objects.filter(reference=reference, credit_account=wallet.account_id)
    return not reference or not named.exists()


def refusal_needs_second_look(order: Order) -> bool:
    """Return whether it takes two to say that the bank refused an order: it frees its money."""
    return order.amount_minor > find_second_person_sum(order.currency)


@transaction.atomic
def ask_to_credit(
    row: Break, wallet: Wallet, *, note: str, by: Operator, device: str
) -> SecondLook:
    """Ask a second operator to credit a break to a wallet.

    Raises:
        OwnWallet: the operator's own.
        AskedAlready: somebody has asked for something about it.
    """
    if are_one_person(wallet.user, by.user):
        raise OwnWallet
    look = SecondLook(kind=LookKind.CREDIT, row=row, wallet=wallet, reason=note)
    return _ask(look, by=by, device=device)


@transaction.atomic
def ask_to_refuse(order: Order, *, reason_code: str, by: Operator, device: str) -> SecondLook:
    """Ask a second operator to note that the bank does not pay an order.

    Raises:
        AskedAlready: somebody has asked for it.
    """
    look = SecondLook(kind=LookKind.REFUSE, order=order, reason_code=reason_code)
    return _ask(look, by=by, device=device)


@transaction.atomic
def agree(look: SecondLook, *, by: Operator, device: str) -> None:
    """Agree as the second operator, which carries the decision out.

    Raises:
        OwnRequest: the operator has asked for it, or it is their own wallet.
        DecidedMeanwhile: it was agreed to or withdrawn.
        BreakDecided, DecisionUnfit: as `banking.breaks`.
    """
    about = [look.wallet.user] if look.wallet is not None else []
    agreements.agree(look, among=SecondLook.objects.all(), by=by.user, about=about)
    if look.row is not None and look.wallet is not None:
        breaks.credit(look.row, account_id=look.wallet.account_id, by=by.user, note=look.reason)
    elif look.order is not None:
        code = look.reason_code
        note_answer(look.order, AnswerStatus.REFUSED, by=by.user, reason_code=code)
    _log("agreed", look, by=by, device=device)


@transaction.atomic
def withdraw(look: SecondLook, *, by: Operator, device: str) -> None:
    """Withdraw the wish, or decline it.

    Raises:
        DecidedMeanwhile: it was agreed to or withdrawn.
    """
    agreements.withdraw(look, among=SecondLook.objects.all(), by=by.user)
    _log("withdrawn", look, by=by, device=device)


def list_open() -> QuerySet[SecondLook]:
    """List what waits for a second operator, the oldest first."""
    return agreements.list_open(_with_all()).order_by("id")


def find_look(reference: str) -> SecondLook | None:
    """Find one by its public reference."""
    return find_by_reference(_with_all(), "sl", reference)


def _with_all() -> QuerySet[SecondLook]:
    return SecondLook.objects.select_related("asked_by", "row__entry", "order", "wallet__user")


def _ask(look: SecondLook, *, by: Operator, device: str) -> SecondLook:
    look.id, look.asked_by = uuid6.uuid7(), by.user
    try:
        with transaction.atomic():
            look.save(force_insert=True)
    except IntegrityError:
        raise AskedAlready from None
    _log("asked", look, by=by, device=device)
    return look


def _log(step: str, look: SecondLook, *, by: Operator, device: str) -> None:
    thing = look.row or look.order
    assert thing is not None, "a look is of a break or an order"
    record_deed(
        f"{look.kind}.{step}",
        thing.id,
        by=by,
        device=device,
        after={
            "what": thing.public_id,
            "total": f"{format_number(thing.amount_minor, thing.currency)} {thing.currency}",
            "person": look.wallet.user.name if look.wallet is not None else "",
            "reason": look.reason or look.reason_code,
        },
    )
