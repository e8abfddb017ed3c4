"""Seal closed history."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.errors import HeadsDiffer, HeadUnreadable
from ledger.management.progress import Progress
from ledger.seals import describe_wait, seal_ledger


class Command(BaseCommand):
    """Seal what was posted since the last seal, and print what was sealed."""

    help = "Hash and chain all transfers up to now that are not sealed yet; safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Accept no arguments of its own."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal, and fail where the heads file has other seals."""
        done = 0

        with Progress(unit=" transfers") as progress:

            def report(sealed: int) -> None:
                nonlocal done
                done += sealed
                progress.report("sealing", done)

            try:
                heads = seal_ledger(report=report)
            except (HeadsDiffer, HeadUnreadable) as refusal:
                raise CommandError(str(refusal)) from refusal
        for head in heads:
            self.stdout.write(f"Seal {head.number}: {head.count:,} transfers, {head.hash}")
        self.stdout.write(self.style.SUCCESS(f"Sealed {done:,} transfers."))
        if wait := describe_wait():
            raise CommandError(f"Sealing {wait}: nothing that is posted until then is sealed.")
