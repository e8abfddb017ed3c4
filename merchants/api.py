"""The API of merchants' servers: settlements and their lines."""

from typing import cast

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.paging import AFTER, read_after
from foundation.refusals import refuses
from merchants.authentication import KeyAuthentication, Server
from merchants.models import Merchant, Settlement, SettlementLine
from merchants.payouts import load_payouts
from merchants.queries import find_settlement, page_lines, page_settlements
from merchants.serializers import SettlementLinePage, SettlementPage, SettlementSerializer


class MerchantView(APIView):
    """Asked by a merchant's server."""

    authentication_classes = [KeyAuthentication]
    group = "Tills and merchants"

    @property
    def merchant(self) -> Merchant:
        """Return the calling merchant."""
        return cast(Server, self.request.user).merchant

    def find(self, reference: str) -> Settlement:
        """Find one of the merchant's settlements, or answer 404."""
        settlement = find_settlement(self.merchant.id, reference)
        if settlement is None:
            raise Http404
        return settlement


class SettlementsView(MerchantView):
    """All settlements of the merchant."""

    @extend_schema(
        operation_id="list_settlements", parameters=[AFTER], responses=SettlementPage
    )
    @refuses(Http404)
    def get(self, request: Request) -> Response:
        """List settlements, newest first, a page at a time."""
        try:
            page = page_settlements(self.merchant.id, after=read_after(request))
        except Settlement.DoesNotExist:
            raise Http404 from None
        load_payouts(page.rows)
        return Response(SettlementPage.show(page))


class SettlementView(MerchantView):
    """One settlement."""

    @extend_schema(operation_id="show_settlement", responses=SettlementSerializer)
    @refuses(Http404)
    def get(self, request: Request, reference: str) -> Response:
        """Show the settlement's figures."""
        settlement = self.find(reference)
        load_payouts([settlement])
        return Response(SettlementSerializer.show(settlement))


class SettlementLinesView(MerchantView):
    """The lines of one settlement."""

    @extend_schema(
        operation_id="list_settlement_lines", parameters=[AFTER], responses=SettlementLinePage
    )
    @refuses(Http404)
    def get(self, request: Request, reference: str) -> Response:
        """List the settlement's sales and refunds, newest first, a page at a time."""
        settlement = self.find(reference)
        try:
            page = page_lines(settlement, after=read_after(request))
        except SettlementLine.DoesNotExist:
            raise Http404 from None
        return Response(SettlementLinePage.show(page))
