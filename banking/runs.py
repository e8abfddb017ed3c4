"""Runs: pending orders of one account, gathered in a file, released, and handed to the bank."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext

from banking.errors import FileUnwritable, NothingToSend, OwnRun, RunElsewhere
from banking.holds import list_held_accounts
from banking.models import (
    BankAccount,
    Break,
    FileStatus,
    Order,
    OrderKind,
    OrderStatus,
    PaymentFile,
)
from banking.payment_files import hash_file, write_file
from foundation.sums import OTHERS
from identity.models import User
from identity.persons import are_one_person
from ledger.transactions import retry_clashes
from qr.errors import PayloadInvalid
from qr.references import decode_reference
from relay.jobs import enqueue_on_commit

ORDERS_MAX = 10_000


@retry_clashes
@transaction.atomic
def make_run(account: BankAccount, *, by: User | None, execute_on: date) -> PaymentFile:
    """Gather the account's pending orders, the oldest first, in a draft of a file.

    Orders that another run takes at the same moment are not in this one, nor are those of
    accounts whose payouts are held.

    Raises:
        NothingToSend: no order waits; nothing was made.
    """
    waiting = Order.objects.select_for_update(no_key=True, skip_locked=True).filter(
        currency=account.currency, status=OrderStatus.PENDING, file=None
    )
    waiting = waiting.exclude(source_account_id__in=list_held_accounts())
    orders = list(waiting.order_by("id")[:ORDERS_MAX])
    if not orders:
        raise NothingToSend
    file = PaymentFile.objects.create(
        account=account,
        execute_on=execute_on,
        orders_count=len(orders),
        total_minor=sum(order.amount_minor for order in orders),
        created_by=by,
    )
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(file=file)
    return file


@retry_clashes
@transaction.atomic
def release_run(file: PaymentFile, *, by: User) -> None:
    """Release a draft: from now on its orders are on their way and none can be canceled.

    Orders of accounts whose payouts are held by now are left behind, and wait again.

    Raises:
        OwnRun: it needs a second person, and this one made it, or decided where money of
            nobody goes.
        RunElsewhere: it is no draft; nothing was changed.
        FileUnwritable: a bank would refuse it; nothing was changed.
    """
    draft = lock_run(file, of=(FileStatus.DRAFT,))
    _leave_held(draft)
    if not draft.orders_count:
        raise FileUnwritable(
            gettext(
                "none of its orders may be paid now. Cancel it, and they wait for another run"
            )
        )
    if not can_release(draft, by):
        raise OwnRun
    # Banks refuse a day that is over.
    draft.execute_on = max(draft.execute_on, timezone.localdate())
    content = write_file(draft)
    PaymentFile.objects.filter(pk=file.pk).update(
        status=FileStatus.RELEASED,
        execute_on=draft.execute_on,
        sha256=hash_file(content),
        orders_count=draft.orders_count,
        total_minor=draft.total_minor,
        released_by=by,
        released_at=Now(),
    )
    file.refresh_from_db()
    if settings.BANK_OUTBOX:
        enqueue_on_commit("banking.sweep_orders")


@retry_clashes
@transaction.atomic
def hand_over(file: PaymentFile, *, by: User) -> None:
    """Note that somebody has given a released file to the bank; the banker moves the money.

    Raises:
        RunElsewhere: it is not released, or was sent; nothing was changed.
    """
    lock_run(file, of=(FileStatus.RELEASED,))
    first = PaymentFile.objects.filter(pk=file.pk, handed_at=None)
    first.update(handed_by=by, handed_at=Now())
    file.refresh_from_db()
    enqueue_on_commit("banking.sweep_orders")


@retry_clashes
@transaction.atomic
def cancel_run(file: PaymentFile) -> None:
    """Cancel a run that nobody has handed over: its orders wait again.

    Raises:
        RunElsewhere: it was handed over, or sent, or canceled; nothing was changed.
    """
    locked = lock_run(file, of=(FileStatus.DRAFT, FileStatus.RELEASED))
    if locked.handed_at is not None:
        raise RunElsewhere(FileStatus.SENT)
    PaymentFile.objects.filter(pk=file.pk).update(status=FileStatus.CANCELED)
    Order.objects.filter(file=file, status=OrderStatus.PENDING).update(file=None)
    file.refresh_from_db()


def lock_run(
    file: PaymentFile, *, of: tuple[FileStatus, ...] = tuple(FileStatus)
) -> PaymentFile:
    """Lock a run until the caller's transaction ends.

    Raises:
        RunElsewhere: it is in none of these states.
    """
    # Of two that decide, the second one waits here and finds it decided.
    locked = (
        PaymentFile.objects.select_for_update(no_key=True, of=("self",))
        .select_related("account", "created_by")
        .get(pk=file.pk)
    )
    if locked.status not in of:
        raise RunElsewhere(locked.status)
    return locked


def wait_for_releases(account_ids: Iterable[UUID]) -> None:
    """Lock the drafts that hold orders of these accounts until the caller's transaction ends.

    Whoever holds their payouts so either comes before a release, which then leaves the orders
    behind, or after it.
    """
    drafts = PaymentFile.objects.filter(
        status=FileStatus.DRAFT, orders__source_account_id__in=list(account_ids)
    )
    ids = drafts.values("id")
    list(PaymentFile.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("id"))


def needs_second_person(file: PaymentFile) -> bool:
    """Return whether one person alone may not make and release the run.

    Money of nobody that goes elsewhere than it came from takes two whatever its sum: it could
    be split into sums for one.
    """
    return is_large(file) or bool(_list_diverted(file))


def is_large(file: PaymentFile) -> bool:
    """Return whether the run is of more than one person alone may release."""
    return file.total_minor > find_second_person_sum(file.account.currency)


def find_second_person_sum(currency: str) -> int:
    """Return the most that one person decides about alone, in minor units."""
    others: int = settings.PAYOUT_SECOND_PERSON_MINOR
    own: dict[str, int] = settings.SECOND_PERSON_MINOR
    return own.get(currency, own.get(OTHERS, others))


def can_release(file: PaymentFile, user: User) -> bool:
    """Return whether this person may release the run."""
    diverted = _list_diverted(file)
    if not (diverted or is_large(file)):
        return True
    deciders = [row.decided_by for row in diverted]
    return not any(
        each is not None and are_one_person(each, user) for each in (file.created_by, *deciders)
    )


def find_run(reference: str) -> PaymentFile | None:
    """Find a run by its public reference, `pf_…`."""
    try:
        file_id = decode_reference("pf", reference)
    except PayloadInvalid:
        return None
    return _with_people().filter(pk=file_id).first()


def find_by_message_id(message_id: str) -> PaymentFile | None:
    """Find the run whose file the bank names."""
    text = "".join(message_id.split())
    return find_run(f"pf_{text[2:].lower()}") if text.startswith("PF") else None


def list_runs(account_id: UUID | None = None) -> list[PaymentFile]:
    """List the latest runs, of one account or of all, newest first."""
    runs = _with_people().order_by("-id")
    if account_id is not None:
        runs = runs.filter(account_id=account_id)
    return list(runs[:200])


def _leave_held(draft: PaymentFile) -> None:
    held = Order.objects.filter(file=draft, source_account_id__in=list_held_accounts())
    left = list(held)
    Order.objects.filter(pk__in=[order.pk for order in left]).update(file=None)
    draft.orders_count -= len(left)
    draft.total_minor -= sum(order.amount_minor for order in left)


def _with_people() -> QuerySet[PaymentFile]:
    return PaymentFile.objects.select_related("account", "created_by", "released_by")


def _list_diverted(file: PaymentFile) -> list[Break]:
    """List the breaks whose money the run sends to another account than it came from."""
    orders = Order.objects.filter(file=file, kind=OrderKind.SEND_BACK)
    payees = dict(orders.values_list("subject", "creditor_iban"))
    rows = Break.objects.filter(pk__in=payees).select_related("entry", "decided_by")
    return [row for row in rows if row.entry.party_iban != payees[row.pk]]
