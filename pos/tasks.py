"""Jobs of the till; each is safe to run twice."""

from celery import shared_task

from pos.charges import sweep_charges
from pos.fee_invoice_files import draw_due_files
from pos.item_imports import run_due_imports
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


@shared_task(name="pos.draw_fee_invoices")
def draw_fee_invoices() -> None:
    """Draw the fee invoices that have no file yet."""
    draw_due_files()
    note_pulse("fee_invoices")


@shared_task(name="pos.import_items")
def import_items() -> None:
    """Check and write the lists of items that wait."""
    run_due_imports()
    note_pulse("imports")
