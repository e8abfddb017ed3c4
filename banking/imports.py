"""Reads the bank's files into statements and entries: a file is entered whole or not at all.

What was entered is booked by `banking/booking.py`, which needs no file any more.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO
from uuid import UUID

import uuid6
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models.functions import Now
from django.utils.translation import gettext

from banking.advised import find_stated, state_advised
from banking.bank_accounts import find_account_of
from banking.errors import StatementUnreadable
from banking.expectations import note_seen
from banking.models import BankAccount, BankFile, ReadingStatus, Statement
from banking.reading.camt import read_camt
from banking.reading.csv_files import read_csv
from banking.reading.lines import Fingerprints, Head, Line, Reading
from banking.reading.mt940 import is_mt940, read_mt940
from ledger.transactions import in_one_transaction

logger = logging.getLogger(__name__)

_LINES_EACH = 4000
_START = 512
_COUNTED_DIGITS = 4
# Of COPY's text format.
_NULL = r"\N"
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_COPY = """
    COPY banking_entry (
        id, account_id, statement_id, fingerprint, part, amount_minor, currency, booked_on,
        valued_on, end_to_end_id, creditor_reference, remittance, bank_reference, party_name,
        party_iban, reason_code, is_charge, is_reversal, is_lump, payments_count, is_stated,
        posted_as
    ) FROM STDIN
"""
_KNOWN = """
    SELECT fingerprint FROM banking_entry
     WHERE account_id = %(account)s AND fingerprint = ANY (%(marks)s) AND part = 0
     UNION
    SELECT stated_as FROM banking_entry
     WHERE account_id = %(account)s AND stated_as = ANY (%(marks)s) AND stated_as <> ''
"""
_STATE = """
    UPDATE banking_entry SET is_stated = true
     WHERE account_id = %s AND fingerprint = ANY (%s) AND NOT is_stated
"""


class _PageMissing(Exception):
    """A page of a statement goes on from one that is not here yet."""


def read_waiting_files() -> int:
    """Read the files that wait, the oldest first; return how many were read or refused."""
    waiting = BankFile.objects.filter(status=ReadingStatus.WAITING).order_by("id")
    ids = list(waiting.values_list("id", flat=True))
    # Pages of one statement in several files are read in their order, however they came.
    missed = ids
    while missed:
        left = [file_id for file_id in missed if not read_file(file_id, waits=True)]
        if len(left) == len(missed):
            break
        missed = left
    for file_id in missed:
        read_file(file_id, waits=False)
    return len(ids)


def read_file(file_id: UUID, *, waits: bool = False) -> bool:
    """Enter one file that waits; what cannot be read is refused, and nothing of it entered.

    Return whether that is done: with `waits` a page whose page before is not here yet is left.
    Safe to run twice: its entries are counted once, whatever other files had brought.
    """
    try:
        _enter(file_id, waits=waits)
    except _PageMissing:
        return False
    except StatementUnreadable as refusal:
        _refuse(file_id, refusal)
    except (OperationalError, InterfaceError):
        # The database's fault: the file is read again.
        raise
    except Exception:
        # A reader that stumbles over one file must not keep the others from being read.
        logger.exception("BankFile %s was not read.", file_id)
        words = gettext("it holds something that no bank's file should.")
        _refuse(file_id, StatementUnreadable(words))
    return True


def _refuse(file_id: UUID, refusal: StatementUnreadable) -> None:
    waiting = BankFile.objects.filter(pk=file_id, status=ReadingStatus.WAITING)
    said = refusal.describe(waiting.values_list("name", flat=True).first() or "")
    waiting.update(status=ReadingStatus.REFUSED, refusal=said[:500], read_at=Now())
    logger.warning("A bank's file was refused: %s", said)


@in_one_transaction
def _enter(file_id: UUID, *, waits: bool) -> None:
    waiting = BankFile.objects.filter(pk=file_id, status=ReadingStatus.WAITING)
    file = waiting.select_for_update(no_key=True, of=("self",)).first()
    if file is None:
        return
    with _open(file) as source:
        _Intake(file, waits=waits).take(_read(file, source))
    waiting.update(status=ReadingStatus.READ, refusal="", read_at=Now())


def _open(file: BankFile) -> AbstractContextManager[IO[bytes]]:
    if file.content is not None:
        return BytesIO(bytes(file.content))
    try:
        # Found there by its name alone: a name of another folder leads nowhere else.
        return (Path(settings.BANK_INBOX) / Path(file.name).name).open("rb")
    except OSError:
        words = gettext("the file is no longer in the folder.")
        raise StatementUnreadable(words) from None


def _read(file: BankFile, source: IO[bytes]) -> Reading:
    if file.mapping is not None:
        account = file.mapping.account
        return read_csv(source, file.mapping, account=account.iban, currency=account.currency)
    start = source.read(_START)
    source.seek(0)
    if not start.strip():
        raise StatementUnreadable(gettext("the file is empty."), line=1)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return read_camt(source)
    if is_mt940(start):
        return read_mt940(source)
    words = gettext("this is neither camt.053, camt.054 nor MT940.")
    raise StatementUnreadable(words, line=1)


@dataclass(slots=True)
class _Intake:
    """Writes a reading's statements, one after the other, in the caller's transaction."""

    file: BankFile
    # Whether a page may wait for the one before it.
    waits: bool
    _place: int = 0
    _open: "_Open | None" = None

    def take(self, reading: Reading) -> None:
        for item in reading:
            if isinstance(item, Head):
                before = self._open
                self._close()
                self._open = _Open(self.file, item, place=self._place)
                self._open.go_on(before, waits=self.waits)
                self._place += 1
            else:
                assert self._open is not None, "a reader yields a head first"
                self._open.add(item)
        self._close()

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _count_ids() -> Iterator[str]:
    """Yield ids in their order: one is drawn, and the next ones count on from it.

    Drawing each would take as long as reading half of its entry.
    """
    while True:
        first = uuid6.uuid7().hex[:-_COUNTED_DIGITS]
        for number in range(16**_COUNTED_DIGITS):
            yield f"{first}{number:0{_COUNTED_DIGITS}x}"


class _Open:
    """A statement that is being entered."""

    def __init__(self, file: BankFile, head: Head, *, place: int) -> None:
        self.head, self.file, self.place = head, file, place
        self.account = self._lock_account(head)
        self.statement_id = uuid6.uuid7()
        self.fingerprints = Fingerprints()
        self._ids = _count_ids()
        self._waiting: list[tuple[str, Line]] = []
        self._pending: set[str] = set()
        self._sum_minor = 0
        self._counts = {"entries": 0, "known": 0, "pending": 0}

    def go_on(self, before: "_Open | None", *, waits: bool) -> None:
        """Count equal lines on from the page before, in this file or in an earlier one.

        Raises:
            _PageMissing: it is not here yet, and may be in a file that waits.
        """
        if not self.head.goes_on:
            return
        if before is not None and before.leads_to(self):
            self.fingerprints = before.fingerprints
            return
        pages = Statement.objects.filter(
            account=self.account,
            closing_minor=self.head.opening_minor,
            unnamed_lines__isnull=False,
        )
        lines = pages.order_by("-id").values_list("unnamed_lines", flat=True).first()
        if lines is not None:
            self.fingerprints.unnamed.update(lines)
        elif waits:
            raise _PageMissing

    def leads_to(self, page: "_Open") -> bool:
        """Return whether a page that goes on goes on from this one."""
        closing_minor = self.head.closing_minor
        return self.account == page.account and closing_minor == page.head.opening_minor

    def add(self, line: Line) -> None:
        if not line.is_booked:
            self._counts["pending"] += 1
            if line.amount_minor > 0:
                self._pending.update(each.match_reference for each in line.details)
            if len(self._pending) >= _LINES_EACH:
                self._note_pending()
            return
        self._sum_minor += line.amount_minor
        if line.amount_minor:
            self._waiting.append((self.fingerprints.take(line), line))
        if len(self._waiting) >= _LINES_EACH:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._note_pending()
        self._check_balances()
        head = self.head
        Statement.objects.create(
            id=self.statement_id,
            file=self.file,
            place=self.place,
            account=self.account,
            format=head.format,
            statement_id=head.statement_id,
            opening_minor=head.opening_minor,
            closing_minor=head.closing_minor,
            closed_on=head.closed_on,
            entries_count=self._counts["entries"],
            known_count=self._counts["known"],
            pending_count=self._counts["pending"],
            unnamed_lines=self.fingerprints.unnamed if head.is_continued else None,
        )

    def _lock_account(self, head: Head) -> BankAccount:
        account = find_account_of(head)
        # Two files of one account are entered one after the other, so that neither misses what
        # the other brings.
        locked = BankAccount.objects.select_for_update(no_key=True)
        return locked.get(pk=account.pk)

    def _check_balances(self) -> None:
        head = self.head
        if head.opening_minor is None or head.closing_minor is None:
            return
        found_minor = head.opening_minor + self._sum_minor
        if found_minor != head.closing_minor:
            words = gettext(
                "its opening balance and its booked entries make %(found)s, but it closes with"
                " %(closing)s (in the smallest unit). The file may be cut, or changed."
            )
            facts = {"found": found_minor, "closing": head.closing_minor}
            field_name = gettext("closing balance")
            raise StatementUnreadable(words % facts, line=head.line, field=field_name)

    def _note_pending(self) -> None:
        if self._pending:
            note_seen(self._pending)
            self._pending = set()

    def _flush(self) -> None:
        if not self._waiting:
            return
        taken = [fingerprint for fingerprint, _ in self._waiting]
        with connection.cursor() as cursor:
            cursor.execute(_KNOWN, {"account": self.account.pk, "marks": taken})
            known = {fingerprint for (fingerprint,) in cursor.fetchall()}
            if known and self.head.is_statement:
                cursor.execute(_STATE, [self.account.pk, list(known)])
            fresh = [(mark, line) for mark, line in self._waiting if mark not in known]
            if self.head.is_statement:
                told = state_advised(self.account.pk, fresh)
            else:
                told = find_stated(self.account.pk, fresh, known=known)
            if told:
                known |= told
                fresh = [(mark, line) for mark, line in fresh if mark not in told]
            with cursor.copy(_COPY) as copy:
                copy.write("".join(self._write_rows(fresh)))
        self._counts["known"] += len(known)
        self._counts["entries"] += len(fresh)
        self._waiting = []

    def _write_rows(self, fresh: Sequence[tuple[str, Line]]) -> Iterator[str]:
        # Written here, because to have each value adapted takes longer than reading an entry.
        account, statement = str(self.account.pk), str(self.statement_id)
        currency, stated = self.account.currency, "t" if self.head.is_statement else "f"
        for mark, line in fresh:
            days = f"{line.booked_on}\t{line.valued_on or _NULL}"
            marks = f"{line.is_charge:d}\t{line.is_reversal:d}\t{line.is_lump:d}"
            marks += f"\t{line.payments_count}"
            for part, detail in enumerate(line.details):
                texts = (detail.end_to_end_id, detail.match_reference, detail.remittance)
                more = (line.bank_reference, detail.party_name, detail.party_iban)
                written = _write_texts((*texts, *more, detail.reason_code))
                yield (
                    f"{next(self._ids)}\t{account}\t{statement}\t{mark}\t{part}\t"
                    f"{detail.amount_minor}\t{currency}\t{days}\t{written}\t{marks}\t{stated}\t\n"
                )


def _write_texts(texts: Sequence[str]) -> str:
    if _SPECIAL.search("".join(texts)):
        texts = [text.translate(_ESCAPES) for text in texts]
    return "\t".join(texts)
