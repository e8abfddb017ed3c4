"""What the banker does for orders: sends released files, carries out what was said of them."""

import logging
import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from banking.errors import FileDiffers, FileUnwritable
from banking.models import AnswerStatus, FileStatus, Order, OrderAnswer, PaymentFile
from banking.orders import accept_order, doubt_order, refuse_order, send_file
from banking.payment_files import write_file
from identity.models import User
from ledger.errors import TransferRefused
from relay.jobs import enqueue_on_commit

logger = logging.getLogger(__name__)


def note_answer(order: Order, status: AnswerStatus, *, by: User, reason_code: str = "") -> None:
    """Note what somebody learned of an order; the banker carries it out."""
    OrderAnswer.objects.create(order=order, status=status, reason_code=reason_code, said_by=by)
    enqueue_on_commit("banking.sweep_orders")


def carry_out_answers() -> None:
    """Carry out what was noted of orders, in that order; each takes effect once."""
    for answer in OrderAnswer.objects.filter(carried_out_at=None).order_by("id"):
        try:
            _carry_out(answer)
        except TransferRefused:
            # The wallet that it goes back to was closed, say: the others are carried out.
            logger.exception("OrderAnswer %s was not carried out.", answer.pk)


def send_due_files() -> None:
    """Send every released file that may leave: its money first, then to the outbox, if any.

    Safe to run twice. After a crash between the two a file is written again, the same to the
    byte and with the same id, so a bank refuses the second one.
    """
    may_leave = Q() if settings.BANK_OUTBOX else Q(handed_at__isnull=False)
    released = PaymentFile.objects.filter(may_leave, status=FileStatus.RELEASED)
    for file_id in released.order_by("id").values_list("id", flat=True):
        try:
            send_file(file_id)
        except TransferRefused:
            # A wallet was closed, say: one run must not keep the others from leaving.
            logger.exception("PaymentFile %s was not sent.", file_id)
    if settings.BANK_OUTBOX:
        _drop_files(Path(settings.BANK_OUTBOX))


def _drop_files(outbox: Path) -> None:
    waiting = PaymentFile.objects.filter(
        status=FileStatus.SENT, dropped_at=None, handed_at=None
    ).select_related("account")
    for file in waiting.order_by("id"):
        try:
            content = write_file(file)
        except (FileDiffers, FileUnwritable):
            logger.exception("File %s was not written to the outbox.", file.message_id)
            continue
        _drop(content, outbox / f"{file.message_id}.xml")
        PaymentFile.objects.filter(pk=file.pk, dropped_at=None).update(dropped_at=Now())


def _drop(content: bytes, path: Path) -> None:
    # Whoever watches the folder sees whole files alone.
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    with suppress(OSError):
        os.fsync(folder)
    os.close(folder)


@transaction.atomic
def _carry_out(answer: OrderAnswer) -> None:
    mine = OrderAnswer.objects.filter(pk=answer.pk, carried_out_at=None)
    if not mine.update(carried_out_at=Now()):
        return
    order = answer.order
    if answer.status == AnswerStatus.ACCEPTED:
        took_effect = accept_order(order)
    elif answer.status == AnswerStatus.REFUSED:
        took_effect = refuse_order(order, reason_code=answer.reason_code)
    else:
        took_effect = doubt_order(order)
    OrderAnswer.objects.filter(pk=answer.pk).update(took_effect=took_effect)
