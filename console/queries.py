"""Read-only queries of the console."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Case, Count, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Now

from banking.holds import list_held_accounts
from banking.ibans import group_iban
from banking.models import (
    BankAccount,
    Order,
    OrderAnswer,
    OrderStatus,
    PaymentFile,
    Report,
)
from console.models import AuditEntry
from foundation.paging import Page, cut_page
from merchants.models import Application, ApplicationStatus
from qr.errors import PayloadInvalid
from qr.references import decode_reference, encode_reference

PAGE_SIZE = 50
# Longer than a weekend with holidays: the bank should have booked it.
_SILENT = timedelta(days=5)
_SHOWN_MAX = 500


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits in a currency, and the account that it is paid from, if there is one."""

    currency: str
    account: BankAccount | None
    count: int
    total_minor: int

    @property
    def iban(self) -> str:
        """Return the account's number in groups of four; empty without one."""
        return group_iban(self.account.iban) if self.account else ""


def list_pending() -> list[Pending]:
    """List the currencies with an account or with orders that no run has taken.

    Payouts that are held do not count: no run takes them.
    """
    waiting = Order.objects.filter(status=OrderStatus.PENDING, file=None)
    waiting = waiting.exclude(source_account_id__in=list_held_accounts())
    sums = waiting.values_list("currency").annotate(Count("id"), Sum("amount_minor"))
    found = {currency: (count, total) for currency, count, total in sums}
    in_use = BankAccount.objects.filter(is_in_use=True)
    accounts = {account.currency: account for account in in_use}
    return [
        Pending(currency, accounts.get(currency), *found.get(currency, (0, 0)))
        for currency in sorted({*found, *accounts})
    ]


def list_troubled() -> list[Order]:
    """List what needs a look, the newest first: nobody can say, given back, long unanswered."""
    replaced = Order.objects.filter(follows__isnull=False).values("follows")
    trouble = [OrderStatus.UNKNOWN, OrderStatus.REFUSED, OrderStatus.RETURNED]
    out = [OrderStatus.SENT, OrderStatus.ACCEPTED]
    silent = Q(status__in=out, changed_at__lt=Now() - _SILENT)
    troubled = Order.objects.filter(Q(status__in=trouble) | silent).exclude(pk__in=replaced)
    return list(troubled.order_by("-changed_at")[:PAGE_SIZE])


def list_orders_of(run: PaymentFile) -> list[Order]:
    """List the orders of a run, in its file's order."""
    return list(Order.objects.filter(file=run).order_by("id"))


def list_answers(order: Order) -> list[OrderAnswer]:
    """List what operators said of an order, the newest first."""
    said = OrderAnswer.objects.filter(order=order).select_related("said_by")
    return list(said.order_by("-id")[:PAGE_SIZE])


def list_reports() -> list[Report]:
    """List the bank's reports, the newest first, without their content."""
    reports = Report.objects.defer("content").select_related("brought_by")
    return list(reports.order_by("-id")[:PAGE_SIZE])


def list_applications() -> QuerySet[Application]:
    """List confirmed applications: those that wait, the oldest first, then decided ones."""
    waits_first = Case(When(status=ApplicationStatus.APPLIED, then=Value(0)), default=Value(1))
    confirmed = Application.objects.exclude(status=ApplicationStatus.UNCONFIRMED)
    ordered = confirmed.order_by(waits_first, "-decided_at", "confirmed_at")
    return ordered.select_related("decided_by")[:_SHOWN_MAX]


def count_waiting() -> int:
    """Count the applications that wait for a decision."""
    return Application.objects.filter(status=ApplicationStatus.APPLIED).count()


def find_application(reference: str) -> Application | None:
    """Find an application by its public reference."""
    try:
        application_id = decode_reference("ap", reference)
    except PayloadInvalid:
        return None
    found = Application.objects.select_related("decided_by", "merchant")
    return found.filter(pk=application_id).first()


def list_log(*, after: str) -> Page[AuditEntry]:
    """Return one page of the log, the newest first.

    Raises:
        DoesNotExist: the cursor is not one of ours.
    """
    entries = AuditEntry.objects.select_related("actor").order_by("-id")
    if after:
        try:
            entries = entries.filter(pk__lt=decode_reference("au", after))
        except PayloadInvalid:
            raise AuditEntry.DoesNotExist from None
    return cut_page(
        entries, size=PAGE_SIZE, cursor=lambda entry: encode_reference("au", entry.id)
    )
