"""Jobs that keep the books tidy; each is safe to run twice and blocks no payer."""

from celery import shared_task

from ledger import checkpoints, holds, seals
from ledger.invariants import runner
from relay.pulses import note_pulse


@shared_task(name="ledger.expire_holds")
def expire_holds() -> None:
    """Expire holds that have timed out."""
    holds.expire_overdue_holds()
    note_pulse("holds")


@shared_task(name="ledger.take_checkpoints")
def take_checkpoints() -> None:
    """Close the books up to now and sum busy accounts up to there."""
    checkpoints.take_checkpoints()
    note_pulse("checkpoints")


@shared_task(name="ledger.seal")
def seal() -> None:
    """Seal what was posted since the last seal."""
    seals.seal_ledger()
    note_pulse("seal", note=seals.describe_wait())


@shared_task(name="ledger.check_books")
def check_books() -> None:
    """Check the books, and fail when they do not balance."""
    try:
        runner.check_books()
    finally:
        note_pulse("books")
