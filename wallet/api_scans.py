"""The API of scans: what is this, what may I do with it, and the claim that follows."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from merchants.representations import show_amount, show_time
from pos.api_pictures import PictureReading
from pos.errors import CurrencyMismatch
from pos.idempotency import find_key, hash_request, read_key
from pos.models import Charge, StaticCode
from pos.serializers import AmountSerializer, PlainTextField
from qr.payment import PaymentRequest
from qr.recognition import LENGTH_MAX
from qr.scanning import Symbology
from wallet.api import WalletApiView, show_claim, show_payee, show_to_payer
from wallet.claims import claim_charge
from wallet.models import Wallet
from wallet.scans import find_scanned
from wallet.sightings import Sighting, look_at_scan, make_plain
from wallet.static_payments import claim_static_code


class ScannedField(serializers.CharField):
    """Any text a code can carry: with line ends, or empty."""

    def to_internal_value(self, data: object) -> str:
        """Refuse other types."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class ScannedSerializer(serializers.Serializer[Any]):
    """Whatever was scanned or typed, payment code or not."""

    payload = ScannedField(
        max_length=LENGTH_MAX, allow_blank=True, required=True, trim_whitespace=False
    )


class PayloadSerializer(serializers.Serializer[Any]):
    """A code to pay with, scanned or typed; at a printed code with the amount."""

    payload = PlainTextField(max_length=1200)
    amount = AmountSerializer(required=False)


class ScansView(WalletApiView):
    """A look at a code, before anything is claimed."""

    @extend_schema(request=ScannedSerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Tell what was scanned, and what this wallet can do with it."""
        asked = ScannedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        sighting = look_at_scan(self.wallet, asked.validated_data["payload"])
        return Response(show_sighting(self.wallet, sighting))


class PicturesView(PictureReading, WalletApiView):
    """What a phone's camera saw: shops' codes have no bars, and goods have."""

    symbologies = (Symbology.QR,)


class ClaimsView(WalletApiView):
    """The wallet's claims."""

    @extend_schema(request=PayloadSerializer, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Claim the charge behind a code, or lengthen the claim.

        At a printed code a charge of the amount is opened and claimed at once: give a key.
        """
        asked = PayloadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        key = find_key(request)
        found = find_scanned(self.wallet, asked.validated_data["payload"])
        if isinstance(found, Charge):
            claim = claim_charge(self.wallet, found)
        else:
            claim = claim_static_code(
                self.wallet,
                found,
                amount_minor=_read_amount(found, asked.validated_data.get("amount")),
                key=key or read_key(request),
                request_hash=hash_request(
                    f"claim {found.public_id}", caller_id=self.wallet.id, body=request.data
                ),
            )
        return Response(show_claim(claim), status=201)


def show_sighting(wallet: Wallet, sighting: Sighting) -> dict[str, Any]:
    """Show what was scanned; of somebody else's request, only what is safe to show."""
    shown: dict[str, Any] = {
        "kind": sighting.kind,
        "payable": sighting.is_payable,
        "title": sighting.title,
        "detail": sighting.detail,
    }
    if sighting.charge is not None:
        shown["charge"] = show_to_payer(wallet, sighting.charge)
    if sighting.static_code is not None:
        shown["static_code"] = show_static_payee(sighting.static_code)
        shown["left"] = show_amount(sighting.left_minor, sighting.static_code.currency)
    if sighting.host:
        shown["host"] = sighting.host
    if sighting.scheme:
        shown["scheme"] = sighting.scheme
    if sighting.request is not None:
        shown |= show_request(sighting.request) | {"remarks": list(sighting.remarks)}
    return shown


def show_static_payee(code: StaticCode) -> dict[str, Any]:
    """Show a printed code to whoever would pay by it."""
    return {
        "id": code.public_id,
        "place": code.place,
        "currency": code.currency,
        "cap": show_amount(code.cap_minor, code.currency),
        "is_revoked": code.is_revoked,
    } | show_payee(code.store)


def show_request(request: PaymentRequest) -> dict[str, Any]:
    """Show what a code of another system asks for."""
    known = request.amount_minor is not None and request.currency
    return {
        "payee": {
            "name": make_plain(request.payee_name),
            "city": make_plain(request.payee_city),
            "country": make_plain(request.country),
        },
        "amount": show_amount(request.amount_minor or 0, request.currency) if known else None,
        "currency": make_plain(request.currency) or None,
        "reference": make_plain(request.reference),
        "expires_at": show_time(request.expires_at),
    }


def _read_amount(code: StaticCode, amount: dict[str, Any] | None) -> int:
    if amount is None:
        raise serializers.ValidationError({"amount": gettext("This field is required.")})
    if amount["currency"] != code.currency:
        raise CurrencyMismatch(code.currency)
    amount_minor: int = amount["amount_minor"]
    return amount_minor
