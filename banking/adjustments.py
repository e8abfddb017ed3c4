"""Adjustments: one operator asks, another agrees, and the banker posts, once.

What moves is decided by the ledger when it is posted: a wallet that has too little gives
nothing, and the adjustment says so.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext

from banking.breaks import OPEN
from banking.errors import AdjustmentAlready, AdjustmentUnfit, BreakDecided
from banking.models import Adjustment, Break, BreakDecision, BreakReason
from banking.queries import sum_moved
from banking.rooms import measure_rooms
from banking.topics import account_topic
from foundation.locks import lock_name
from foundation.once import make_once
from foundation.sums import find_sum
from identity import agreements
from identity.models import User
from ledger.accounts import get_or_open_house_account
from ledger.chart import EVENTS, AccountKind
from ledger.errors import TransferRefused
from ledger.money import format_money
from ledger.posting import post_together
from ledger.queries import describe_accounts, lock_account
from ledger.transactions import in_one_transaction
from ledger.transfers import NewTransfer
from relay.jobs import enqueue_on_commit
from relay.pages import tell_on_commit

logger = logging.getLogger(__name__)

# Why an adjustment moved nothing, where the ledger has no word for it.
OF_BREAKS = "of_breaks"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAdjustment:
    """Money to move from one account to another, in minor units, and why."""

    debit_account_id: UUID
    credit_account_id: UUID
    amount_minor: int
    reason: str
    about: Break | None = None


def find_most(currency: str) -> int:
    """Return the most that one adjustment may move in a currency, in minor units."""
    return find_sum(settings.ADJUSTMENT_MAX_MINOR, currency)


def ask(new: NewAdjustment, *, adjustment_id: UUID, by: User) -> Adjustment:
    """Ask a second person to agree to an adjustment; sent again, return the same one.

    Raises:
        AdjustmentUnfit: between such accounts or currencies, above the limit, more than the
            wallet may hold, or what a break is about.
        AdjustmentAlready: somebody has asked for one about this break.
        BreakDecided: the break that it is about is not open.
        FormReused: the form asked for something else before.
    """
    currency = _check(new)
    mine = Adjustment.objects.filter(asked_by=by)

    def make(made_id: UUID) -> Adjustment:
        return Adjustment.objects.create(
            id=made_id,
            debit_account_id=new.debit_account_id,
            credit_account_id=new.credit_account_id,
            amount_minor=new.amount_minor,
            currency=currency,
            reason=new.reason,
            about=new.about,
            asked_by=by,
        )

    def is_same(made: Adjustment) -> bool:
        kept = (made.debit_account_id, made.credit_account_id, made.amount_minor, made.reason)
        asked = (new.debit_account_id, new.credit_account_id, new.amount_minor, new.reason)
        return kept == asked

    try:
        return make_once(mine, adjustment_id, make=make, is_same=is_same)
    except IntegrityError:
        raise AdjustmentAlready from None


@transaction.atomic
def agree(adjustment: Adjustment, *, by: User, about: Iterable[User]) -> None:
    """Agree to an adjustment, as a second person; the banker posts it within seconds.

    `about` are the people whose money it is.

    Raises:
        OwnRequest: the person has asked for it, or is one of `about`.
        DecidedMeanwhile: it was agreed to or withdrawn.
        BreakDecided: somebody has decided about its break.
    """
    agreements.agree(adjustment, among=Adjustment.objects.all(), by=by, about=about)
    if adjustment.about_id is not None:
        mine = Break.objects.filter(
            pk=adjustment.about_id, carried_out_at=None, decision__in=OPEN
        )
        note = adjustment.reason[:200]
        facts = {"decided_by": by, "decided_at": Now(), "note": note}
        if not mine.update(decision=BreakDecision.RECOVER, **facts):
            raise BreakDecided
    enqueue_on_commit("banking.sweep_adjustments")


def withdraw(adjustment: Adjustment, *, by: User) -> None:
    """Withdraw an adjustment, or decline it, before a second person has agreed.

    Raises:
        DecidedMeanwhile: it was agreed to or withdrawn.
    """
    agreements.withdraw(adjustment, among=Adjustment.objects.all(), by=by)


def list_open() -> QuerySet[Adjustment]:
    """List those that wait for a second person, the oldest first."""
    waiting = agreements.list_open(Adjustment.objects.select_related("asked_by"))
    return waiting.order_by("id")


def carry_out_agreed() -> None:
    """Post what was agreed; one that the ledger refuses keeps the reason. For the banker."""
    agreed = Adjustment.objects.filter(agreed_at__isnull=False, carried_out_at=None)
    for adjustment_id in agreed.order_by("id").values_list("id", flat=True):
        try:
            _carry_out(adjustment_id)
        except TransferRefused as refusal:
            logger.warning("Adjustment %s moved nothing: %s", adjustment_id, refusal)
            _refuse(adjustment_id, refusal)
        except Exception:
            # It keeps no other waiting; the next sweep repeats it.
            logger.exception("Adjustment %s was not posted.", adjustment_id)


@in_one_transaction
def _carry_out(adjustment_id: UUID) -> None:
    row = _lock(adjustment_id)
    if row is None:
        return
    refusal = _find_hindrance(row) if row.about_id is None else ""
    if refusal:
        logger.warning("Adjustment %s moved nothing: %s", row.pk, refusal)
        _note(row, moved_minor=0, refusal=refusal)
        return
    if row.about_id is None:
        moved_minor = row.amount_minor
        post_together([_move(row, moved_minor)])
    else:
        moved_minor = _recover(row)
    _note(row, moved_minor=moved_minor)
    tell_on_commit(account_topic(row.debit_account_id), account_topic(row.credit_account_id))


def _recover(row: Adjustment) -> int:
    assert row.about_id is not None, "only a break's rest is borne"
    moved_minor = min(lock_account(row.debit_account_id), row.amount_minor)
    transfers = [_move(row, moved_minor)] if moved_minor else []
    if moved_minor < row.amount_minor:
        fees = get_or_open_house_account(AccountKind.FEE_INCOME, currency=row.currency)
        transfers.append(
            NewTransfer(
                id=row.about_id,
                debit_account_id=fees,
                credit_account_id=row.credit_account_id,
                amount_minor=row.amount_minor - moved_minor,
                currency=row.currency,
                kind="bear",
                reference="",
            )
        )
    post_together(transfers)
    Break.objects.filter(pk=row.about_id).update(carried_out_at=Now())
    return moved_minor


@in_one_transaction
def _refuse(adjustment_id: UUID, refusal: TransferRefused) -> None:
    row = _lock(adjustment_id)
    if row is None:
        return
    _note(row, moved_minor=0, refusal=str(refusal.result))
    if row.about_id is not None:
        decided = Break.objects.filter(pk=row.about_id, decision=BreakDecision.RECOVER)
        note = gettext("The wallet gives no money.")
        decided.filter(carried_out_at=None).update(decision="", note=note)


def _lock(adjustment_id: UUID) -> Adjustment | None:
    waiting = Adjustment.objects.select_for_update(no_key=True).filter(
        pk=adjustment_id, agreed_at__isnull=False, carried_out_at=None
    )
    return waiting.first()


def _note(row: Adjustment, *, moved_minor: int, refusal: str = "") -> None:
    Adjustment.objects.filter(pk=row.pk).update(
        carried_out_at=Now(), moved_minor=moved_minor, refusal=refusal
    )


def _move(row: Adjustment, amount_minor: int) -> NewTransfer:
    return NewTransfer(
        id=row.pk,
        debit_account_id=row.debit_account_id,
        credit_account_id=row.credit_account_id,
        amount_minor=amount_minor,
        currency=row.currency,
        kind="adjust",
        reference="",
    )


def _find_hindrance(row: Adjustment) -> str:
    """Return why it must not move though the ledger would; what it looked at stays so."""
    if not _is_free(row.debit_account_id, row.amount_minor):
        return OF_BREAKS
    return "" if _has_room(row.credit_account_id, row.amount_minor) else BreakReason.OVER_LIMIT


def _is_free(account_id: UUID, amount_minor: int) -> bool:
    """Return whether no break is about so much of an account's money.

    Of suspense that is what adjustments brought there: whoever took more would leave a break
    whose money was given away, and that is given away once more with the break.
    """
    if describe_accounts([account_id])[account_id].kind != AccountKind.SUSPENSE:
        return True
    lock_name(f"banking.adjust {account_id}")
    return amount_minor <= sum_moved(account_id, about=None)


def _has_room(account_id: UUID, amount_minor: int) -> bool:
    """Return whether a wallet may hold so much more; locks it in a transaction."""
    room_minor = measure_rooms([account_id]).get(account_id)
    return room_minor is None or amount_minor <= room_minor


def _check(new: NewAdjustment) -> str:
    accounts = describe_accounts([new.debit_account_id, new.credit_account_id])
    if len(accounts) < len(("debit", "credit")):
        raise AdjustmentUnfit(gettext("Choose two different accounts."))
    debit, credit = accounts[new.debit_account_id], accounts[new.credit_account_id]
    if debit.currency != credit.currency:
        raise AdjustmentUnfit(gettext("Both accounts have to be in one currency."))
    if f"{debit.kind}>{credit.kind}" not in EVENTS["adjust"]:
        raise AdjustmentUnfit(gettext("No money is moved between such accounts by hand."))
    most_minor = find_most(debit.currency)
    if new.about is None and new.amount_minor > most_minor:
        words = gettext("One adjustment moves %(most)s at most.")
        raise AdjustmentUnfit(words % {"most": format_money(most_minor, debit.currency)})
    if new.about is None and not _is_free(new.debit_account_id, new.amount_minor):
        words = gettext("Decide about the break: suspense has no more than what breaks are of.")
        raise AdjustmentUnfit(words)
    if not _has_room(new.credit_account_id, new.amount_minor):
        raise AdjustmentUnfit(gettext("More than its wallet may hold"))
    if new.about is not None and (new.about.carried_out_at or new.about.decision not in OPEN):
        raise BreakDecided
    return debit.currency
