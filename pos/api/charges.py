"""The API of tills and merchants."""

from collections.abc import Iterable
from typing import Any, cast

from django.http import HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.express import ExpressView
from foundation.idempotency import KEY, IdempotencyMismatch, hash_request, read_key
from foundation.paging import AFTER, Page, read_after
from foundation.refusals import refuses
from pos.ages import check_ages
from pos.authentication import PosAuthentication
from pos.charges import (
    cancel_charge,
    create_charge,
    extend_charge,
    find_created,
)
from pos.choice_errors import ChoicesUnfit, PriceFixed, PriceTooLow
from pos.discounts import NewDiscount, Taken, list_discounts, take_discounts
from pos.errors import (
    AgeUnconfirmed,
    AmountMismatch,
    AmountTooLarge,
    ChargeNotCancelable,
    ChargeNotExtendable,
    CurrencyMismatch,
    DiscountNotAllowed,
    DiscountTooLarge,
    ItemSoldOut,
    ItemUnknown,
    NotFound,
    NothingToPay,
    RefundExceedsCaptured,
    RefundNotAllowed,
    RefundNotPossible,
    StoreClosed,
    TillUnpaired,
    TipsNotTaken,
    TipTooLarge,
)
from pos.lines import find_lines
from pos.openings import NewCharge
from pos.payloads import write_payload
from pos.places import place
from pos.principals import Principal, act_for_merchant
from pos.queries import (
    filter_static,
    filter_status,
    find_charge,
    find_charge_and_lines,
    find_refund,
    list_charges,
    list_refunds,
    page_after,
)
from pos.refunds import NewRefund, refund_charge
from pos.serializers import (
    ChargePage,
    ChargeSerializer,
    NewChargeSerializer,
    NewRefundSerializer,
    RefundPage,
    RefundSerializer,
    WholeChargeSerializer,
)
from pos.topics import charge_topic, token_topic
from pos.vat import list_vat
from qr.image import draw_png, draw_svg
from relay.streams import sign_ticket

_PAGE_SIZE_MAX = 100
_CHANGEABLE = (
    *(AmountMismatch, AmountTooLarge, ItemUnknown, ItemSoldOut, AgeUnconfirmed),
    *(ChoicesUnfit, PriceFixed, PriceTooLow),
    *(DiscountTooLarge, DiscountNotAllowed, NothingToPay, TipsNotTaken, TipTooLarge),
)


class PosView(ExpressView):
    """Asked by a till or a merchant's server."""

    authentication_classes = [PosAuthentication]
    group = "Tills and merchants"

    @property
    def principal(self) -> Principal:
        """Return who asks."""
        return cast(Principal, self.request.user)


class ChargesView(PosView):
    """Charges of a store or a merchant."""

    @extend_schema(
        operation_id="list_charges",
        parameters=[
            OpenApiParameter("status", str),
            OpenApiParameter("source", str, enum=["counter_code"]),
            AFTER,
            OpenApiParameter("limit", int),
        ],
        responses=ChargePage,
    )
    @refuses(NotFound, ValidationError)
    def get(self, request: Request) -> Response:
        """List charges, newest first, a page at a time."""
        charges = filter_status(
            list_charges(self.principal), request.query_params.get("status", "")
        )
        charges = filter_static(charges, request.query_params.get("source", ""))
        page = page_after(charges, after=read_after(request), size=_read_limit(request))
        return Response(ChargePage.show(page))

    @extend_schema(
        operation_id="create_charge",
        parameters=[KEY],
        request=NewChargeSerializer,
        responses={201: ChargeSerializer},
    )
    @refuses(
        TillUnpaired,
        StoreClosed,
        CurrencyMismatch,
        AmountMismatch,
        AmountTooLarge,
        TipsNotTaken,
        TipTooLarge,
        ItemUnknown,
        ChoicesUnfit,
        PriceFixed,
        PriceTooLow,
        DiscountTooLarge,
        DiscountNotAllowed,
        NothingToPay,
        ItemSoldOut,
        AgeUnconfirmed,
        IdempotencyMismatch,
    )
    def post(self, request: Request) -> Response:
        """Create a charge."""
        asked = NewChargeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        principal = _choose_store(self.principal, asked.validated_data.get("store"))
        key = read_key(request)
        sent = hash_request("create charge", body=request.data)
        try:
            new = _read_charge(principal, asked.validated_data, key=key, request_hash=sent)
            charge = create_charge(principal, new)
        except _CHANGEABLE:
            # Looked up first: prices, items, tips and rights may have changed since the same
            # request was answered.
            known = find_created(principal, key=key, request_hash=sent)
            if known is None:
                raise
            charge = known
        return Response(ChargeSerializer.show(charge), status=201)


class ChargeView(PosView):
    """One charge."""

    @extend_schema(operation_id="show_charge", responses=WholeChargeSerializer)
    @refuses(NotFound)
    def get(self, request: Request, reference: str) -> Response:
        """Show the charge as it is at this moment."""
        charge, lines = find_charge_and_lines(self.principal, reference)
        facts = {"vat": list_vat(charge, lines), "discounts": list_discounts(charge, lines)}
        return Response(WholeChargeSerializer.show(charge, lines=lines, **facts))


class CancelView(PosView):
    """The end of a charge by the shop."""

    @extend_schema(operation_id="cancel_charge", request=None, responses=ChargeSerializer)
    @refuses(NotFound, ChargeNotCancelable)
    def post(self, request: Request, reference: str) -> Response:
        """Cancel the charge, unless it is paid or expired."""
        charge = find_charge(self.principal, reference)
        canceled = place(cancel_charge(charge.id, principal=self.principal), charge)
        return Response(ChargeSerializer.show(canceled))


class ExtendView(PosView):
    """More time for a waiting customer."""

    @extend_schema(operation_id="extend_charge", request=None, responses=ChargeSerializer)
    @refuses(NotFound, ChargeNotExtendable)
    def post(self, request: Request, reference: str) -> Response:
        """Extend the charge by five minutes."""
        charge = find_charge(self.principal, reference)
        extended = place(extend_charge(charge.id, principal=self.principal), charge)
        return Response(ChargeSerializer.show(extended))


class RefundsView(PosView):
    """The refunds of a charge."""

    @extend_schema(operation_id="list_refunds", responses=RefundPage)
    @refuses(NotFound)
    def get(self, request: Request, reference: str) -> Response:
        """List the charge's refunds, oldest first."""
        refunds = list_refunds(find_charge(self.principal, reference))
        return Response(RefundPage.show(Page(refunds)))

    @extend_schema(
        operation_id="refund_charge",
        parameters=[KEY],
        request=NewRefundSerializer,
        responses={201: RefundSerializer},
    )
    @refuses(
        NotFound,
        RefundNotAllowed,
        RefundNotPossible,
        RefundExceedsCaptured,
        TipTooLarge,
        CurrencyMismatch,
        IdempotencyMismatch,
    )
    def post(self, request: Request, reference: str) -> Response:
        """Refund the charge, or a part of it."""
        charge = find_charge(self.principal, reference)
        asked = NewRefundSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        amount = asked.validated_data.get("amount")
        if amount and amount["currency"] != charge.currency:
            raise CurrencyMismatch(charge.currency)
        new = NewRefund(
            amount_minor=amount["amount_minor"] if amount else None,
            tip_minor=_read_tip(asked.validated_data, currency=charge.currency),
            reason=asked.validated_data["reason"],
            idempotency_key=read_key(request),
            request_hash=hash_request(
                # The key is the charge's, and another till may choose the same one.
                f"refund {charge.public_id} by {self.principal.id}",
                body=request.data,
            ),
        )
        refund = refund_charge(charge.id, principal=self.principal, new=new)
        return Response(RefundSerializer.show(refund), status=201)


class RefundView(PosView):
    """One refund."""

    @extend_schema(operation_id="show_refund", responses=RefundSerializer)
    @refuses(NotFound)
    def get(self, request: Request, reference: str) -> Response:
        """Show the refund."""
        return Response(RefundSerializer.show(find_refund(self.principal, reference)))


class EventsView(PosView):
    """The stream a till's page listens to."""

    @extend_schema(
        operation_id="listen_to_charge",
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    @refuses(NotFound)
    def get(self, request: Request, reference: str) -> HttpResponse:
        """Hand the connection over to the process that serves streams."""
        charge = find_charge(self.principal, reference)
        bound_to = token_topic(self.principal.token_id)
        return hand_over_stream(charge_topic(charge.id), bound_to=bound_to)


class QrSvgView(PosView):
    """The charge's code as a drawing."""

    @extend_schema(
        operation_id="draw_charge_svg", responses={(200, "image/svg+xml"): OpenApiTypes.STR}
    )
    @refuses(NotFound)
    def get(self, request: Request, reference: str) -> HttpResponse:
        """Draw the code as SVG, one unit a module."""
        charge = find_charge(self.principal, reference)
        return _picture(draw_svg(write_payload(charge)), "image/svg+xml")


class QrPngView(PosView):
    """The charge's code as a picture."""

    @extend_schema(
        operation_id="draw_charge_png", responses={(200, "image/png"): OpenApiTypes.BINARY}
    )
    @refuses(NotFound)
    def get(self, request: Request, reference: str) -> HttpResponse:
        """Draw the code as PNG, 12 pixels a module."""
        charge = find_charge(self.principal, reference)
        return _picture(draw_png(write_payload(charge)), "image/png")


def hand_over_stream(*topics: str, bound_to: Iterable[str] = ()) -> HttpResponse:
    """Ask the proxy to connect the page with the stream of these topics.

    The stream ends on a message of a topic it is bound to: its session or token is over.
    """
    ticket = sign_ticket(*topics, bound_to=bound_to)
    handed_over = HttpResponse(content_type="text/event-stream")
    handed_over["X-Accel-Redirect"] = f"/_streams/?ticket={ticket}"
    handed_over["Cache-Control"] = "no-store"
    return handed_over


def _picture(content: str | bytes, content_type: str) -> HttpResponse:
    picture = HttpResponse(content, content_type=content_type)
    # A charge's code never changes, and only the requesting till may cache it.
    picture["Cache-Control"] = "private, max-age=7200, immutable"
    return picture


def _read_limit(request: Request) -> int:
    text = request.query_params.get("limit", "50")
    if not text.isdecimal() or len(text) > 3 or not 1 <= int(text) <= _PAGE_SIZE_MAX:
        words = gettext("Use a number from 1 to %(most)s.")
        raise ValidationError({"limit": words % {"most": _PAGE_SIZE_MAX}})
    return int(text)


def _choose_store(principal: Principal, wanted: str | None) -> Principal:
    if wanted is None or wanted == principal.store.public_id:
        return principal
    if principal.terminal is None:
        for store in principal.store.merchant.stores.select_related("merchant"):
            if store.public_id == wanted:
                return act_for_merchant(store)
    raise ValidationError({"store": gettext("There is no such store of yours.")})


def _read_charge(
    principal: Principal, asked: dict[str, Any], *, key: str, request_hash: bytes
) -> NewCharge:
    amount, wanted = asked.get("amount"), asked.get("lines", [])
    lines = find_lines(principal.store, wanted)
    check_ages(lines, confirmed=asked["age_confirmed"])
    discounts: tuple[Taken, ...] = ()
    if "discount" in asked or any("discount" in line for line in wanted):
        lines, discounts = take_discounts(
            lines,
            own=[_read_discount(line) for line in wanted],
            whole=_read_discount(asked),
        )
    return NewCharge(
        amount_minor=amount["amount_minor"] if amount else None,
        currency=amount["currency"] if amount else principal.store.currency,
        reference=asked["reference"],
        description=asked["description"],
        lines=lines,
        discounts=discounts,
        approval=asked["approval"],
        idempotency_key=key,
        request_hash=request_hash,
        tip_minor=_read_tip(asked, currency=principal.store.currency) or 0,
    )


def _read_tip(asked: dict[str, Any], *, currency: str) -> int | None:
    tip = asked.get("tip")
    if tip and tip["currency"] != currency:
        raise CurrencyMismatch(currency)
    return tip["amount_minor"] if tip else None


def _read_discount(asked: dict[str, Any]) -> NewDiscount | None:
    return NewDiscount(**asked["discount"]) if "discount" in asked else None
