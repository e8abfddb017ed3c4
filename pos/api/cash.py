"""The API of a till that takes cash."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.refusals import refuses
from pos.api.charges import PosView
from pos.cash import cash_charge
from pos.errors import (
    CashNotTaken,
    ChargeNotCashable,
    CurrencyMismatch,
    GivenTooLittle,
    NotFound,
)
from pos.places import place
from pos.queries import find_charge_and_lines
from pos.serializers import TakeCashSerializer, WholeChargeSerializer
from pos.vat import list_vat


class CashView(PosView):
    """A charge that is paid in cash."""

    @extend_schema(
        operation_id="take_cash", request=TakeCashSerializer, responses=WholeChargeSerializer
    )
    @refuses(NotFound, CashNotTaken, ChargeNotCashable, GivenTooLittle, CurrencyMismatch)
    def post(self, request: Request, reference: str) -> Response:
        """Take cash for an open charge; sent again, it is the same."""
        asked = TakeCashSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data.get("given")
        charge, lines = find_charge_and_lines(self.principal, reference)
        if given and given["currency"] != charge.currency:
            raise CurrencyMismatch(charge.currency)
        cashed = cash_charge(
            charge.id,
            principal=self.principal,
            given_minor=given["amount_minor"] if given else None,
        )
        return Response(
            WholeChargeSerializer.show(
                place(cashed, charge), lines=lines, vat=list_vat(cashed, lines)
            )
        )
