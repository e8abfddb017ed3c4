"""What printers are to print: each receipt once, and marked when it may be the second time."""

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from foundation.once import make_once
from merchants.sellers import find_seller
from pos.models import Charge, Printer, PrintJob, Protocol
from pos.print.code_pages import find_model
from pos.print.receipt_slips import compose_receipt
from pos.print.written_slips import write_slip
from pos.queries import list_refunds

# A printer that was off over night does not begin with yesterday's receipts.
_LIFE = timedelta(hours=1)
# Without a word for this long, it did not come out.
_LEASE = timedelta(seconds=60)
_SENDS_MAX = 5
_MODELS = {Protocol.CLOUDPRNT: "star", Protocol.SERVER_DIRECT: "epson"}
_QUEUE = """
    INSERT INTO pos_printjob (id, printer_id, charge_id)
    SELECT gen_random_uuid(), printer.id, charge.id
      FROM pos_charge charge
      JOIN pos_printer printer
        ON printer.terminal_id = charge.terminal_id AND printer.store_id = charge.store_id
       AND printer.removed_at IS NULL
     WHERE charge.id = ANY (%s)
"""


def queue_receipts(charge_ids: list[UUID]) -> None:
    """Queue receipts that were numbered just now, where the till has a printer of its own.

    Runs in the transaction that numbers them, so each is queued once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, [charge_ids])


def ask_print(printer: Printer, charge: Charge, *, job_id: UUID) -> PrintJob:
    """Queue a receipt on a printer of its store; the same form sent again returns the job.

    Raises:
        FormReused: the form asked for something else before.
    """
    assert printer.store_id == charge.store_id, "a receipt is printed in its own shop"
    return make_once(
        PrintJob.objects.filter(printer__store_id=printer.store_id),
        job_id,
        make=lambda made_id: PrintJob.objects.create(
            id=made_id, printer=printer, charge=charge
        ),
        is_same=lambda job: (job.printer_id, job.charge_id) == (printer.id, charge.id),
    )


def list_jobs(charge: Charge) -> QuerySet[PrintJob]:
    """List what was asked for a receipt, the newest first."""
    jobs = PrintJob.objects.filter(charge=charge).select_related("printer")
    return jobs.order_by("-created_at", "-id")[:10]


def find_due(printer: Printer) -> PrintJob | None:
    """Find what a printer is to fetch next."""
    return _list_due(printer).order_by("created_at", "id").first()


def take_job(printer: Printer, job_id: UUID) -> bytes | None:
    """Return what a due job sends, and note that it was fetched; nothing if it is not due.

    Of two that ask at the same time, one gets it. A job that is due again is marked as a
    duplicate, because the first one may have come out.

    Raises:
        PagesFailed: drawing takes too much time or memory, or too many others wait.
    """
    job = _list_due(printer).filter(pk=job_id).first()
    if job is None:
        return None
    written = _write(printer, job)
    due = _list_due(printer).filter(pk=job.pk, sends=job.sends)
    return written if due.update(sent_at=Now(), sends=F("sends") + 1) else None


def repeat_job(printer: Printer, job_id: UUID) -> bytes | None:
    """Return a job that was fetched a moment ago once more: its answer was lost on the way."""
    job = _list_open(printer).filter(pk=job_id, sent_at__gt=Now() - _LEASE).first()
    return _write(printer, job) if job else None


def _write(printer: Printer, job: PrintJob) -> bytes:
    charge = Charge.objects.select_related(
        "store__merchant", "terminal", "cashier", "receipt"
    ).get(pk=job.charge_id)
    copied_at = timezone.now() if _is_copy(job) else None
    seller = find_seller(charge.store.merchant)
    slip = compose_receipt(charge, list_refunds(charge), seller, copied_at=copied_at)
    model = find_model(_MODELS[Protocol(printer.protocol)])
    return write_slip(slip, columns=printer.columns, model=model)


def confirm_job(printer: Printer, job_id: UUID | None) -> bool:
    """Note that a job was printed; one that names no job means the one fetched last."""
    return bool(_pick(printer, job_id).update(printed_at=Now()))


def fail_job(printer: Printer, job_id: UUID | None, *, for_good: bool) -> bool:
    """Note that a job was not printed: it is due again in a minute, or given up."""
    picked = _pick(printer, job_id)
    if for_good:
        return bool(picked.update(given_up_at=Now()))
    # Paper may be out for half an hour: only what nobody tells about is sent a few times.
    return bool(picked.update(sent_at=Now(), sends=1))


def _list_open(printer: Printer) -> QuerySet[PrintJob]:
    return PrintJob.objects.filter(
        printer=printer,
        printed_at=None,
        given_up_at=None,
        created_at__gt=Now() - _LIFE,
    )


def _list_due(printer: Printer) -> QuerySet[PrintJob]:
    waits = Q(sent_at=None) | Q(sent_at__lte=Now() - _LEASE)
    return _list_open(printer).filter(waits, sends__lt=_SENDS_MAX)


def _pick(printer: Printer, job_id: UUID | None) -> QuerySet[PrintJob]:
    sent = _list_open(printer).filter(sends__gt=0)
    if job_id is None:
        job_id = sent.order_by("-sent_at").values_list("pk", flat=True).first()
    return sent.filter(pk=job_id) if job_id else sent.none()


def _is_copy(job: PrintJob) -> bool:
    others = PrintJob.objects.filter(charge_id=job.charge_id, sends__gt=0).exclude(pk=job.pk)
    was_lost = job.sent_at is not None and job.sent_at > timezone.now() - _LEASE
    return others.exists() or job.sends > (1 if was_lost else 0)
