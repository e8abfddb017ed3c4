"""Close settlements by hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ledger.money import format_money
from merchants.errors import NothingToSettle
from merchants.models import Book, Settlement
from merchants.settlement import close_due_settlements, close_settlement


class Command(BaseCommand):
    """Close every book that is due, or all of them now."""

    help = "Close settlements up to the last cut, or with --now up to this moment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the one option."""
        parser.add_argument("--now", action="store_true", help="close up to this moment")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each settlement closed."""
        closed = self._close_all_now() if options["now"] else close_due_settlements()
        for settlement in closed:
            payout = format_money(settlement.payout_minor, settlement.currency)
            self.stdout.write(
                f"{settlement.book.merchant}: settlement {settlement.number} closed,"
                f" {settlement.sales_count} sales, {settlement.refunds_count} refunds,"
                f" payout {payout}"
            )
        self.stdout.write(self.style.SUCCESS(f"{len(closed)} settlements closed."))

    def _close_all_now(self) -> list[Settlement]:
        closed = []
        for book_id in Book.objects.order_by("id").values_list("id", flat=True):
            try:
                closed.append(close_settlement(book_id, cut_at=timezone.now()))
            except NothingToSettle:
                continue
        return closed
