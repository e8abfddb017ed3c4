"""Prove that the books balance."""

import functools
import textwrap
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from ledger.invariants.runner import (
    Verdict,
    find_last_check,
    keep_result,
    list_invariants,
    prove,
    read_one_moment,
)
from ledger.management.progress import Progress

_STEP_MAX = 50


class Command(BaseCommand):
    """Check every invariant of every application and print the results."""

    help = "Prove the invariants of the books; exit with 1 and name the first offending row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Accept `--last`."""
        parser.add_argument(
            "--last", action="store_true", help="only print what the last check found"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the invariants, or print the last nightly result."""
        if options["last"]:
            self._tell_last()
        else:
            self._prove_all()

    def _prove_all(self) -> None:
        verdicts, began_at, began = [], timezone.now(), time.monotonic()
        with read_one_moment() as cursor:
            for invariant in list_invariants():
                step = textwrap.shorten(invariant.claim, _STEP_MAX, placeholder=" …")
                with Progress(unit=" parts") as progress:
                    verdict = prove(
                        invariant,
                        cursor=cursor,
                        report=functools.partial(progress.report, step),
                    )
                self._tell_verdict(verdict)
                verdicts.append(verdict)
        try:
            keep_result(verdicts, began_at=began_at, took_s=time.monotonic() - began)
        except DatabaseError as failure:
            # Such as on a standby, which takes no row; what was found is told here.
            self.stderr.write(f"The result was not kept: {failure}")
        broken = [str(verdict) for verdict in verdicts if verdict.offending]
        if broken:
            raise CommandError(
                f"{len(broken)} of {len(verdicts)} invariants failed. The first: {broken[0]}"
            )
        self.stdout.write(
            self.style.SUCCESS(f"The books balance: {len(verdicts)} invariants hold.")
        )

    def _tell_verdict(self, verdict: Verdict) -> None:
        mark = self.style.SUCCESS("proved")
        if verdict.offending is not None:
            mark = self.style.ERROR("BROKEN")
        self.stdout.write(
            f"{mark}  {verdict.claim}  ({verdict.count:,} checked, {verdict.took_s:.2f} s)"
        )
        if verdict.offending is not None:
            self.stdout.write("        first: {}: {}".format(*verdict.offending))

    def _tell_last(self) -> None:
        check = find_last_check()
        if check is None:
            raise CommandError("No check has been made yet.")
        self.stdout.write(f"Checked {check.began_at:%Y-%m-%d %H:%M} UTC, in {check.took_s} s.")
        if check.broken:
            raise CommandError(f"Broken of {check.invariant_count} invariants:\n{check.broken}")
        self.stdout.write(self.style.SUCCESS(f"{check.invariant_count} invariants held."))
