"""The API of printed codes: a merchant's server makes, prints and revokes them."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from merchants.api import MerchantView
from merchants.models import Store
from pos.api import PosView, hand_over_stream
from pos.errors import CurrencyMismatch, StaticCodeUnknown
from pos.idempotency import hash_request, read_key
from pos.models import Terminal
from pos.print.sheets import SheetSize
from pos.queries import find_static_codes
from pos.representations import show_static_code
from pos.serializers import AmountSerializer, PlainTextField
from pos.static_codes import (
    NewStaticCode,
    create_static_code,
    find_merchant_code,
    revoke_static_code,
)
from pos.topics import counter_topic, token_topic
from pos.views_static import answer_sheet


class NewStaticCodeSerializer(serializers.Serializer[Any]):
    """A printed code to make."""

    place = PlainTextField(max_length=40)
    terminal = PlainTextField(required=False, max_length=40)
    cap = AmountSerializer(required=False)


class StaticCodesView(MerchantView):
    """The printed codes of a store."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, reference: str) -> Response:
        """List the store's printed codes, newest first."""
        store = self._find_store(reference)
        codes = find_static_codes().filter(store=store).order_by("-id")
        return Response({"data": [show_static_code(code) for code in codes], "next": None})

    @extend_schema(request=NewStaticCodeSerializer, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, reference: str) -> Response:
        """Make a code for print."""
        store = self._find_store(reference)
        asked = NewStaticCodeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        cap = asked.validated_data.get("cap")
        if cap and cap["currency"] != store.currency:
            raise CurrencyMismatch(store.currency)
        new = NewStaticCode(
            place=asked.validated_data["place"],
            terminal=_find_terminal(store, asked.validated_data.get("terminal")),
            cap_minor=cap["amount_minor"] if cap else None,
            idempotency_key=read_key(request),
            request_hash=hash_request(
                f"print {store.public_id}", caller_id=self.merchant.id, body=request.data
            ),
        )
        code = create_static_code(store, new, actor=self.merchant.public_id)
        return Response(show_static_code(code), status=201)

    def _find_store(self, reference: str) -> Store:
        stores = self.merchant.stores.select_related("merchant")
        for store in stores:
            if store.public_id == reference:
                return store
        raise StaticCodeUnknown


class StaticCodeView(MerchantView):
    """One printed code."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, reference: str) -> Response:
        """Show the printed code."""
        return Response(show_static_code(find_merchant_code(self.merchant.id, reference)))


class RevokeStaticCodeView(MerchantView):
    """The end of a printed code."""

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, reference: str) -> Response:
        """Let nobody pay by the code any more."""
        code = find_merchant_code(self.merchant.id, reference)
        revoke_static_code(code, actor=self.merchant.public_id)
        return Response(show_static_code(code))


class StaticEventsView(PosView):
    """The stream a till listens to between its own sales."""

    @extend_schema(responses={(200, "text/event-stream"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """Hand the connection over to the process that serves streams."""
        store_id, terminal = self.caller.store.id, self.caller.terminal
        topics = [counter_topic(store_id=store_id, terminal_id=None)]
        if terminal is not None:
            topics.append(counter_topic(store_id=store_id, terminal_id=terminal.id))
        return hand_over_stream(*topics, bound_to=token_topic(self.caller.token_id))


class SheetView(MerchantView):
    """The print."""

    @extend_schema(
        parameters=[OpenApiParameter("size", str, enum=list(SheetSize))],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, reference: str) -> HttpResponse:
        """Draw the code with its name and instructions, for A4, A6 or a sticker."""
        code = find_merchant_code(self.merchant.id, reference)
        size = request.query_params.get("size", SheetSize.A4)
        if size not in list(SheetSize):
            words = gettext("Use one of %(sizes)s.")
            raise ValidationError({"size": words % {"sizes": ", ".join(SheetSize)}})
        return answer_sheet(code, SheetSize(size))


def _find_terminal(store: Store, reference: str | None) -> Terminal | None:
    if reference is None:
        return None
    for terminal in Terminal.objects.filter(store=store):
        if terminal.public_id == reference:
            return terminal
    raise ValidationError({"terminal": gettext("There is no such till in this store.")})
