"""Write and read the event feed.

An event is written in the transaction of its change: there is no change without its event, and
no event without its change.
"""

from typing import Any
from uuid import UUID

import uuid6
from django.db import connection
from psycopg.types.json import Jsonb

from relay.models import Event

_RECORD = """
    SELECT relay_record_event(
        event => %(event)s, kind => %(kind)s, feed => %(feed)s, subject => %(subject)s,
        actor => %(actor)s, facts => %(facts)s)
"""


def record_event(
    kind: str, *, feed: UUID, subject: UUID, actor: str, facts: dict[str, Any] | None = None
) -> None:
    """Write an event; must run inside the transaction that makes it true.

    `feed` groups the events one reader may see; `actor` is who caused it.
    """
    values: dict[str, Any] = {
        "event": uuid6.uuid7(),
        "kind": kind,
        "feed": feed,
        "subject": subject,
        "actor": actor,
        "facts": Jsonb(facts or {}),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, values)


def list_events(subject: UUID) -> list[Event]:
    """List the events of one subject, oldest first."""
    return list(Event.objects.filter(subject=subject).order_by("happened_at", "id"))
