"""Jobs of settlement and of the dashboard; each is safe to run twice."""

from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from identity.dashboard_sessions import delete_expired
from merchants import (
    due_settlements,
    exports,
    fee_invoices,
    fee_tiers,
    payout_orders,
    report_mails,
)
from relay.pulses import note_pulse


@shared_task(name="merchants.close_due_settlements")
def close_due_settlements() -> None:
    """Close every balance up to its last cut, or share them out."""
    due_settlements.share_due_settlements()
    note_pulse("settlement")


@shared_task(name="merchants.close_part")
def close_part(balance_ids: list[str]) -> None:
    """Close the balances of one part that are due."""
    due_settlements.close_part([UUID(each) for each in balance_ids])


@shared_task(name="merchants.order_payouts")
def order_payouts() -> None:
    """Order the payouts of late that have no order although there is an account."""
    payout_orders.order_late_payouts()
    note_pulse("payouts")


@shared_task(name="merchants.sweep_sessions")
def sweep_sessions() -> None:
    """Delete sessions of the dashboard that are over."""
    delete_expired()
    note_pulse("sessions")


@shared_task(name="merchants.send_reports")
def send_reports() -> None:
    """Send the reports by mail whose day, week or month is over."""
    report_mails.send_due_reports()
    note_pulse("reports")


@shared_task(name="merchants.make_exports")
def make_exports() -> None:
    """Make the long files that wait, also those whose worker died."""
    exports.make_due_exports(import_string(settings.EXPORT_WRITER))
    note_pulse("exports")


@shared_task(name="merchants.remove_exports")
def remove_exports() -> None:
    """Remove the long files that are older than a week."""
    exports.remove_old_exports()


@shared_task(name="merchants.bill_fees")
def bill_fees() -> None:
    """Bill the fees of each month that is over."""
    fee_invoices.issue_due_invoices()
    note_pulse("bills")


@shared_task(name="merchants.set_fee_tiers")
def set_fee_tiers() -> None:
    """Set the tiers of the month to come, on a month's last day."""
    fee_tiers.set_due_tiers()
    note_pulse("tiers")
