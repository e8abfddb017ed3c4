"""What a shop's people are told when a till was closed, where their store wants it."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from ledger.money import format_money
from pos.closing_slips import write_closing
from pos.closings import list_closings
from relay.letters import Text


def write_closing_letter(closing_id: UUID) -> Text | None:
    """Write a closing's sums, and where the whole of it is."""
    closing = list_closings().filter(pk=closing_id).first()
    if closing is None:
        return None
    slip = write_closing(closing)
    lines = [f"{name}: {fact}" for name, fact in slip.facts]
    for part in slip.parts:
        lines += ["", part.title]
        lines += [
            f"{row.label}: {format_money(row.amount_minor, slip.currency)}" for row in part.rows
        ]
    page = reverse("pos:closing", args=[closing.public_id])
    facts = {
        "label": closing.label,
        "till": closing.terminal.name,
        "amount": format_money(closing.turnover_minor, closing.currency),
    }
    return Text(
        subject=gettext("%(label)s of %(till)s: %(amount)s") % facts,
        body="\n".join([*lines, "", f"{settings.PUBLIC_URL}{page}", ""]),
    )
