"""Jobs of the till; each is safe to run twice."""

from celery import shared_task

from pos.charges import sweep_charges
from pos.receipts import issue_receipts, list_unissued
from relay.pulses import note_pulse


@shared_task(name="pos.issue_receipts")
def issue_missing_receipts() -> None:
    """Issue the receipts that lost jobs left behind."""
    issue_receipts(list_unissued())
    note_pulse("receipts")


@shared_task(name="pos.sweep_charges")
def sweep() -> None:
    """Write the status that follows from the clock."""
    sweep_charges()
    note_pulse("sweep")
