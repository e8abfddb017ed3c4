"""The API of counter codes: a merchant's server makes, prints and revokes them."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.answers import Answer, InstantField, MoneySerializer, TextField, TextsField
from foundation.fields import PlainTextField
from foundation.idempotency import KEY, IdempotencyMismatch, hash_request, read_key
from foundation.paging import Page, list_of
from foundation.refusals import refuses
from merchants.api import MerchantView
from merchants.models import Store
from merchants.serializers import AmountSerializer
from pos.api.charges import PosView, hand_over_stream
from pos.counter_codes import (
    NewCounterCode,
    create_counter_code,
    find_counter_code,
    revoke_counter_code,
    write_counter_link,
)
from pos.errors import (
    CapTooLarge,
    CounterCodeRevoked,
    CounterCodeUnknown,
    CurrencyMismatch,
    PagesWait,
    TillMoved,
)
from pos.models import Terminal
from pos.print.sheets import SheetSize, list_undrawn
from pos.queries import find_counter_codes
from pos.topics import counter_topic, token_topic
from pos.views.counter_codes import answer_sheet


class NewCounterCodeSerializer(serializers.Serializer[Any]):
    """A counter code to make."""

    place = PlainTextField(max_length=40)
    terminal = PlainTextField(required=False, max_length=40)
    cap = AmountSerializer(required=False)


class CounterCodeSerializer(Answer):
    """A counter code, at which payers type the amount."""

    # Needs the code's store and till at hand.
    id = TextField(source="public_id", help_text="sc_…")
    store = TextField(source="store.public_id", help_text="st_…")
    terminal = TextField(
        allow_null=True,
        source="terminal.public_id",
        help_text="tm_… of the till that announces it; null for every till.",
    )
    name = TextField(help_text="The payee, as printed.")
    place = TextField(help_text="Where it hangs.")
    short_code = TextField(help_text="8 characters, for those who cannot scan.")
    cap = MoneySerializer(help_text="The most a customer pays in a day of the shop.")
    link = TextField(of=write_counter_link, help_text="What the print carries, signed.")
    sheet = TextField(
        of=lambda code: f"/api/v1/counter_codes/{code.public_id}/sheet.pdf",
        help_text="Address of the print as PDF.",
    )
    undrawn = TextsField(
        of=list_undrawn,
        help_text="Letters that no font here holds: the print shows a box for each.",
    )
    created_at = InstantField()
    revoked_at = InstantField(allow_null=True)


CounterCodes = list_of("CounterCodes", CounterCodeSerializer)


class CounterCodesView(MerchantView):
    """The counter codes of a store."""

    @extend_schema(operation_id="list_counter_codes", responses=CounterCodes)
    @refuses(CounterCodeUnknown)
    def get(self, request: Request, reference: str) -> Response:
        """List the store's counter codes, newest first."""
        store = self._find_store(reference)
        codes = find_counter_codes().filter(store=store).order_by("-id")
        return Response(CounterCodes.show(Page(list(codes))))

    @extend_schema(
        operation_id="create_counter_code",
        parameters=[KEY],
        request=NewCounterCodeSerializer,
        responses={201: CounterCodeSerializer},
    )
    @refuses(CounterCodeUnknown, CapTooLarge, CurrencyMismatch, IdempotencyMismatch)
    def post(self, request: Request, reference: str) -> Response:
        """Make a code for print."""
        store = self._find_store(reference)
        asked = NewCounterCodeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        cap = asked.validated_data.get("cap")
        if cap and cap["currency"] != store.currency:
            raise CurrencyMismatch(store.currency)
        new = NewCounterCode(
            place=asked.validated_data["place"],
            terminal=_find_terminal(store, asked.validated_data.get("terminal")),
            cap_minor=cap["amount_minor"] if cap else None,
            idempotency_key=read_key(request),
            request_hash=hash_request(
                f"print {store.public_id}", principal_id=self.merchant.id, body=request.data
            ),
        )
        try:
            code = create_counter_code(store, new, actor=self.merchant.public_id)
        except TillMoved:
            raise _refuse_terminal() from None
        return Response(CounterCodeSerializer.show(code), status=201)

    def _find_store(self, reference: str) -> Store:
        stores = self.merchant.stores.select_related("merchant")
        for store in stores:
            if store.public_id == reference:
                return store
        raise CounterCodeUnknown


class CounterCodeView(MerchantView):
    """One counter code."""

    @extend_schema(operation_id="show_counter_code", responses=CounterCodeSerializer)
    @refuses(CounterCodeUnknown)
    def get(self, request: Request, reference: str) -> Response:
        """Show the counter code."""
        code = find_counter_code(self.merchant.id, reference)
        return Response(CounterCodeSerializer.show(code))


class RevokeCounterCodeView(MerchantView):
    """The end of a counter code."""

    @extend_schema(
        operation_id="revoke_counter_code", request=None, responses=CounterCodeSerializer
    )
    @refuses(CounterCodeUnknown)
    def post(self, request: Request, reference: str) -> Response:
        """Revoke the code: nobody can pay by it any more."""
        code = find_counter_code(self.merchant.id, reference)
        revoke_counter_code(code, actor=self.merchant.public_id)
        return Response(CounterCodeSerializer.show(code))


class CounterEventsView(PosView):
    """The stream a till listens to between its own sales."""

    @extend_schema(
        operation_id="listen_to_counter_codes",
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        """Hand the connection over to the process that serves streams."""
        store_id, terminal = self.principal.store.id, self.principal.terminal
        topics = [counter_topic(store_id=store_id, terminal_id=None)]
        if terminal is not None:
            topics.append(counter_topic(store_id=store_id, terminal_id=terminal.id))
        return hand_over_stream(*topics, bound_to=token_topic(self.principal.token_id))


class SheetView(MerchantView):
    """The print."""

    @extend_schema(
        operation_id="draw_counter_code",
        parameters=[OpenApiParameter("size", str, enum=list(SheetSize))],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    @refuses(CounterCodeUnknown, CounterCodeRevoked, PagesWait, ValidationError)
    def get(self, request: Request, reference: str) -> HttpResponse:
        """Draw the code with its name and instructions, for A4, A6 or a sticker."""
        code = find_counter_code(self.merchant.id, reference)
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
    raise _refuse_terminal()


def _refuse_terminal() -> ValidationError:
    return ValidationError({"terminal": gettext("There is no such till in this store.")})
