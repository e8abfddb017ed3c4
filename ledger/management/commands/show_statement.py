"""Print the statement of an account."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger.csv import quote_formula
from ledger.management.instants import read_instant
from ledger.models import Account
from ledger.money import format_number
from ledger.statements import FIRST_ID, START, StatementLine, list_statement

_HEAD = ["transfer", "posted_at", "kind", "reference", "other", "side", "amount", "balance"]
_PAGE = 1000


class Command(BaseCommand):
    """Every transfer of one account, oldest first, with the running balance, as CSV."""

    help = "Print an account's transfers with the running balance, as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Accept the account and the time it is about."""
        parser.add_argument("account", type=UUID, help="the account's id")
        parser.add_argument("--since", type=read_instant, metavar="INSTANT")
        parser.add_argument("--until", type=read_instant, metavar="INSTANT")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write line by line, so that memory does not grow with the statement."""
        account = Account.objects.filter(pk=options["account"]).first()
        if account is None:
            raise CommandError(f"There is no account {options['account']}.")
        writer = csv.writer(self.stdout)
        writer.writerow(_HEAD)
        for line in _read_lines(account.id, options):
            writer.writerow(
                [
                    *(line.transfer_id, line.posted_at.isoformat(), line.kind),
                    *(quote_formula(line.reference), line.other_kind, line.side),
                    format_number(line.amount_minor, account.currency),
                    format_number(line.balance_after_minor, account.currency),
                ]
            )


def _read_lines(account_id: UUID, options: dict[str, Any]) -> Iterator[StatementLine]:
    until = options["until"] or timezone.now()
    after = (options["since"], FIRST_ID) if options["since"] else START
    while page := list_statement(account_id, after=after, until=until, count_max=_PAGE):
        yield from page
        after = (page[-1].posted_at, page[-1].transfer_id)
