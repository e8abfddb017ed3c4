"""Books what arrives under the reference of an announced top-up: a batch in one statement.

For the banker. What `banking/sql/book_top_ups.sql` leaves, `banking/booking.py` books or makes
a break of.
"""

from uuid import UUID

from django.db import connection

from banking.locks import hold_booking
from banking.models import BankAccount
from banking.topics import account_topic
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.transactions import in_one_transaction
from relay.pages import tell_on_commit

# Their accounts are locked until all are booked, and a payment from one of them waits as long.
_BATCH_MAX = 4000
_TOPICS_EACH = 200
_BOOK = "SELECT last, booked, accounts FROM banking_book_top_ups(beyond => %s, count_max => %s)"
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
        cursor.execute(_BOOK, [beyond, _BATCH_MAX])
        last, booked, accounts = cursor.fetchone() or (None, 0, None)
    tell_accounts(accounts or ())
    return last, booked


def tell_accounts(accounts: list[UUID] | tuple[UUID, ...]) -> None:
    """Notify the open pages of these accounts' owners, once the transaction has committed."""
    topics = [account_topic(account_id) for account_id in accounts]
    for begin in range(0, len(topics), _TOPICS_EACH):
        tell_on_commit(*topics[begin : begin + _TOPICS_EACH])
