"""The timetable of a merchant's settlements, as its owner chooses it."""

from dataclasses import asdict, dataclass
from datetime import time
from typing import Any

from django.db import transaction

from merchants.models import Merchant
from relay.events import record_event


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTimetable:
    """A rhythm, its weekday (Monday: 0), the shop time of the cut, and the smallest payout."""

    rhythm: str
    closing_weekday: int
    cut_off: time
    payout_min_minor: int


@transaction.atomic
def change_timetable(merchant: Merchant, new: NewTimetable, *, actor: str) -> None:
    """Change when settlements close and what is paid; again changes nothing.

    It counts for the settlements that are open now, from the last cut of the new timetable on:
    what was closed before keeps its due day. The event feed keeps who has changed it.
    """
    locked = Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    facts = asdict(new)
    before = {name: getattr(locked, name) for name in facts}
    for name, value in facts.items():
        setattr(merchant, name, value)
    if before == facts:
        return
    merchant.save(update_fields=list(facts))
    record_event(
        "timetable.changed",
        feed=merchant.id,
        subject=merchant.id,
        actor=actor,
        facts={"before": _write(before), "after": _write(facts)},
    )


def _write(facts: dict[str, Any]) -> dict[str, Any]:
    return facts | {"cut_off": f"{facts['cut_off']:%H:%M}"}
