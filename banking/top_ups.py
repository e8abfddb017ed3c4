"""Books what arrives under the reference of an announced top-up: a batch in one statement.

For the banker. What `banking/sql/book_top_ups.sql` leaves, such as money for which a wallet has
no room, `banking/booking.py` books or makes a break of.
"""

from typing import Any
from uuid import UUID

from django.db import connection

from banking.listeners import tell_arrivals
from banking.locks import hold_booking
from banking.models import BankAccount
from banking.rooms import measure_rooms
from banking.topics import account_topic
from foundation.postgresql.arrays import Uuids
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.transactions import in_one_transaction
from relay.pages import tell_on_commit

# Their accounts are locked until all are booked, and a payment from one of them waits as long.
_BATCH_MAX = 4000
_TOPICS_EACH = 200
_NEXT = """
    SELECT id FROM banking_entry WHERE posted_at IS NULL AND id > %s ORDER BY id LIMIT %s
"""
_SUMS = """
    SELECT x.credit_account_id, sum(e.amount_minor)::bigint
      FROM unnest(%(entries)s::uuid[]) AS g (id)
      JOIN banking_entry e ON e.id = g.id
      JOIN banking_expectation x
        ON x.reference = e.creditor_reference AND x.currency = e.currency
     WHERE e.amount_minor > 0
     GROUP BY x.credit_account_id
"""
_BOOK = """
    SELECT booked, accounts, letters
      FROM banking_book_top_ups(entries => %(entries)s, but => %(but)s)
"""
_NIL = UUID(int=0)


def book_announced() -> int:
    """Book every entry that an announced top-up explains; return how many there were."""
    currencies = BankAccount.objects.order_by("currency").values_list("currency", flat=True)
    for currency in currencies.distinct():
        # The statement joins it, and books nothing where there is none.
        get_or_open_house_account(AccountKind.SAFEGUARD, currency=currency)
    count = 0
    last: UUID | None = _NIL
    while last is not None:
        last, booked = _book_batch(beyond=last)
        count += booked
    return count


@in_one_transaction
def _book_batch(*, beyond: UUID) -> tuple[UUID | None, int]:
    hold_booking()
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [beyond, _BATCH_MAX])
        entries = [entry_id for (entry_id,) in cursor.fetchall()]
        if not entries:
            return None, 0
        # The same ones by each statement: what is entered meanwhile was held against no room.
        facts: dict[str, Any] = {"entries": Uuids(entries)}
        cursor.execute(_SUMS, facts)
        sums: dict[UUID, int] = dict(cursor.fetchall())
        rooms = measure_rooms(sums)
        # One by one, somebody may find that some of it fits.
        too_much = [each for each, room_minor in rooms.items() if sums[each] > room_minor]
        cursor.execute(_BOOK, facts | {"but": Uuids(too_much)})
        booked, accounts, letters = cursor.fetchone()
    tell_accounts(accounts or ())
    tell_arrivals(letters or ())
    return entries[-1], booked


def tell_accounts(accounts: list[UUID] | tuple[UUID, ...]) -> None:
    """Notify the open pages of these accounts' owners, once the transaction has committed."""
    topics = [account_topic(account_id) for account_id in accounts]
    for begin in range(0, len(topics), _TOPICS_EACH):
        tell_on_commit(*topics[begin : begin + _TOPICS_EACH])
