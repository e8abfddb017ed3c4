"""Jobs of settlement and of the dashboard; each is safe to run twice."""

from celery import shared_task

from identity.dashboard_sessions import delete_expired
from merchants import payout_orders, settlement
from relay.pulses import note_pulse


@shared_task(name="merchants.close_due_settlements")
def close_due_settlements() -> None:
    """Close every balance up to its last cut."""
    settlement.close_due_settlements()
    note_pulse("settlement")


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
