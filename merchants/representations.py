"""How the API shows amounts, times and settlements."""

from datetime import UTC, datetime
from typing import Any

from merchants.models import Settlement, SettlementLine


def show_amount(amount_minor: int, currency: str) -> dict[str, int | str]:
    """Show an amount in minor units with its currency."""
    return {"amount_minor": amount_minor, "currency": currency}


def show_time(moment: datetime | None) -> str | None:
    """Show an instant as UTC with a `Z`, to the millisecond."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def show_settlement(settlement: Settlement) -> dict[str, Any]:
    """Show a settlement: opening + sales - refunds - fees - payout = closing."""
    figures = ["opening", "sales", "refunds", "fees", "payout", "closing"]
    return {
        "id": settlement.public_id,
        "number": settlement.number,
        "currency": settlement.currency,
        "status": "closed",
        "opened_at": show_time(settlement.opened_at),
        "closed_at": show_time(settlement.closed_at),
        "sales_count": settlement.sales_count,
        "refunds_count": settlement.refunds_count,
        "payout_due_on": settlement.payout_due_on,
    } | {
        name: show_amount(getattr(settlement, f"{name}_minor"), settlement.currency)
        for name in figures
    }


def show_line(line: SettlementLine, currency: str) -> dict[str, Any]:
    """Show a line; refunds and fees carry their sign, as the merchant sees them."""
    return {
        "kind": line.kind,
        "charge": line.charge_ref,
        "refund": line.refund_ref or None,
        "short_code": line.short_code,
        "reference": line.reference,
        "store": line.store.public_id,
        "at": show_time(line.at),
        "amount": show_amount(line.signed_minor, currency),
        "fee": show_amount(-line.fee_minor, currency),
        "net": show_amount(line.net_minor, currency),
    }
