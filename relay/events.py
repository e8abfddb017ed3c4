"""Write and read the event feed.

An event is written in the transaction of the change it tells of: there is no change
without its event, and no event without its change.
"""

from typing import Any
from uuid import UUID

from relay.models import Event


def record_event(
    kind: str, *, feed: UUID, subject: UUID, actor: str, facts: dict[str, Any] | None = None
) -> Event:
    """Write an event; must run inside the transaction that makes it true.

    `feed` groups the events one reader may see; `actor` says who did it.
    """
    return Event.objects.create(
        kind=kind, feed=feed, subject=subject, actor=actor, facts=facts or {}
    )


def list_events(subject: UUID) -> list[Event]:
    """List what happened to one thing, oldest first."""
    return list(Event.objects.filter(subject=subject).order_by("happened_at", "id"))
