"""The API of merchants' servers: settlements and their lines."""

from typing import cast

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from merchants.authentication import KeyAuthentication, Server
from merchants.models import Merchant, Settlement, SettlementLine
from merchants.queries import find_settlement, page_lines, page_settlements
from merchants.representations import show_line, show_settlement

_AFTER = OpenApiParameter("after", str, description="The `next` of the page before.")


class MerchantView(APIView):
    """Asked by a merchant's server."""

    authentication_classes = [KeyAuthentication]

    @property
    def merchant(self) -> Merchant:
        """Give whose server asks."""
        return cast(Server, self.request.user).merchant

    def find(self, reference: str) -> Settlement:
        """Find one of the merchant's settlements, or answer 404."""
        settlement = find_settlement(self.merchant.id, reference)
        if settlement is None:
            raise Http404
        return settlement


class SettlementsView(MerchantView):
    """All settlements of the merchant."""

    @extend_schema(parameters=[_AFTER], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """List settlements, newest first, a page at a time."""
        try:
            page, after = page_settlements(
                self.merchant.id, after=request.query_params.get("after", "")
            )
        except Settlement.DoesNotExist:
            raise Http404 from None
        return Response({"data": [show_settlement(row) for row in page], "next": after})


class SettlementView(MerchantView):
    """One settlement."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, reference: str) -> Response:
        """Show the settlement's figures."""
        return Response(show_settlement(self.find(reference)))


class SettlementLinesView(MerchantView):
    """The lines of one settlement."""

    @extend_schema(parameters=[_AFTER], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, reference: str) -> Response:
        """List the settlement's sales and refunds, newest first, a page at a time."""
        settlement = self.find(reference)
        try:
            lines, after = page_lines(settlement, after=request.query_params.get("after", ""))
        except SettlementLine.DoesNotExist:
            raise Http404 from None
        shown = [show_line(line, settlement.currency) for line in lines]
        return Response({"data": shown, "next": after})
