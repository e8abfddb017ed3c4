"""The API of a wallet's statement."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from merchants.representations import show_amount, show_time
from wallet.api import WalletApiView
from wallet.movements import Movement, page_movements


class MovementsView(WalletApiView):
    """Everything that went into and out of the wallet."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """List movements, newest first, a page at a time, each with the balance after it."""
        page, after = page_movements(self.wallet, after=request.query_params.get("after", ""))
        return Response({"data": [show_movement(each) for each in page], "next": after})


def show_movement(movement: Movement) -> dict[str, Any]:
    """Return a movement as the API tells it; `amount` is below zero of what went out."""
    line, currency = movement.line, movement.currency
    return {
        "id": movement.public_id,
        "kind": line.kind,
        "title": movement.title,
        "amount": show_amount(movement.amount_minor, currency),
        "balance": show_amount(line.balance_after_minor, currency),
        "at": show_time(line.posted_at),
        "payment": movement.payment.public_id if movement.payment else None,
        "refund": movement.refund.public_id if movement.refund else None,
    }
