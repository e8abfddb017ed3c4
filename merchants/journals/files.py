"""A journal as one file; whatever a format cannot take is refused by name before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext

from ledger.money import find_exponent
from merchants.errors import JournalRefused
from merchants.journals.books import PURPOSES, read_accounts
from merchants.journals.formats import DECIMALS_MAX, FORMATS, Format
from merchants.journals.journal import Journal, find_year
from merchants.journals.moves import Voucher
from merchants.journals.texts import Texts
from merchants.models import Book, BookAccount, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFile:
    """A written file; `total_minor` is the sum of its debits, which is that of its credits.

    `changed` has the texts that the format could not take, with what it says instead.
    """

    name: str
    media_type: str
    content: bytes
    journal: Journal
    lines_count: int
    total_minor: int
    changed: dict[str, str]


def make_file(
    book: Book,
    vouchers: Sequence[Voucher],
    *,
    currency: str,
    days: tuple[date, date] | None = None,
) -> JournalFile:
    """Write vouchers in `currency` for the shop's program.

    `days` are the first and the last one that were asked for; without, those of the vouchers.
    What the bank did is left out where no bank account is set: the program books it itself. So
    is what would move money from an account to itself.

    Raises:
        JournalRefused: an account is not set, or the format cannot take it; it says why.
    """
    chosen = FORMATS[book.format]
    _refuse_currency(book, currency)
    accounts = read_accounts(book)
    wanted = list(_leave_bank_out(vouchers, accounts))
    if not wanted:
        raise JournalRefused(gettext("Nothing is to be booked on these days."))
    _refuse_unset(wanted, accounts)
    kept = list(_keep_different(wanted, accounts))
    first, last = days or _find_days(kept or wanted)
    _refuse_years(chosen, book, first=first, last=last)
    lines_count = chosen.lines_a_move * sum(len(voucher.moves) for voucher in kept)
    _refuse_size(chosen, kept, lines_count=lines_count, currency=currency)
    journal = Journal(
        book=book,
        accounts=accounts,
        vouchers=kept,
        first=first,
        last=last,
        made_at=timezone.localtime(),
        texts=Texts(chosen.encoding, swaps=chosen.swaps),
    )
    return JournalFile(
        name=chosen.name_file(journal),
        media_type=chosen.media_type,
        content=chosen.write_file(journal),
        journal=journal,
        lines_count=lines_count,
        total_minor=sum(move.amount_minor for voucher in kept for move in voucher.moves),
        changed=journal.texts.changed,
    )


def _find_days(vouchers: Sequence[Voucher]) -> tuple[date, date]:
    days = [voucher.on for voucher in vouchers]
    return min(days), max(days)


def _leave_bank_out(
    vouchers: Sequence[Voucher], accounts: dict[Purpose, BookAccount]
) -> Iterator[Voucher]:
    for voucher in vouchers:
        moves = [
            move
            for move in voucher.moves
            if Purpose.BANK in accounts or Purpose.BANK not in {move.debit, move.credit}
        ]
        if moves:
            yield replace(voucher, moves=moves)


def _keep_different(
    vouchers: Sequence[Voucher], accounts: dict[Purpose, BookAccount]
) -> Iterator[Voucher]:
    for voucher in vouchers:
        moves = [
            move
            for move in voucher.moves
            if accounts[move.debit].number != accounts[move.credit].number
        ]
        if moves:
            yield replace(voucher, moves=moves)


def _refuse_currency(book: Book, currency: str) -> None:
    if currency != book.currency:
        words = gettext(
            "These books are kept in %(kept)s, and this money is in %(currency)s. Its rate is"
            " not known here: convert it first, from the settlement's own file."
        )
        raise JournalRefused(words % {"kept": book.currency, "currency": currency})
    if find_exponent(currency) > DECIMALS_MAX:
        words = gettext(
            "%(currency)s has three decimals, which this program would round. Take the"
            " settlement's own file."
        )
        raise JournalRefused(words % {"currency": currency})


def _refuse_unset(vouchers: Sequence[Voucher], accounts: dict[Purpose, BookAccount]) -> None:
    used = {
        purpose
        for voucher in vouchers
        for move in voucher.moves
        for purpose in (move.debit, move.credit)
    }
    unset = [str(PURPOSES[each]) for each in PURPOSES if each in used - set(accounts)]
    if unset:
        words = ngettext(
            "No account is set for: %(purposes)s. Set it under Accounts on this page.",
            "No accounts are set for: %(purposes)s. Set them under Accounts on this page.",
            len(unset),
        )
        named = get_text_list(unset, gettext("and"))
        raise JournalRefused(words % {"purposes": named})


def _refuse_years(chosen: Format, book: Book, *, first: date, last: date) -> None:
    _, next_year = find_year(first, begins=book.year_begins)
    if chosen.is_of_one_year and last >= next_year:
        words = gettext(
            "A file is of one financial year, and another one begins on %(day)s. Choose days"
            " before it, and then the others."
        )
        raise JournalRefused(words % {"day": next_year.isoformat()})


def _refuse_size(
    chosen: Format, vouchers: Sequence[Voucher], *, lines_count: int, currency: str
) -> None:
    if lines_count > chosen.lines_max:
        words = gettext(
            "%(program)s takes %(most)s lines a file, and these days have %(count)s. Choose"
            " fewer days."
        )
        facts = {"program": chosen.title, "most": chosen.lines_max, "count": lines_count}
        raise JournalRefused(words % facts)
    most_minor = 10 ** (chosen.digits_max + find_exponent(currency))
    for voucher in vouchers:
        if any(move.amount_minor >= most_minor for move in voucher.moves):
            words = gettext(
                "%(program)s takes amounts of %(digits)s digits before the decimals, and"
                " %(number)s has a larger one."
            )
            facts = {"digits": chosen.digits_max, "number": voucher.number}
            raise JournalRefused(words % {**facts, "program": chosen.title})
