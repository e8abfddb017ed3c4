"""Jobs of wallets; each is safe to run twice."""

from celery import shared_task

from wallet import identity_requests


@shared_task(name="wallet.erase_identity_facts")
def erase_identity_facts() -> None:
    """Erase what is known of documents, and of people whose wish was not granted."""
    identity_requests.erase_facts()
