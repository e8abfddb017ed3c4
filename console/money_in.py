"""Read-only queries about money that came in: files, statements, entries, breaks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, Model, QuerySet, Sum

from banking.models import (
    BankAccount,
    BankFile,
    Break,
    BreakDecision,
    Entry,
    ReadingStatus,
    Statement,
)
from foundation.paging import Page, cut_page
from qr.errors import PayloadInvalid
from qr.references import decode_reference, encode_reference
from wallet.models import Wallet

PAGE_SIZE = 50
_FILES_SHOWN = 20
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The open breaks of a currency."""

    currency: str
    count: int
    total_minor: int


def find_by_reference(rows: QuerySet[M], prefix: str, reference: str) -> M | None:
    """Find a row by its public reference."""
    try:
        row_id = decode_reference(prefix, reference)
    except PayloadInvalid:
        return None
    return rows.filter(pk=row_id).first()


def find_account(reference: str) -> BankAccount | None:
    """Find a bank account."""
    return find_by_reference(BankAccount.objects.all(), "ba", reference)


def find_statement(reference: str) -> Statement | None:
    """Find a statement, with its account and its file's name."""
    found = Statement.objects.select_related("account", "file").defer("file__content")
    return find_by_reference(found, "bs", reference)


def find_break(reference: str) -> Break | None:
    """Find a break with its entry."""
    return find_by_reference(
        Break.objects.select_related("entry__account", "entry__statement", "decided_by"),
        "bk",
        reference,
    )


def list_statements(*, after: str) -> Page[Statement]:
    """Return a page of the statements, those read last first.

    Raises:
        DoesNotExist: the cursor is not one of ours.
    """
    rows = Statement.objects.select_related("account", "file").defer("file__content")
    return _cut(rows.order_by("-id"), Statement, "bs", after=after)


def list_troubled_files() -> list[BankFile]:
    """List the latest files that wait or were refused, the newest first."""
    files = BankFile.objects.exclude(status=ReadingStatus.READ).defer("content")
    return list(files.select_related("uploaded_by").order_by("-id")[:_FILES_SHOWN])


def list_entries(statement: Statement, *, after: str) -> Page[Entry]:
    """Return a page of a statement's entries, in the bank's order.

    Raises:
        DoesNotExist: the cursor is not one of ours.
    """
    rows = Entry.objects.filter(statement=statement).order_by("id")
    if after:
        try:
            rows = rows.filter(pk__gt=decode_reference("en", after))
        except PayloadInvalid:
            raise Entry.DoesNotExist from None
    return cut_page(rows, size=PAGE_SIZE, cursor=lambda row: encode_reference("en", row.id))


def list_breaks(*, is_open: bool, after: str) -> Page[Break]:
    """Return a page of breaks: the open ones, or the decided ones, the newest first.

    Raises:
        DoesNotExist: the cursor is not one of ours.
    """
    rows = Break.objects.select_related("entry", "decided_by", "credit_account")
    if is_open:
        rows = rows.filter(carried_out_at=None, decision__in=["", BreakDecision.KEEP])
    else:
        rows = rows.exclude(decision__in=["", BreakDecision.KEEP])
    return _cut(rows.order_by("-id"), Break, "bk", after=after)


def sum_open_breaks() -> list[Waiting]:
    """Return how many breaks are open in each currency, and their sum."""
    open_ones = Break.objects.filter(carried_out_at=None, decision__in=["", BreakDecision.KEEP])
    sums = open_ones.values_list("currency").annotate(Count("id"), Sum("amount_minor"))
    return [Waiting(*row) for row in sums.order_by("currency")]


def find_wallets(account_ids: Iterable[UUID | None]) -> dict[UUID, Wallet]:
    """Return wallets with their owners, by their ledger accounts."""
    wanted = {account_id for account_id in account_ids if account_id is not None}
    found = Wallet.objects.filter(account_id__in=wanted).select_related("user")
    return {wallet.account_id: wallet for wallet in found}


def _cut(rows: QuerySet[M], model: type[M], prefix: str, *, after: str) -> Page[M]:
    if after:
        try:
            rows = rows.filter(pk__lt=decode_reference(prefix, after))
        except PayloadInvalid:
            raise model.DoesNotExist from None  # type: ignore[attr-defined]  # each model has it

    def name(row: Any) -> str:  # noqa: ANN401  any model's row
        return encode_reference(prefix, row.pk)

    return cut_page(rows, size=PAGE_SIZE, cursor=name)
