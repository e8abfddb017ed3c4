"""What operators do about runs and orders, each with its line in the log."""

from datetime import date

from django.db import transaction

from banking import runs
from banking.dispatch import note_answer
from banking.models import AnswerStatus, BankAccount, FileStatus, Order, PaymentFile, Report
from banking.orders import cancel_order
from banking.payment_files import write_file
from banking.reports import keep_report
from banking.runs import lock_run
from console.audit import record_deed
from console.errors import OwnDownload
from console.models import AuditEntry, Operator
from identity.persons import are_one_person
from ledger.money import format_number

_DOWNLOADED = "run.downloaded"


@transaction.atomic
def make_run(
    account: BankAccount, *, execute_on: date, by: Operator, device: str
) -> PaymentFile:
    """Gather what waits for an account.

    Raises:
        NothingToSend: as `banking.runs`.
    """
    run = runs.make_run(account, by=by.user, execute_on=execute_on)
    _log("run.made", run, by=by, device=device)
    return run


@transaction.atomic
def release_run(run: PaymentFile, *, by: Operator, device: str) -> None:
    """Release a run.

    Raises:
        OwnRun, RunElsewhere, FileUnwritable: as `banking.runs`.
    """
    runs.release_run(run, by=by.user)
    _log("run.released", run, by=by, device=device)


@transaction.atomic
def hand_over(run: PaymentFile, *, by: Operator, device: str) -> None:
    """Note that the bank has a run's file.

    Raises:
        RunElsewhere: as `banking.runs`.
    """
    runs.hand_over(run, by=by.user)
    _log("run.handed_over", run, by=by, device=device)


@transaction.atomic
def cancel_run(run: PaymentFile, *, by: Operator, device: str) -> None:
    """Cancel a run that the bank does not have.

    Whoever had the file in hand does not say so alone: its orders could be paid twice.

    Raises:
        OwnDownload: the person has downloaded the file.
        RunElsewhere: as `banking.runs`.
    """
    lock_run(run)
    downloads = AuditEntry.objects.filter(subject=run.id, deed=_DOWNLOADED)
    people = [entry.actor for entry in downloads.select_related("actor")]
    if any(person is not None and are_one_person(person, by.user) for person in people):
        raise OwnDownload
    runs.cancel_run(run)
    _log("run.canceled", run, by=by, device=device)


@transaction.atomic
def download_run(run: PaymentFile, *, by: Operator, device: str) -> bytes:
    """Return a released run's file.

    Raises:
        RunElsewhere: it was canceled meanwhile.
        FileDiffers, FileUnwritable: as `banking.payment_files`.
    """
    lock_run(run, of=(FileStatus.RELEASED, FileStatus.SENT))
    content = write_file(run)
    _log(_DOWNLOADED, run, by=by, device=device)
    return content


@transaction.atomic
def drop_order(order: Order, *, by: Operator, device: str) -> None:
    """Cancel an order that has not left.

    Raises:
        OrderOnItsWay: as `banking.orders`.
    """
    before = order.status
    cancel_order(order)
    record_deed(
        "order.canceled",
        order.id,
        by=by,
        device=device,
        before={"status": before},
        after=_describe_order(order) | {"status": order.status},
    )


@transaction.atomic
def answer_order(
    order: Order, status: AnswerStatus, *, reason_code: str, by: Operator, device: str
) -> None:
    """Note what the bank said of an order, or that nobody can say."""
    note_answer(order, status, by=by.user, reason_code=reason_code)
    record_deed(
        "order.answered",
        order.id,
        by=by,
        device=device,
        before={"status": order.status},
        after=_describe_order(order) | {"status": status, "code": reason_code},
    )


@transaction.atomic
def upload_report(content: bytes, *, file_name: str, by: Operator, device: str) -> Report:
    """Keep a report of the bank for the banker.

    Raises:
        ReportRefused: as `banking.reports`.
    """
    report = keep_report(content, file_name=file_name, by=by.user)
    record_deed(
        "report.uploaded", report.id, by=by, device=device, after={"what": report.file_name}
    )
    return report


def _log(deed: str, run: PaymentFile, *, by: Operator, device: str) -> None:
    record_deed(
        deed,
        run.id,
        by=by,
        device=device,
        after={
            "what": run.public_id,
            "status": run.status,
            "orders": run.orders_count,
            "total": f"{format_number(run.total_minor, run.account.currency)}"
            f" {run.account.currency}",
            "sha256": run.sha256,
        },
    )


def _describe_order(order: Order) -> dict[str, str]:
    return {
        "what": order.public_id,
        "total": f"{format_number(order.amount_minor, order.currency)} {order.currency}",
    }
