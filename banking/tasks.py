"""Jobs of banking, carried out by the banker; each is safe to run twice."""

import logging

from celery import shared_task

from banking import (
    adjustments,
    booking,
    breaks,
    dispatch,
    imports,
    inbox,
    reports,
    safeguard_reports,
    safeguarding,
)
from relay.pulses import note_pulse

logger = logging.getLogger(__name__)


@shared_task(name="banking.sweep")
def sweep() -> None:
    """Do all that waits; one that fails keeps none of the others from it."""
    failed: list[str] = []
    steps = (sweep_orders, sweep_files, sweep_breaks, sweep_adjustments, sweep_reports)
    for step in steps:
        try:
            step()
        except Exception:
            logger.exception("A sweep of the bank failed; the next one repeats it.")
            failed.append(step.__name__)
    note_pulse("bank", note=f"failed: {', '.join(failed)}" if failed else "")


@shared_task(name="banking.sweep_orders")
def sweep_orders() -> None:
    """Send released files, and carry out what the bank or operators said of orders."""
    dispatch.send_due_files()
    reports.read_unread()
    dispatch.carry_out_answers()


@shared_task(name="banking.sweep_files")
def sweep_files() -> None:
    """Read the bank's new files, and book what they say."""
    inbox.note_new_files()
    imports.read_waiting_files()
    booking.book_entries()


@shared_task(name="banking.sweep_breaks")
def sweep_breaks() -> None:
    """Post what operators decided about breaks."""
    breaks.carry_out_decisions()


@shared_task(name="banking.sweep_reports")
def sweep_reports() -> None:
    """Make the signed reports that checks of safeguarding asked for."""
    safeguard_reports.make_due_reports()


@shared_task(name="banking.sweep_adjustments")
def sweep_adjustments() -> None:
    """Post the adjustments that two operators agreed."""
    adjustments.carry_out_agreed()


@shared_task(name="banking.check_safeguarding")
def check_safeguarding() -> None:
    """Compare the bank with the ledger, raise the alarm about a difference, and report it."""
    safeguarding.check_every_currency()
    safeguard_reports.make_due_reports()
    note_pulse("safeguarding")
