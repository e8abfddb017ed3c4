"""The API of the customer's wallet."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from identity.pins import PIN_PATTERN
from ledger.queries import read_available, read_balance
from merchants.models import Store
from merchants.representations import show_amount, show_time
from pos.api import hand_over_stream
from pos.idempotency import hash_request, read_key
from pos.models import Charge
from pos.representations import show_charge
from pos.serializers import PlainTextField
from pos.topics import account_topic
from qr.errors import PayloadInvalid
from qr.references import decode_reference
from wallet.authentication import Payer, WalletAuthentication
from wallet.claims import decline_charge, find_claim
from wallet.errors import ClaimUnknown
from wallet.limits import needs_pin
from wallet.models import Claim, Payment, Wallet
from wallet.payments import confirm_charge
from wallet.queries import list_payments, page_payments
from wallet.topics import session_topic


class ConfirmationSerializer(serializers.Serializer[Any]):
    """A claim to pay, with the PIN where it is wanted."""

    claim = PlainTextField(max_length=40)
    pin = PlainTextField(required=False, allow_blank=True, max_length=6, default="")

    def validate_pin(self, pin: str) -> str:
        """Six digits, or none at all."""
        if pin and not PIN_PATTERN.match(pin):
            raise serializers.ValidationError(gettext("A PIN has six digits."))
        return pin


class WalletApiView(APIView):
    """Asked by a customer's phone."""

    authentication_classes = [WalletAuthentication]

    @property
    def wallet(self) -> Wallet:
        """Give whose phone asks."""
        return cast(Payer, self.request.user).wallet


class WalletView(WalletApiView):
    """The wallet itself."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Show the balance, and what of it may be spent."""
        account_id, currency = self.wallet.account_id, self.wallet.currency
        shown = {
            "id": self.wallet.public_id,
            "name": self.wallet.user.name,
            "balance": show_amount(read_balance(account_id), currency),
            "available": show_amount(read_available(account_id), currency),
        }
        return Response(shown)


class TransactionsView(WalletApiView):
    """What went through the wallet."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """List payments with their refunds, newest first, a page at a time."""
        page, after = page_payments(
            list_payments(self.wallet), after=request.query_params.get("after", "")
        )
        shown = [show_payment(self.wallet, payment) for payment in page]
        return Response({"data": shown, "next": after})


class ClaimView(WalletApiView):
    """One claim."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, reference: str) -> Response:
        """Decline: give the charge back unpaid."""
        decline_charge(find_claim(self.wallet, read_claim_id(reference)))
        return Response(status=204)


class PaymentsView(WalletApiView):
    """The wallet's payments."""

    @extend_schema(request=ConfirmationSerializer, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Confirm a claimed charge: the money moves."""
        asked = ConfirmationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        claim, pin = asked.validated_data["claim"], asked.validated_data["pin"]
        payment = confirm_charge(
            self.wallet,
            read_claim_id(claim),
            pin=pin,
            idempotency_key=read_key(request),
            request_hash=hash_confirmation(self.wallet, claim),
        )
        return Response(show_payment(self.wallet, payment), status=201)


class WalletEventsView(WalletApiView):
    """The stream a phone's page listens to."""

    @extend_schema(responses={(200, "text/event-stream"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """Hand the connection over to the process that serves streams."""
        bound_to = session_topic(self.wallet.session_id)
        return hand_over_stream(account_topic(self.wallet.account_id), bound_to=bound_to)


def hash_confirmation(wallet: Wallet, claim: str) -> bytes:
    """Hash what a confirmation means: who pays which claim; the PIN is no part of it."""
    return hash_request("confirm charge", caller_id=wallet.id, body={"claim": claim})


def show_to_payer(wallet: Wallet, charge: Charge) -> dict[str, Any]:
    """Show a charge to whoever would pay it, with the shop's name.

    A code is seen by everybody around it: who pays, and the address that opens the receipt,
    are told to the payer alone.
    """
    store, shown = charge.store, show_charge(charge)
    if charge.payer_account_id != wallet.account_id:
        shown |= {"payer": None, "receipt": None}
    return shown | show_payee(store)


def show_claim(claim: Claim) -> dict[str, Any]:
    """Show a claim and what the payer still has to give."""
    return {
        "id": claim.public_id,
        "charge": show_to_payer(claim.wallet, claim.charge),
        "lease_until": show_time(claim.charge.lease_until),
        "needs": ["pin"] if needs_pin(claim.wallet, claim.charge.amount_minor) else [],
    }


def show_payment(wallet: Wallet, payment: Payment) -> dict[str, Any]:
    """Show a payment, the balance after it, and where its receipt is."""
    return {
        "id": payment.public_id,
        "charge": show_to_payer(wallet, payment.charge),
        "amount": show_amount(payment.amount_minor, payment.currency),
        "balance": show_amount(payment.balance_after_minor, payment.currency),
        "confirmed_at": show_time(payment.confirmed_at),
        "receipt": payment.charge.receipt_url,
    }


def read_claim_id(reference: str) -> UUID:
    """Read a claim's public reference.

    Raises:
        ClaimUnknown: not of that form; it cannot name anything.
    """
    try:
        return decode_reference("cl", reference)
    except PayloadInvalid:
        raise ClaimUnknown from None


def show_payee(store: Store) -> dict[str, Any]:
    """Show whom the money would go to."""
    return {
        "merchant": {"name": store.merchant.name, "is_verified": store.merchant.is_verified},
        "store_name": store.name,
        "store_address": ", ".join(filter(None, [store.street, store.city])),
    }
