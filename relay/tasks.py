"""Jobs of the relay; each is safe to run twice."""

from celery import shared_task

from relay.letters import send_due_letters
from relay.pulses import note_pulse


@shared_task(name="relay.send_letters")
def send_letters() -> None:
    """Send the letters that wait, also those that lost jobs left behind."""
    send_due_letters()
    note_pulse("letters")
