"""Jobs of the till; each is safe to run twice."""

from celery import shared_task

from pos.charges import sweep_charges
from pos.receipts import issue_receipts, list_unissued
from relay.pulses import note_pulse


@shared_task(name="pos.issue_receipts")
def issue_missing_receipts() -> None:
    """Find what a lost job left behind."""
    issue_receipts(list_unissued())


@shared_task(name="pos.sweep_charges")
def sweep() -> None:
    """Write down what the clock has decided."""
    sweep_charges()
    note_pulse("sweep")
