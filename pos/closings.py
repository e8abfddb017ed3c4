"""The day's end of a till: the X report of what is not closed, and Z reports that close it.

A sale or refund is in a closing if its id is among the closing's entries: what commits while a
closing is made is in the next one. `docs/closings.md` tells more.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from foundation.once import FormReused
from foundation.paging import Page, cut_page
from ledger.transactions import retry_clashes
from merchants.models import StaffMember, Store
from merchants.queries import read_clock
from merchants.recipients import list_addresses
from pos.closing_hash import NO_HASH, hash_closing
from pos.closing_sums import (
    Totals,
    hash_entries,
    list_sums,
    read_totals,
    select_unclosed,
    take_entries,
)
from pos.drawer_refusals import DifferenceUnexplained
from pos.models import CashCount, Closing, ClosingSum, Terminal
from pos.queries import read_reference
from relay.letters import send_letter

PAGE_SIZE = 50
LETTER = "till_closing"


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted in a drawer: a sum, perhaps by coins and notes, in minor units."""

    total_minor: int
    pieces: tuple[tuple[int, int], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpenDay:
    """An X report: what no closing of the till has counted yet. It changes nothing."""

    since: datetime | None
    at: datetime
    totals: Totals
    sums: list[ClosingSum]
    number: int

    @property
    def turnover_minor(self) -> int:
        """Return the sales less refunds."""
        return self.totals.sales_minor - self.totals.refunds_minor


def read_open_day(terminal: Terminal) -> OpenDay:
    """Add up what the till has sold and given back since its last closing."""
    last = find_last(terminal)
    at, selection = read_clock(), select_unclosed(terminal, last)
    return OpenDay(
        since=last.closed_at if last else None,
        at=at,
        totals=read_totals(selection),
        sums=list_sums(selection, terminal),
        number=last.number + 1 if last else 1,
    )


@retry_clashes
@transaction.atomic
def close_till(
    terminal: Terminal,
    *,
    closing_id: UUID,
    cashier: StaffMember | None,
    count: Count | None = None,
) -> Closing:
    """Close the till: count what no closing has, give it the next number, and chain it.

    The same form sent again returns the closing that it made. Locks the till, so its closings
    follow each other; sales go on.

    Raises:
        FormReused: the form closed another till.
        DifferenceUnexplained: other cash was counted than expected, and no reason was given.
    """
    # A sale at the till refers to its row, which this lock allows.
    terminal = Terminal.objects.select_for_update(no_key=True, of=["self"]).get(pk=terminal.pk)
    known = list_closings().filter(pk=closing_id).first()
    if known is not None:
        if known.terminal_id != terminal.id:
            raise FormReused
        return known
    return _close(terminal, closing_id, cashier=cashier, count=count)


def has_unclosed(terminal: Terminal) -> bool:
    """Return whether a sale, a refund or moved cash of the till is in no closing."""
    return not read_totals(select_unclosed(terminal, find_last(terminal))).is_nothing


def find_last(terminal: Terminal) -> Closing | None:
    """Return the till's latest closing."""
    return Closing.objects.filter(terminal=terminal).order_by("-number").first()


def list_closings() -> QuerySet[Closing]:
    """List all closings, the newest first."""
    return Closing.objects.select_related(
        "terminal", "store__merchant", "cashier__user"
    ).order_by("-closed_at", "-id")


def list_closings_of(stores: QuerySet[Store], *, till: Terminal | None) -> QuerySet[Closing]:
    """List the closings of stores, or of one till there."""
    closings = list_closings().filter(store__in=stores)
    return closings.filter(terminal=till) if till else closings


def find_closing(closings: QuerySet[Closing], reference: str) -> Closing:
    """Find a closing among those by its public reference.

    Raises:
        NotFound: not there, or not among those.
        DoesNotExist: likewise.
    """
    return closings.get(pk=read_reference("zr", reference))


def page_closings(closings: QuerySet[Closing], *, after: str) -> Page[Closing]:
    """Return one page of closings.

    Raises:
        NotFound: the cursor is not one of ours.
        DoesNotExist: nor is it among those.
    """
    if after:
        last = find_closing(closings, after)
        is_older = Q(closed_at__lt=last.closed_at)
        closings = closings.filter(is_older | Q(closed_at=last.closed_at, id__lt=last.id))
    return cut_page(closings, size=PAGE_SIZE, cursor=lambda each: each.public_id)


def _close(
    terminal: Terminal,
    closing_id: UUID,
    *,
    cashier: StaffMember | None,
    count: Count | None,
) -> Closing:
    last = find_last(terminal)
    taken = take_entries(closing_id, terminal=terminal, last=last)
    totals, sums = read_totals(taken), list_sums(taken, terminal)
    closing = Closing(
        id=closing_id,
        terminal=terminal,
        store=terminal.store,
        number=last.number + 1 if last else 1,
        cashier=cashier,
        currency=terminal.store.currency,
        since=last.closed_at if last else None,
        closed_at=read_clock(),
        **asdict(totals),
        counted_minor=count.total_minor if count else None,
        difference_reason=count.reason if count else "",
        all_sales_minor=(last.all_sales_minor if last else 0) + totals.sales_minor,
        all_refunds_minor=(last.all_refunds_minor if last else 0) + totals.refunds_minor,
        entries_hash=hash_entries(closing_id),
        previous_hash=last.hash if last else NO_HASH,
    )
    _check_count(closing)
    parts = count.pieces if count else ()
    counts = [
        CashCount(closing=closing, unit_minor=unit, pieces=pieces) for unit, pieces in parts
    ]
    closing.hash = hash_closing(closing, sums, counts)
    closing.save(force_insert=True)
    for each in sums:
        each.closing = closing
    if terminal.store.mails_closings:
        for address in list_addresses(terminal.store.merchant_id):
            send_letter(LETTER, subject=closing.id, address=address)
    ClosingSum.objects.bulk_create(sums)
    CashCount.objects.bulk_create(counts)
    return closing


def _check_count(closing: Closing) -> None:
    difference_minor = closing.difference_minor
    if difference_minor and not closing.difference_reason:
        raise DifferenceUnexplained(difference_minor, closing.currency)
