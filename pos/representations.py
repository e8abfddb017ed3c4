"""How the API shows the till's things (architecture: the core contract)."""

from typing import Any

from merchants.representations import show_amount, show_time
from pos.models import Charge, ChargeLine, ChargeStatus, Refund, StaticCode
from pos.payloads import shows_merchant_code, write_link, write_merchant_code
from pos.print.sheets import list_undrawn
from pos.static_codes import write_static_link
from qr.references import encode_reference

_PAYER_SHOWN = {ChargeStatus.CLAIMED, ChargeStatus.CAPTURED}


def show_charge(charge: Charge) -> dict[str, Any]:
    """Show a charge to the till and the merchant; needs its store and terminal at hand."""
    public_id, status = charge.public_id, charge.status_now
    base = f"/api/v1/charges/{public_id}"
    return {
        "id": public_id,
        "status": status,
        "version": charge.version,
        "amount": show_amount(charge.amount_minor, charge.currency),
        "refunded": show_amount(charge.refunded_minor, charge.currency),
        "reference": charge.reference,
        "description": charge.description,
        "link": write_link(charge),
        "emv": write_merchant_code(charge) if shows_merchant_code(charge) else None,
        "short_code": charge.short_code,
        "check_word": charge.check_word,
        "created_at": show_time(charge.created_at),
        "expires_at": show_time(charge.expires_at),
        "lease_until": show_time(charge.lease_until) if status == "claimed" else None,
        "qr_svg": f"{base}/qr.svg",
        "qr_png": f"{base}/qr.png",
        "store": charge.store.public_id,
        "terminal": charge.terminal.public_id if charge.terminal else None,
        "static_code": _name_static_code(charge),
        "captured_at": show_time(charge.captured_at),
        "payer": charge.payer_name if status in _PAYER_SHOWN else None,
        "refusal": charge.refusal_now or None,
        "refused_at": show_time(charge.refused_at) if charge.refusal_now else None,
        "receipt": charge.receipt_url if charge.captured_at else None,
        "server_time": show_time(charge.read_at),
    }


def show_charge_whole(charge: Charge, lines: list[ChargeLine]) -> dict[str, Any]:
    """Show a charge with what takes a further look: its lines and its receipt's number."""
    return show_charge(charge) | {
        "receipt_number": charge.receipt_number or None,
        "lines": [
            {
                "name": line.name,
                "quantity": line.quantity,
                "unit_price": show_amount(line.unit_price_minor, charge.currency),
            }
            for line in lines
        ],
    }


def show_static_code(code: StaticCode) -> dict[str, Any]:
    """Show a printed code to the shop; needs its store and till at hand."""
    public_id = code.public_id
    return {
        "id": public_id,
        "store": code.store.public_id,
        "terminal": code.terminal.public_id if code.terminal else None,
        "name": code.name,
        "place": code.place,
        "short_code": code.short_code,
        "cap": show_amount(code.cap_minor, code.currency),
        "link": write_static_link(code),
        "sheet": f"/api/v1/static_codes/{public_id}/sheet.pdf",
        "undrawn": list_undrawn(code),
        "created_at": show_time(code.created_at),
        "revoked_at": show_time(code.revoked_at),
    }


def _name_static_code(charge: Charge) -> str | None:
    return encode_reference("sc", charge.static_code_id) if charge.static_code_id else None


def show_refund(refund: Refund) -> dict[str, Any]:
    """Show a refund."""
    return {
        "id": refund.public_id,
        "charge": refund.charge.public_id,
        "amount": show_amount(refund.amount_minor, refund.currency),
        "reason": refund.reason,
        "status": "done",
        "terminal": refund.terminal.public_id if refund.terminal else None,
        "cashier": refund.cashier_name or None,
        "created_at": show_time(refund.created_at),
    }
