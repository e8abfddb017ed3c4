"""Jobs of the console; each is safe to run twice."""

from celery import shared_task

from console import network_values
from relay.pulses import note_pulse


@shared_task(name="console.count_network_values")
def count_network_values() -> None:
    """Add up a limited network's twelve months; nothing for other organisations."""
    network_values.count_values()
    note_pulse("network")
