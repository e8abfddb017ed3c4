"""Jobs of settlement; each is safe to run twice."""

from celery import shared_task

from merchants import settlement
from relay.pulses import note_pulse


@shared_task(name="merchants.close_due_settlements")
def close_due_settlements() -> None:
    """Close every balance up to its last cut."""
    settlement.close_due_settlements()
    note_pulse("settlement")
