"""What happened to a charge, in words, from its events."""

from dataclasses import dataclass
from datetime import datetime

from pos.models import Charge
from relay.events import list_events
from relay.models import Event

_LABELS = {
    "charge.created": "Charge created",
    "charge.claimed": "Customer scanned the code",
    "charge.released": "Customer did not pay",
    "charge.captured": "Paid",
    "charge.canceled": "Canceled by the shop",
    "charge.extended": "Five more minutes",
    "charge.expired": "Expired",
    "charge.refunded": "Refund made",
}


_BY_PAYER = {
    "charge.created": "Customer typed the amount at a printed code",
    "charge.canceled": "Customer did not pay",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened."""

    label: str
    at: datetime
    who: str


def list_timeline(charge: Charge) -> list[Moment]:
    """List what happened to a charge, oldest first."""
    names = {"payer": charge.payer_name or "Customer", "clock": "Time"}
    if charge.terminal:
        names[charge.terminal.public_id] = charge.terminal.name
    return [
        Moment(
            label=_name(event),
            at=event.happened_at,
            who=names.get(event.actor) or _name_merchant(event.actor),
        )
        for event in list_events(charge.id)
    ]


def _name(event: Event) -> str:
    by_payer = _BY_PAYER if event.actor == "payer" else {}
    return by_payer.get(event.kind) or _LABELS.get(event.kind, event.kind)


def _name_merchant(actor: str) -> str:
    # Staff, in the dashboard, or the merchant's server by a key.
    return "Shop's dashboard" if actor.startswith("sm_") else "Merchant's server"
