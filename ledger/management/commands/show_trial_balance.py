"""Print the trial balance."""

from argparse import ArgumentParser
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger.management.instants import read_instant
from ledger.money import format_number
from ledger.period_close import read_closed_until
from ledger.statements import TrialBalanceLine, list_trial_balance

_ROW = "{:<12} {:>9} {:>20} {:>20} {:>20}"


class Command(BaseCommand):
    """One table a currency; debits and credits are equal, or the command fails."""

    help = "Print what each kind of account was debited and credited, at any instant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Accept the instant."""
        parser.add_argument(
            "--at", type=read_instant, metavar="INSTANT", help="such as 2026-11-22T00:00Z"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the tables, and whether they can still change."""
        at = options["at"] or timezone.now()
        lines = list_trial_balance(at)
        for currency, rows in groupby(lines, key=lambda line: line.currency):
            self._print_table(currency, list(rows))
        if not lines:
            self.stdout.write("There were no accounts.")
        closed_until = read_closed_until()
        is_final = closed_until is not None and at <= closed_until
        self.stdout.write(
            f"At {at.isoformat()}"
            + ("; final." if is_final else "; transfers under way may still come in.")
        )

    def _print_table(self, currency: str, rows: list[TrialBalanceLine]) -> None:
        self.stdout.write(_ROW.format(currency, "accounts", "debit", "credit", "balance"))
        for row in rows:
            sums = (row.debited_minor, row.credited_minor, row.balance_minor)
            figures = [format_number(minor, currency) for minor in sums]
            self.stdout.write(_ROW.format(row.kind, row.account_count, *figures))
        debited_minor = sum(row.debited_minor for row in rows)
        credited_minor = sum(row.credited_minor for row in rows)
        totals = [format_number(minor, currency) for minor in (debited_minor, credited_minor)]
        self.stdout.write(_ROW.format("total", "", *totals, "").rstrip())
        if debited_minor != credited_minor:
            raise CommandError(f"The debits and credits in {currency} differ.")
