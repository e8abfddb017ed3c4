"""What a shop's people are told of a hold on their payouts."""

from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from merchants.hold_rules import explain_rule
from merchants.models import PayoutHold
from relay.letters import Text


def write_held(hold_id: UUID) -> Text | None:
    """Write that payouts are held: why, until when, and how to appeal."""
    hold = _find(hold_id)
    if hold is None or hold.lifted_at is not None:
        return None
    return Text(
        subject=gettext("Payouts of %(shop)s are held") % {"shop": hold.merchant.name},
        body=_render("payouts_held", hold),
    )


def write_free(hold_id: UUID) -> Text | None:
    """Write that a hold was lifted before its end."""
    hold = _find(hold_id)
    if hold is None or hold.lifted_at is None:
        return None
    return Text(
        subject=gettext("Payouts of %(shop)s go on") % {"shop": hold.merchant.name},
        body=_render("payouts_free", hold),
    )


def _find(hold_id: UUID) -> PayoutHold | None:
    return PayoutHold.objects.filter(pk=hold_id).select_related("merchant").first()


def _render(name: str, hold: PayoutHold) -> str:
    link = f"{settings.PUBLIC_URL}{reverse('merchants:timetable')}"
    facts = {"hold": hold, "rule": explain_rule(hold.rule), "link": link}
    return render_to_string(f"emails/{name}.txt", facts)
