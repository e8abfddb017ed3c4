"""The log of what operators did, whole, as a file for programs."""

import json
from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from console.models import AuditEntry
from ledger.csv import quote_formula
from merchants.reports.program import write_rows

_READ_AT_ONCE = 1000
_COLUMNS = ("at", "id", "actor", "email", "deed", "subject", "before", "after", "device")


def write_log_csv() -> Iterator[str]:
    """Write a row of titles, then each line of the log, oldest first, a thousand at a time.

    What was before and after is JSON; no transaction stays open between two reads.
    """
    yield write_rows([_COLUMNS])
    entries = AuditEntry.objects.select_related("actor").order_by("id")
    rows = _read(entries, after=None)
    while rows:
        yield write_rows(map(_list_fields, rows))
        rows = _read(entries, after=rows[-1].id)


def _read(entries: QuerySet[AuditEntry], *, after: UUID | None) -> list[AuditEntry]:
    rest = entries if after is None else entries.filter(id__gt=after)
    return list(rest[:_READ_AT_ONCE])


def _list_fields(entry: AuditEntry) -> list[str]:
    actor = entry.actor
    return [
        entry.at.isoformat(),
        str(entry.id),
        quote_formula(actor.name if actor else ""),
        quote_formula(actor.email or "" if actor else ""),
        entry.deed,
        str(entry.subject),
        json.dumps(entry.before, ensure_ascii=False, sort_keys=True),
        json.dumps(entry.after, ensure_ascii=False, sort_keys=True),
        quote_formula(entry.device),
    ]
