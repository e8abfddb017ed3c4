"""Prove that the books balance."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.module_loading import import_string

from ledger.proofs import Proof


class Command(BaseCommand):
    """Ask every proof of every application and print what was proved."""

    help = "Prove the invariants of the books; exit with 1 and name the first offending row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Accept no arguments of its own."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Read everything in one snapshot, so that sales may go on meanwhile."""
        proofs: list[Proof] = [
            proof for path in settings.BOOK_PROOFS for proof in import_string(path)
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
            broken = sum(self._ask(cursor, proof) for proof in proofs)
        if broken:
            raise CommandError(f"{broken} of {len(proofs)} proofs failed.")
        self.stdout.write(self.style.SUCCESS(f"The books balance: {len(proofs)} proofs hold."))

    def _ask(self, cursor: CursorWrapper, proof: Proof) -> bool:
        began = time.monotonic()
        cursor.execute(proof.counted)
        (count,) = cursor.fetchone()
        cursor.execute(f"{proof.offending} LIMIT 1")
        offending = cursor.fetchone()
        took_s = time.monotonic() - began
        mark = self.style.ERROR("BROKEN") if offending else self.style.SUCCESS("proved")
        self.stdout.write(f"{mark}  {proof.claim}  ({count:,} checked, {took_s:.2f} s)")
        if offending:
            self.stdout.write(f"        first: {offending[0]}: {offending[1]}")
        return offending is not None
