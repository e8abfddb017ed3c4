"""The topics of open pages that money from the bank changes."""

from uuid import UUID


def account_topic(account_id: UUID) -> str:
    """Return the topic of a payer: every change of the charges they pay, and of their money."""
    return f"account:{account_id}"
