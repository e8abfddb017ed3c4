"""The topics open pages listen to."""

from uuid import UUID

from banking.topics import account_topic
from pos.models import Charge
from pos.transitions import ALIVE
from qr.references import encode_reference
from relay.pages import at_version


def charge_topic(charge_id: UUID) -> str:
    """Return the topic of one charge: its till, and its payer's phone."""
    return f"charge:{encode_reference('ch', charge_id)}"


def counter_topic(*, store_id: UUID, terminal_id: UUID | None) -> str:
    """Return the topic of payments at a till, or at a whole store's counter codes."""
    return f"terminal:{terminal_id}" if terminal_id else f"store:{store_id}"


def token_topic(token_id: int | None) -> list[str]:
    """Return the topic that ends the streams of a till's token; empty for a merchant's key."""
    return [f"token:{token_id}"] if token_id else []


def topics_of(charge: Charge) -> list[str]:
    """Return the topics of a charge's listeners: its till, and its payer if it has one.

    The first says in which version the charge is; every change raises it.
    """
    topics = [at_version(charge_topic(charge.id), charge.version)]
    if charge.counter_code_id:
        topics.append(counter_topic(store_id=charge.store_id, terminal_id=charge.terminal_id))
    elif charge.terminal_id and charge.status not in ALIVE:
        # The till's open page may be another than this charge's.
        topics.append(counter_topic(store_id=charge.store_id, terminal_id=charge.terminal_id))
    if charge.payer_account_id:
        topics.append(account_topic(charge.payer_account_id))
    return topics
