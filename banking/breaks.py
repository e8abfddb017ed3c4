"""Decisions about breaks, and the banker who carries them out.

A decision is written by one conditional UPDATE. What moves money is posted by the banker, under
the break's own id, so that it moves once however often it is tried.
"""

import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext

from banking.errors import BreakDecided, DecisionUnfit
from banking.models import Break, BreakDecision, Order, OrderKind
from banking.orders import OVER, NewOrder, create_order, find_latest
from banking.payees import Payee
from banking.rooms import measure_rooms
from banking.topics import account_topic
from identity.models import User
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.errors import TransferRefused
from ledger.money import format_money
from ledger.posting import post_together
from ledger.transactions import in_one_transaction
from ledger.transfers import NewTransfer
from relay.jobs import enqueue_on_commit
from relay.pages import tell_on_commit

logger = logging.getLogger(__name__)

# Nothing was decided that cannot be changed.
OPEN = ("", BreakDecision.KEEP)
_POSTED = (BreakDecision.CREDIT, BreakDecision.BEAR)
_PARTS_MAX = 20


@transaction.atomic
def credit(row: Break, *, account_id: UUID, by: User, note: str = "") -> None:
    """Decide that money which came in belongs to a wallet, or to a merchant.

    Raises:
        BreakDecided: somebody was faster.
        DecisionUnfit: the money went out, or the account may not hold so much more.
    """
    _require_money_in(row)
    _require_room(row, account_id)
    _decide(row, BreakDecision.CREDIT, by=by, note=note, credit_account_id=account_id)
    enqueue_on_commit("banking.sweep_breaks")


@transaction.atomic
def send_back(row: Break, *, payee: Payee, by: User, note: str = "") -> Order:
    """Decide that money which came in goes back: an order waits for the next run.

    Raises:
        BreakDecided: somebody was faster.
        DecisionUnfit: the money went out.
        AddressIncomplete, AddressUnwritable, NameUnwritable: no bank would take this payee.
    """
    _require_money_in(row)
    _decide(row, BreakDecision.SEND_BACK, by=by, note=note, carried_out_at=Now())
    last = find_latest(OrderKind.SEND_BACK, [row.pk]).get(row.pk)
    return create_order(
        NewOrder(
            kind=OrderKind.SEND_BACK,
            subject=row.pk,
            source_account_id=_find_house(AccountKind.SUSPENSE, row.currency),
            currency=row.currency,
            amount_minor=row.amount_minor,
            payee=payee,
            remittance=gettext("Returned: we could not match your payment"),
            follows_id=None if last is None else last.pk,
        )
    )


@transaction.atomic
def keep(row: Break, *, by: User, note: str) -> None:
    """Decide to wait: the money stays in suspense, and may still be decided about.

    Raises:
        BreakDecided: somebody was faster.
    """
    _decide(row, BreakDecision.KEEP, by=by, note=note)


@transaction.atomic
def split(row: Break, amounts_minor: Sequence[int], *, by: User, note: str = "") -> list[Break]:
    """Make several breaks of one, each of which is decided about by itself.

    Raises:
        BreakDecided: somebody was faster.
        DecisionUnfit: the parts do not make the whole.
    """
    sign = 1 if row.amount_minor > 0 else -1
    fits = 1 < len(amounts_minor) <= _PARTS_MAX and all(
        amount * sign > 0 for amount in amounts_minor
    )
    if not fits or sum(amounts_minor) != row.amount_minor:
        raise DecisionUnfit(gettext("The parts do not make the whole amount."))
    _decide(row, BreakDecision.SPLIT, by=by, note=note, carried_out_at=Now())
    return Break.objects.bulk_create(
        [
            Break(
                entry_id=row.entry_id,
                amount_minor=amount_minor,
                currency=row.currency,
                reason=row.reason,
                suggested_account_id=row.suggested_account_id,
                split_from=row,
            )
            for amount_minor in amounts_minor
        ]
    )


@transaction.atomic
def bear(row: Break, *, by: User, note: str = "") -> None:
    """Decide that the operator bears money that went out, such as a bank's charge.

    Raises:
        BreakDecided: somebody was faster.
        DecisionUnfit: the money came in.
    """
    if row.amount_minor > 0:
        raise DecisionUnfit(gettext("Only money that went out can be borne."))
    _decide(row, BreakDecision.BEAR, by=by, note=note)
    enqueue_on_commit("banking.sweep_breaks")


def carry_out_decisions() -> None:
    """Post what was decided, and reopen what the bank did not send back. For the banker."""
    decided = Break.objects.filter(carried_out_at=None, decision__in=_POSTED).order_by("id")
    for break_id in decided.values_list("id", flat=True):
        try:
            _carry_out(break_id)
        except (TransferRefused, DecisionUnfit) as refusal:
            # The wallet was closed meanwhile, say: somebody has to decide anew.
            logger.warning("Break %s is open again: %s", break_id, refusal)
            note = gettext("The account takes no money.")
            if isinstance(refusal, DecisionUnfit):
                note = str(refusal)
            Break.objects.filter(pk=break_id, carried_out_at=None).update(
                decision="", credit_account=None, note=note[:200]
            )
    _reopen()


@in_one_transaction
def _carry_out(break_id: UUID) -> None:
    waiting = Break.objects.filter(
        pk=break_id, carried_out_at=None, decision__in=_POSTED
    ).select_for_update(no_key=True)
    row = waiting.first()
    if row is None:
        return
    suspense = _find_house(AccountKind.SUSPENSE, row.currency)
    if row.decision == BreakDecision.CREDIT:
        assert row.credit_account_id is not None, "a credit names its account"
        debit, to = suspense, row.credit_account_id
        _require_room(row, to)
        tell_on_commit(account_topic(to))
    else:
        debit, to = _find_house(AccountKind.FEE_INCOME, row.currency), suspense
    post_together(
        [
            NewTransfer(
                id=row.pk,
                debit_account_id=debit,
                credit_account_id=to,
                amount_minor=abs(row.amount_minor),
                currency=row.currency,
                kind=row.decision,
                reference="",
            )
        ]
    )
    Break.objects.filter(pk=row.pk).update(carried_out_at=Now())


def _reopen() -> None:
    orders = Order.objects.filter(kind=OrderKind.SEND_BACK)
    failed = orders.filter(status__in=OVER).values("subject")
    alive = orders.exclude(status__in=OVER).values("subject")
    sent_back = Break.objects.filter(
        Q(pk__in=failed), decision=BreakDecision.SEND_BACK, carried_out_at__isnull=False
    )
    sent_back.exclude(pk__in=alive).update(
        decision="",
        carried_out_at=None,
        note=gettext("It was not sent back: the order was refused, returned or canceled."),
    )


def _decide(row: Break, decision: BreakDecision, *, by: User, note: str, **facts: Any) -> None:
    mine = Break.objects.filter(pk=row.pk, carried_out_at=None, decision__in=OPEN)
    changed = mine.update(
        decision=decision, decided_by=by, decided_at=Now(), note=note[:200], **facts
    )
    if not changed:
        raise BreakDecided
    row.refresh_from_db()


def _require_money_in(row: Break) -> None:
    if row.amount_minor < 0:
        raise DecisionUnfit(gettext("This money went out: it cannot be credited or sent back."))


def _require_room(row: Break, account_id: UUID) -> None:
    room_minor = measure_rooms([account_id]).get(account_id)
    if room_minor is not None and row.amount_minor > room_minor:
        words = gettext(
            "The wallet may hold %(room)s more. Split it, send it back, or raise the wallet's"
            " tier first."
        )
        raise DecisionUnfit(words % {"room": format_money(room_minor, row.currency)})


def _find_house(kind: AccountKind, currency: str) -> UUID:
    return get_or_open_house_account(kind, currency=currency)
