"""Books entries: one transfer each, under the entry's own id, in batches. For the banker.

A batch is one transaction, so a banker that is killed books it again, once.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import uuid6
from django.db import connection

from banking.errors import EntryDiffers, OrderElsewhere
from banking.listeners import tell_arrivals
from banking.matching import (
    Announced,
    Matches,
    Unposted,
    lock_unposted,
    match_entries,
    suggest_accounts,
)
from banking.models import BreakReason, Order, PaymentFile
from banking.orders import book_order, return_order
from banking.reversals import find_reversed
from banking.rooms import measure_rooms
from banking.run_booking import book_run, find_runs
from banking.top_ups import book_announced, tell_accounts
from foundation.postgresql.arrays import Bigints, Texts, Uuids
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.errors import TransferRefused
from ledger.posting import BATCH_MAX, explain_refusal, post_transfers
from ledger.results import DONE, Result
from ledger.transactions import in_one_transaction
from ledger.transfers import NewTransfer

logger = logging.getLogger(__name__)

# More than these is no fault of single entries.
_STUCK_MAX = 100
# The wallet takes nothing more: somebody has to decide where the money goes.
_NO_WAY_IN = frozenset(
    {
        Result.CREDIT_ACCOUNT_CLOSED,
        Result.CREDIT_ACCOUNT_NOT_FOUND,
        Result.CURRENCY_MISMATCH,
        Result.BALANCE_WOULD_OVERFLOW,
    }
)
_NOTE = """
    UPDATE banking_entry e
       SET posted_at = clock_timestamp(), posted_as = g.kind,
           expectation_id = nullif(g.expectation, %(none)s::uuid),
           order_id = nullif(g.payment, %(none)s::uuid)
      FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(expectations)s::uuid[],
                  %(orders)s::uuid[]) AS g (id, kind, expectation, payment)
     WHERE e.id = g.id
"""
_ARRIVE = """
    UPDATE banking_expectation SET arrived_at = clock_timestamp()
     WHERE id = ANY (%s) AND arrived_at IS NULL
    RETURNING id, wants_letter
"""
_BREAK = """
    INSERT INTO banking_break (id, entry_id, amount_minor, currency, reason,
                               suggested_account_id, reverses_id, decision, note)
    SELECT g.id, g.entry, g.minor, g.currency, g.reason, nullif(g.suggested, %(none)s::uuid),
           nullif(g.reverses, %(none)s::uuid), '', ''
      FROM unnest(%(ids)s::uuid[], %(entries)s::uuid[], %(minors)s::bigint[],
                  %(currencies)s::text[], %(reasons)s::text[], %(suggested)s::uuid[],
                  %(reverses)s::uuid[])
           AS g (id, entry, minor, currency, reason, suggested, reverses)
"""
_NOTHING = UUID(int=0)


def book_entries() -> int:
    """Book every entry that was entered and not booked yet; return how many there were.

    One that the ledger refuses is logged and left, and keeps no other from being booked.
    """
    count, size = book_announced(), BATCH_MAX
    stuck: list[UUID] = []
    while True:
        try:
            booked = _book_batch(size, but=stuck)
        except TransferRefused:
            # Half of it, until the one is alone.
            if size == 1:
                stuck += [entry.id for entry in _find_next(but=stuck)]
                logger.exception("An entry of the bank was not booked.")
            if len(stuck) > _STUCK_MAX:
                raise
            size = max(size // 2, 1)
            continue
        if not booked:
            return count
        count, size = count + booked, min(size * 2, BATCH_MAX)


@in_one_transaction
def _find_next(*, but: Sequence[UUID]) -> list[Unposted]:
    """Return the entry that would be booked next, if any."""
    return lock_unposted(1, but=but)


@in_one_transaction
def _book_batch(size: int, *, but: Sequence[UUID]) -> int:
    entries = lock_unposted(size, but=but)
    if entries:
        _Batch(entries).book()
    return len(entries)


@dataclass(slots=True)
class _Noted:
    """How an entry was posted."""

    entry: Unposted
    kind: str
    expectation_id: UUID = _NOTHING
    order_id: UUID = _NOTHING


@dataclass(slots=True)
class _Batch:
    entries: Sequence[Unposted]
    _noted: list[_Noted] = field(default_factory=list)
    _houses: dict[tuple[AccountKind, str], UUID] = field(default_factory=dict)
    # Of what does not fit, the account that it was announced for.
    _meant: dict[UUID, UUID] = field(default_factory=dict)

    def book(self) -> None:
        matches = match_entries(self.entries)
        # First, because it locks wallets: payments lock them before orders and accounts, too.
        self._book_top_ups(matches)
        self._book_runs(matches)
        self._book_orders(matches)
        self._book_rest(matches)
        self._note()

    def _book_runs(self, matches: Matches) -> None:
        runs = find_runs([entry for entry, _ in matches.rest])
        rest, matches.rest = matches.rest, []
        for entry, reason in rest:
            file = runs.get(entry.id)
            refusal = reason if file is None else self._book_run(entry, file)
            if refusal is None:
                self._noted.append(_Noted(entry, "book"))
            else:
                matches.rest.append((entry, refusal))

    def _book_run(self, entry: Unposted, file: PaymentFile) -> BreakReason | None:
        try:
            book_run(file, entry)
        except EntryDiffers:
            return BreakReason.WRONG_AMOUNT
        except (OrderElsewhere, TransferRefused):
            return BreakReason.LATE
        return None

    def _book_orders(self, matches: Matches) -> None:
        for entry, order in matches.orders:
            reason = self._book_order(entry, order)
            if reason is None:
                kind = "book" if entry.amount_minor < 0 else "return"
                self._noted.append(_Noted(entry, kind, order_id=order.pk))
            else:
                matches.rest.append((entry, reason))

    def _book_order(self, entry: Unposted, order: Order) -> BreakReason | None:
        try:
            if entry.amount_minor < 0:
                book_order(order, entry)
            else:
                return_order(order, entry)
        except EntryDiffers:
            return BreakReason.WRONG_AMOUNT
        except (OrderElsewhere, TransferRefused):
            # Booked twice, booked after it was refused, or returned to a wallet that was closed
            # meanwhile: somebody has to look.
            return BreakReason.LATE
        return None

    def _book_top_ups(self, matches: Matches) -> None:
        top_ups = self._take_fitting(matches)
        transfers = [
            self._transfer(
                entry, "top_up", other=each.credit_account_id, reference=each.reference
            )
            for entry, each in top_ups
        ]
        arrived: dict[UUID, Announced] = {}
        for (entry, each), result in zip(top_ups, post_transfers(transfers), strict=True):
            if result in DONE:
                self._noted.append(_Noted(entry, "top_up", expectation_id=each.id))
                arrived[each.id] = each
            elif result in _NO_WAY_IN:
                matches.rest.append((entry, BreakReason.LATE))
            else:
                raise explain_refusal(result, entry.id)
        with connection.cursor() as cursor:
            cursor.execute(_ARRIVE, [Uuids(arrived)])
            tell_arrivals([arrived_id for arrived_id, wants in cursor.fetchall() if wants])
        tell_accounts([each.credit_account_id for each in arrived.values()])

    def _take_fitting(self, matches: Matches) -> list[tuple[Unposted, Announced]]:
        """Return the top-ups that fit; of the others somebody has to decide."""
        rooms = measure_rooms({each.credit_account_id for _, each in matches.top_ups})
        fitting: list[tuple[Unposted, Announced]] = []
        for entry, each in matches.top_ups:
            room_minor = rooms.get(each.credit_account_id)
            if room_minor is None:
                fitting.append((entry, each))
            elif entry.amount_minor <= room_minor:
                rooms[each.credit_account_id] = room_minor - entry.amount_minor
                fitting.append((entry, each))
            else:
                matches.rest.append((entry, BreakReason.OVER_LIMIT))
                self._meant[entry.id] = each.credit_account_id
        return fitting

    def _book_rest(self, matches: Matches) -> None:
        transfers = [
            self._transfer(
                entry,
                "receive" if entry.amount_minor > 0 else "take",
                other=self._find_house(AccountKind.SUSPENSE, entry.currency),
                reference=entry.creditor_reference or entry.bank_reference,
            )
            for entry, _ in matches.rest
        ]
        for transfer, result in zip(transfers, post_transfers(transfers), strict=True):
            if result not in DONE:
                raise explain_refusal(result, transfer.id)
        self._make_breaks(matches)
        self._noted += [
            _Noted(entry, transfer.kind)
            for (entry, _), transfer in zip(matches.rest, transfers, strict=True)
        ]

    def _make_breaks(self, matches: Matches) -> None:
        entries = [entry for entry, _ in matches.rest]
        taken_back = find_reversed(entries)
        suggested = (
            suggest_accounts(entries)
            | {entry_id: each.account_id for entry_id, each in taken_back.items()}
            | self._meant
        )
        with connection.cursor() as cursor:
            cursor.execute(
                _BREAK,
                {
                    "none": _NOTHING,
                    "ids": Uuids(uuid6.uuid7() for _ in entries),
                    "entries": Uuids(entry.id for entry in entries),
                    "minors": Bigints(entry.amount_minor for entry in entries),
                    "currencies": Texts(entry.currency for entry in entries),
                    "reasons": Texts(reason.value for _, reason in matches.rest),
                    "suggested": Uuids(suggested.get(entry.id, _NOTHING) for entry in entries),
                    "reverses": Uuids(
                        taken_back[entry.id].entry_id if entry.id in taken_back else _NOTHING
                        for entry in entries
                    ),
                },
            )

    def _transfer(
        self, entry: Unposted, kind: str, *, other: UUID, reference: str
    ) -> NewTransfer:
        safeguard = self._find_house(AccountKind.SAFEGUARD, entry.currency)
        came_in = entry.amount_minor > 0
        return NewTransfer(
            id=entry.id,
            debit_account_id=safeguard if came_in else other,
            credit_account_id=other if came_in else safeguard,
            amount_minor=abs(entry.amount_minor),
            currency=entry.currency,
            kind=kind,
            reference=reference,
        )

    def _find_house(self, kind: AccountKind, currency: str) -> UUID:
        key = (kind, currency)
        if key not in self._houses:
            self._houses[key] = get_or_open_house_account(kind, currency=currency)
        return self._houses[key]

    def _note(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                _NOTE,
                {
                    "none": _NOTHING,
                    "ids": Uuids(each.entry.id for each in self._noted),
                    "kinds": Texts(each.kind for each in self._noted),
                    "expectations": Uuids(each.expectation_id for each in self._noted),
                    "orders": Uuids(each.order_id for each in self._noted),
                },
            )
