"""Close settlements by hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ledger.money import format_money
from merchants.due_settlements import close_due_settlements
from merchants.models import MerchantBalance, Settlement
from merchants.settlement import close_balances_now


class Command(BaseCommand):
    """Close every balance that is due, or all of them now."""

    help = "Close settlements up to the last cut, or with --now up to this moment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Accept `--now`."""
        parser.add_argument("--now", action="store_true", help="close up to this moment")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each settlement closed."""
        closed = _close_all_now() if options["now"] else close_due_settlements()
        for settlement in closed:
            payout = format_money(settlement.payout_minor, settlement.currency)
            self.stdout.write(
                f"{settlement.balance.merchant}: settlement {settlement.number} closed,"
                f" {settlement.sales_count} sales, {settlement.refunds_count} refunds,"
                f" payout {payout}"
            )
        self.stdout.write(self.style.SUCCESS(f"{len(closed)} settlements closed."))


def _close_all_now() -> list[Settlement]:
    return close_balances_now(MerchantBalance.objects.select_related("merchant").order_by("id"))
