"""What operators decide about payouts that are held, each with its line in the log."""

from uuid import UUID

from django.db import transaction

from console.audit import record_deed
from console.models import AuditEntry, Operator
from merchants import holds
from merchants.holds import NewHold
from merchants.models import Merchant, PayoutHold


@transaction.atomic
def place_hold(
    merchant: Merchant, new: NewHold, *, hold_id: UUID, by: Operator, device: str
) -> PayoutHold:
    """Hold a shop's payouts; sent again, return the same hold.

    Raises:
        OwnRequest, HoldDayUnfit, FormReused: as `merchants.holds`.
    """
    hold = holds.place_hold(merchant, new, hold_id=hold_id, by=by.user)
    if not AuditEntry.objects.filter(subject=hold.id, deed="payouts.held").exists():
        _log("payouts.held", hold, reason=hold.reason, by=by, device=device)
    return hold


@transaction.atomic
def lift_hold(hold: PayoutHold, *, because: str, by: Operator, device: str) -> None:
    """Lift a hold before its end.

    Raises:
        OwnRequest, HoldOver: as `merchants.holds`.
    """
    holds.lift_hold(hold, because=because, by=by.user)
    _log("payouts.freed", hold, reason=because, by=by, device=device)


def _log(deed: str, hold: PayoutHold, *, reason: str, by: Operator, device: str) -> None:
    record_deed(
        deed,
        hold.id,
        by=by,
        device=device,
        after={
            "shop": hold.merchant.name,
            "what": f"{hold.rule}, {hold.ends_at.isoformat(timespec='minutes')}",
            "reason": reason,
        },
    )
