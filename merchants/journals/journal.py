"""A journal that is about to be written: vouchers with the accounts of the shop's books."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.money import format_number
from merchants.journals.moves import Move, Voucher
from merchants.journals.texts import Texts
from merchants.models import Book, BookAccount, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What one file says; each voucher has moves between two different accounts alone."""

    book: Book
    accounts: dict[Purpose, BookAccount]
    vouchers: Sequence[Voucher]
    first: date
    last: date
    made_at: datetime
    texts: Texts

    def number(self, purpose: Purpose) -> str:
        """Return the number of the account for a purpose."""
        return self.accounts[purpose].number

    def write(self, amount_minor: int, *, decimal: str = ".") -> str:
        """Write an amount with all decimals of the currency."""
        return format_number(amount_minor, self.book.currency).replace(".", decimal)

    def list_legs(self, voucher: Voucher) -> Iterator["Leg"]:
        """List both sides of each move of a voucher: the debit, then the credit."""
        for move in voucher.moves:
            yield Leg(self.accounts[move.debit], move.amount_minor, move)
            yield Leg(self.accounts[move.credit], -move.amount_minor, move)


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a move: what is debited is above zero."""

    account: BookAccount
    signed_minor: int
    move: Move

    @property
    def debit_minor(self) -> int:
        """Return the debited amount, 0 on the credit side."""
        return max(self.signed_minor, 0)

    @property
    def credit_minor(self) -> int:
        """Return the credited amount, 0 on the debit side."""
        return max(-self.signed_minor, 0)


def find_year(day: date, *, begins: int) -> tuple[date, date]:
    """Return the first day of the financial year that a day is in, and of the next one."""
    first = date(day.year if day.month >= begins else day.year - 1, begins, 1)
    return first, first.replace(year=first.year + 1)
