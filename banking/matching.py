"""What an entry is for: an announced top-up, an order of ours, or nobody knows.

Only reads. Everything is looked up for a whole batch at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from banking.locks import hold_booking
from banking.models import BreakReason, Order
from banking.reading.lines import squeeze
from foundation.postgresql.arrays import Texts, Uuids
from qr.errors import PayloadInvalid
from qr.references import decode_reference

_END_TO_END = "PO"
# The wallet to which the same sender's money went the last time.
_SENDERS = """
    SELECT DISTINCT ON (e.party_iban, e.currency) e.party_iban, e.currency, x.credit_account_id
      FROM banking_entry e JOIN banking_expectation x ON x.id = e.expectation_id
     WHERE e.party_iban = ANY (%s)
     ORDER BY e.party_iban, e.currency, e.id DESC
"""
# Who alone waits for just this amount.
_AMOUNTS = """
    SELECT currency, amount_minor, (array_agg(credit_account_id))[1]
      FROM banking_expectation
     WHERE arrived_at IS NULL AND amount_minor = ANY (%s)
     GROUP BY currency, amount_minor HAVING count(*) = 1
"""


# What nobody has posted yet.
_UNPOSTED = """
    SELECT id, amount_minor, currency, creditor_reference, end_to_end_id, bank_reference,
           party_iban, reason_code, is_charge, is_reversal, is_lump, payments_count
      FROM banking_entry WHERE posted_at IS NULL AND id <> ALL (%s)
     ORDER BY id LIMIT %s
"""
_ANNOUNCED = """
    SELECT id, reference, currency, credit_account_id
      FROM banking_expectation WHERE reference = ANY (%s)
"""


@dataclass(slots=True)
class Unposted:
    """An entry that is to be booked: what matching needs of it, read in thousands."""

    id: UUID
    amount_minor: int
    currency: str
    creditor_reference: str
    end_to_end_id: str
    bank_reference: str
    party_iban: str
    reason_code: str
    is_charge: bool
    is_reversal: bool
    is_lump: bool
    payments_count: int


class Announced(NamedTuple):
    """An expectation: where its money goes."""

    id: UUID
    reference: str
    currency: str
    credit_account_id: UUID


@dataclass(slots=True)
class Matches:
    """A batch of entries by what they are for."""

    top_ups: list[tuple[Unposted, Announced]] = field(default_factory=list)
    orders: list[tuple[Unposted, Order]] = field(default_factory=list)
    rest: list[tuple[Unposted, BreakReason]] = field(default_factory=list)


def lock_unposted(count_max: int, *, but: Sequence[UUID] = ()) -> list[Unposted]:
    """Return the entries that were entered first and not posted yet, but for some.

    Another banker that does the same waits, until the caller's transaction ends.
    """
    hold_booking()
    with connection.cursor() as cursor:
        cursor.execute(_UNPOSTED, [Uuids(but), count_max])
        return list(starmap(Unposted, cursor.fetchall()))


def match_entries(entries: Sequence[Unposted]) -> Matches:
    """Sort a batch of entries by what they are for."""
    expectations = _find_expectations(entries)
    orders = _find_orders(entries)
    matches = Matches()
    for entry in entries:
        order = orders.get(entry.id)
        expectation = expectations.get((entry.creditor_reference, entry.currency))
        if order is not None and not entry.is_lump:
            matches.orders.append((entry, order))
        elif expectation is not None and _may_credit(entry):
            matches.top_ups.append((entry, expectation))
        else:
            matches.rest.append((entry, explain(entry)))
    # Money that went out before what of it came back.
    matches.orders.sort(key=lambda pair: pair[0].amount_minor > 0)
    return matches


def explain(entry: Unposted) -> BreakReason:
    """Return why an entry that nothing matches is not matched."""
    if entry.is_reversal:
        return BreakReason.REVERSAL
    if entry.is_charge and entry.amount_minor < 0:
        return BreakReason.BANK_CHARGE
    if entry.is_lump:
        return BreakReason.PARTS
    if entry.amount_minor < 0:
        return BreakReason.NOT_OURS
    has_reference = bool(entry.creditor_reference)
    return BreakReason.UNKNOWN_REFERENCE if has_reference else BreakReason.NO_REFERENCE


def suggest_accounts(entries: Iterable[Unposted]) -> dict[UUID, UUID]:
    """Return, by entry, the wallet's account to which it may belong.

    The sender's money went there the last time; or else its owner alone waits for just this
    amount. It is only a suggestion.
    """
    came_in = [entry for entry in entries if entry.amount_minor > 0]
    if not came_in:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SENDERS, [[entry.party_iban for entry in came_in if entry.party_iban]])
        senders = {(iban, currency): account for iban, currency, account in cursor.fetchall()}
        cursor.execute(_AMOUNTS, [[entry.amount_minor for entry in came_in]])
        amounts = {(currency, minor): account for currency, minor, account in cursor.fetchall()}
    found = {
        entry.id: senders.get((entry.party_iban, entry.currency))
        or amounts.get((entry.currency, entry.amount_minor))
        for entry in came_in
    }
    return {entry_id: account for entry_id, account in found.items() if account is not None}


def _may_credit(entry: Unposted) -> bool:
    # What the bank takes back, or does not say the parts of, is somebody's to decide.
    return entry.amount_minor > 0 and not entry.is_reversal and not entry.is_lump


def _find_expectations(entries: Sequence[Unposted]) -> dict[tuple[str, str], Announced]:
    references = {entry.creditor_reference for entry in entries if entry.amount_minor > 0}
    with connection.cursor() as cursor:
        cursor.execute(_ANNOUNCED, [Texts(references - {""})])
        found = map(Announced._make, cursor.fetchall())
        return {(each.reference, each.currency): each for each in found}


def _find_orders(entries: Sequence[Unposted]) -> dict[UUID, Order]:
    named = {entry.id: order_id for entry in entries if (order_id := _read_order_id(entry))}
    orders = Order.objects.in_bulk(list(set(named.values())))
    return {
        entry_id: orders[order_id] for entry_id, order_id in named.items() if order_id in orders
    }


def _read_order_id(entry: Unposted) -> UUID | None:
    text = squeeze(entry.end_to_end_id)
    if not text.startswith(_END_TO_END):
        return None
    try:
        return decode_reference("po", "po_" + text.removeprefix(_END_TO_END).lower())
    except PayloadInvalid:
        return None
