"""What happened to a charge, in words, from its events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from merchants.models import StaffMember
from pos.models import Charge, Refund, Terminal
from qr.references import decode_reference, encode_reference
from relay.events import list_events
from relay.models import Event

_LABELS = {
    "charge.created": _("Charge created"),
    "charge.claimed": _("Customer scanned the code"),
    "charge.tipped": _("Customer chose a tip"),
    "charge.refused": _("Payment was refused"),
    "charge.released": _("Customer did not pay"),
    "charge.captured": _("Paid"),
    "charge.cashed": _("Paid in cash"),
    "charge.canceled": _("Canceled by the shop"),
    "charge.extended": _("Five more minutes"),
    "charge.expired": _("Expired"),
    "charge.refunded": _("Refund made"),
}


_BY_PAYER = {
    "charge.created": _("Customer typed the amount at a counter code"),
    "charge.canceled": _("Customer did not pay"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened; `reference` names the refund it was."""

    label: str
    at: datetime
    who: str
    reference: str = ""


def list_timeline(charge: Charge, refunds: Iterable[Refund]) -> list[Moment]:
    """List what happened to a charge, oldest first."""
    events = list_events(charge.id)
    names = _name_actors(events) | {
        "payer": charge.payer_name or translate("Customer"),
        "clock": translate("Time"),
    }
    made = {refund.public_id: refund for refund in refunds}
    return [_tell(event, charge, names=names, refunds=made) for event in events]


def _tell(
    event: Event, charge: Charge, *, names: dict[str, str], refunds: dict[str, Refund]
) -> Moment:
    who = names.get(event.actor, translate("Merchant's server"))
    refund = refunds.get(event.facts.get("refund", ""))
    if refund is not None:
        who = refund.made_by or who
    elif event.kind == "charge.created" and charge.cashier_name:
        who = f"{charge.cashier_name} · {who}"
    return Moment(
        label=_name(event),
        at=event.happened_at,
        who=who,
        reference=refund.public_id if refund else "",
    )


def _name_actors(events: list[Event]) -> dict[str, str]:
    actors = {event.actor for event in events}
    tills = Terminal.objects.filter(pk__in=_read_ids("tm", actors))
    staff = StaffMember.objects.filter(pk__in=_read_ids("sm", actors)).select_related("user")
    dashboard = translate("Dashboard")
    return {till.public_id: till.name for till in tills} | {
        encode_reference("sm", person.id): f"{person.name} · {dashboard}" for person in staff
    }


def _read_ids(prefix: str, actors: Iterable[str]) -> list[UUID]:
    return [
        decode_reference(prefix, actor) for actor in actors if actor.startswith(f"{prefix}_")
    ]


def _name(event: Event) -> str:
    labels = _LABELS | (_BY_PAYER if event.actor == "payer" else {})
    return str(labels[event.kind]) if event.kind in labels else event.kind
