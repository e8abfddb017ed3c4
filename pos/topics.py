"""The topics open pages listen to."""

from uuid import UUID

from qr.references import encode_reference


def charge_topic(charge_id: UUID) -> str:
    """Give the topic of one charge: its till, and its payer's phone."""
    return f"charge:{encode_reference('ch', charge_id)}"
