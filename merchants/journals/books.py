"""A shop's books in a program: how they are kept, and their accounts by purpose."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from identity.models import User
from merchants.journals.formats import Format
from merchants.models import Book, BookAccount, Merchant, Purpose

PURPOSES: dict[Purpose, str | Promise] = {
    Purpose.CLEARING: _("Owed by the operator"),
    Purpose.SALES: _("Sales"),
    Purpose.REFUNDS: _("Refunds"),
    Purpose.FEES: _("Fees"),
    Purpose.ADJUSTMENTS: _("Adjustments"),
    Purpose.TRANSIT: _("Payouts on their way"),
    Purpose.BANK: _("Bank account"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBook:
    """How a shop keeps its books: the facts that the format asks for, and accounts.

    `accounts` has a number and a name for each purpose, both empty where none is set.
    """

    currency: str
    facts: dict[str, str | int] = field(default_factory=dict)
    accounts: dict[Purpose, tuple[str, str]] = field(default_factory=dict)


def find_book(merchant_id: UUID, chosen: Format) -> Book | None:
    """Find a shop's books in a program; None until somebody has said how they are kept."""
    return Book.objects.filter(merchant_id=merchant_id, format=chosen.key).first()


def list_books(merchant_id: UUID) -> dict[str, Book]:
    """Return a shop's books by the keys of their formats."""
    return {book.format: book for book in Book.objects.filter(merchant_id=merchant_id)}


def read_accounts(book: Book) -> dict[Purpose, BookAccount]:
    """Return the accounts that are set, by their purpose."""
    accounts = book.accounts.exclude(number="")
    return {Purpose(account.purpose): account for account in accounts}


@transaction.atomic
def change_book(merchant: Merchant, chosen: Format, new: NewBook, *, by: User) -> Book:
    """Keep how a shop keeps its books; again changes nothing. Of two at once the last counts.

    Files that were made before stay as they are.
    """
    facts = {**new.facts, "currency": new.currency, "changed_by": by}
    book, _made = Book.objects.update_or_create(
        merchant=merchant, format=chosen.key, defaults={**facts, "changed_at": Now()}
    )
    # Whoever changes the same books waits at their row.
    BookAccount.objects.bulk_create(
        [
            BookAccount(book=book, purpose=purpose, number=number, name=name)
            for purpose, (number, name) in sorted(new.accounts.items())
        ],
        update_conflicts=True,
        unique_fields=["book", "purpose"],
        update_fields=["number", "name"],
    )
    return book
