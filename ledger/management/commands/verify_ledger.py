"""Check seals, transfers and sums, of the database or of a dump."""

import os
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from ledger.audit.dumps import DumpSource
from ledger.audit.seal_log import Heads
from ledger.audit.source import AuditSource, Finding, Report
from ledger.audit.verification import Verification
from ledger.database_source import DatabaseSource
from ledger.errors import DumpUnreadable
from ledger.management.progress import Progress

_SHOWN = 20


class Command(BaseCommand):
    """Name the first twenty faults and count the rest; exit with 1 if there is one."""

    help = "Verify seals, transfers and sums; exit with 1 and name what was changed."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Accept a dump and a heads file."""
        parser.add_argument(
            "--from",
            dest="dump",
            metavar="DUMP",
            help="a plain pg_dump, also gzipped, or - for standard input; needs no database",
        )
        parser.add_argument(
            "--heads",
            metavar="FILE",
            default=settings.LEDGER_HEADS_FILE,
            help="the seals' hashes as kept elsewhere (LEDGER_HEADS_FILE)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify one snapshot of the books; sales go on meanwhile."""
        dump, path = options["dump"], options["heads"]
        shown: list[Finding] = []
        count = 0
        try:
            # Read before the books, which then have every seal whose head is in the file.
            heads = Heads(Path(path)) if path else None
            with (
                Progress(unit=" rows") as progress,
                _open_books(dump, progress.report) as books,
            ):
                verification = Verification(books, report=progress.report)
                for finding in _find_faults(verification, heads, dump):
                    count += 1
                    shown += [finding] if count <= _SHOWN else []
        except (DumpUnreadable, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self._tell(verification)
        for finding in shown:
            self.stdout.write(self.style.ERROR(f"{finding.subject}: {finding.fault}"))
        if count > _SHOWN:
            self.stdout.write(f"... and {count - _SHOWN:,} more.")
        if count:
            raise CommandError(f"{count:,} faults found.")
        self.stdout.write(self.style.SUCCESS("The ledger is sound."))

    def _tell(self, verification: Verification) -> None:
        history, head = verification.history, verification.last_head
        self.stdout.write(
            f"Read {history.transfers:,} transfers, {history.sealed:,} of them"
            f" in {history.seals:,} seals."
        )
        if history.seals:
            self.stdout.write(f"The last is seal {history.last_number}: {history.last_hash}")
        if head is None:
            self.stdout.write("No heads file: that the whole chain was rewritten is not seen.")
        elif head.number > history.last_number:
            self.stdout.write(f"The heads file goes on to seal {head.number}.")


def _find_faults(
    verification: Verification, heads: Heads | None, dump: str | None
) -> Iterator[Finding]:
    yield from verification.find_faults()
    if heads is not None:
        yield from verification.find_other_heads(heads)
        if dump is None:
            # A dump may be older than the heads file, and then end before it.
            yield from verification.find_cut()


@contextmanager
def _open_books(dump: str | None, report: Report) -> Iterator[AuditSource]:
    if dump is None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            books = DatabaseSource()
            books.take_time()
            yield books
        return
    with _open_dump(dump) as stream, DumpSource(stream, report=report) as dumped:
        yield dumped


def _open_dump(dump: str) -> BufferedReader:
    return os.fdopen(0, "rb", closefd=False) if dump == "-" else Path(dump).open("rb")
