"""Runs: pending orders of one account, gathered in a file, released, and handed to the bank."""

from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from banking.errors import FileUnwritable, NothingToSend, OwnRun, RunElsewhere
from banking.models import BankAccount, FileStatus, Order, OrderStatus, PaymentFile
from banking.payment_files import hash_file, write_file
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

    Orders that another run takes at the same moment are not in this one.

    Raises:
        NothingToSend: no order waits; nothing was made.
    """
    waiting = Order.objects.select_for_update(no_key=True, skip_locked=True).filter(
        currency=account.currency, status=OrderStatus.PENDING, file=None
    )
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

    Raises:
        OwnRun: above `PAYOUT_SECOND_PERSON_MINOR` by the person who made it.
        RunElsewhere: it is no draft; nothing was changed.
        FileUnwritable: a bank would refuse it; nothing was changed.
    """
    draft = _lock(file, of=(FileStatus.DRAFT,))
    if not draft.orders_count:
        raise FileUnwritable("it holds no order")
    if needs_second_person(draft) and _is_maker(draft, by):
        raise OwnRun
    # Banks refuse a day that is over.
    draft.execute_on = max(draft.execute_on, timezone.localdate())
    content = write_file(draft)
    PaymentFile.objects.filter(pk=file.pk).update(
        status=FileStatus.RELEASED,
        execute_on=draft.execute_on,
        sha256=hash_file(content),
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
    _lock(file, of=(FileStatus.RELEASED,))
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
    locked = _lock(file, of=(FileStatus.DRAFT, FileStatus.RELEASED))
    if locked.handed_at is not None:
        raise RunElsewhere(FileStatus.SENT)
    PaymentFile.objects.filter(pk=file.pk).update(status=FileStatus.CANCELED)
    Order.objects.filter(file=file, status=OrderStatus.PENDING).update(file=None)
    file.refresh_from_db()


def needs_second_person(file: PaymentFile) -> bool:
    """Return whether the run's maker may not release it."""
    most_minor: int = settings.PAYOUT_SECOND_PERSON_MINOR
    return file.total_minor > most_minor


def can_release(file: PaymentFile, user: User) -> bool:
    """Return whether this person may release the run."""
    return not (needs_second_person(file) and _is_maker(file, user))


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


def _with_people() -> QuerySet[PaymentFile]:
    return PaymentFile.objects.select_related("account", "created_by", "released_by")


def _lock(file: PaymentFile, *, of: tuple[FileStatus, ...]) -> PaymentFile:
    # Of two that decide, the second one waits here and finds it decided.
    locked = (
        PaymentFile.objects.select_for_update(no_key=True, of=("self",))
        .select_related("account", "created_by")
        .get(pk=file.pk)
    )
    if locked.status not in of:
        raise RunElsewhere(locked.status)
    return locked


def _is_maker(file: PaymentFile, user: User) -> bool:
    return file.created_by is not None and are_one_person(file.created_by, user)
