"""Write and read the event feed.

An event is written in the transaction of its change: there is no change without its event, and
no event without its change.
"""

import json
from collections.abc import Mapping, Sequence
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
_RECORD_ALL = """
    SELECT relay_record_event(
               event => new.event, kind => %(kind)s, feed => new.feed, subject => new.subject,
               actor => %(actor)s, facts => new.facts::jsonb)
      FROM unnest(%(events)s::uuid[], %(feeds)s::uuid[], %(subjects)s::uuid[],
                  %(facts)s::text[]) AS new (event, feed, subject, facts)
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


def record_events(
    kind: str, told: Sequence[tuple[UUID, UUID, Mapping[str, Any]]], *, actor: str
) -> None:
    """Write events of one kind: for each its feed, subject and facts; as `record_event`."""
    values: dict[str, Any] = {
        "kind": kind,
        "actor": actor,
        "events": [uuid6.uuid7() for _ in told],
        "feeds": [feed for feed, _, _ in told],
        "subjects": [subject for _, subject, _ in told],
        "facts": [json.dumps(facts) for _, _, facts in told],
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_ALL, values)


def list_events(subject: UUID) -> list[Event]:
    """List the events of one subject, oldest first."""
    return list(Event.objects.filter(subject=subject).order_by("happened_at", "id"))
