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

from banking.topics import account_topic
from foundation.answers import Money
from foundation.express import ExpressView
from foundation.fields import PlainTextField, WholeNumberField
from foundation.idempotency import KEY, IdempotencyMismatch, read_key
from foundation.paging import AFTER, read_after
from foundation.refusals import refuses
from identity.errors import PinLocked, PinWrong
from identity.pins import PIN_PATTERN
from ledger.errors import InsufficientFunds, TransferRefused
from ledger.money import AMOUNT_MINOR_MAX
from ledger.queries import read_available, read_balance
from pos.api.charges import hand_over_stream
from pos.errors import ChargeNotPayable, NotFound
from qr.errors import PayloadInvalid
from qr.references import decode_reference
from wallet.authentication import Payer, WalletAuthentication
from wallet.claims import decline_charge, find_claim
from wallet.errors import (
    AmountChanged,
    ClaimUnknown,
    OwnLimitReached,
    PinRequired,
    WalletFrozen,
)
from wallet.models import Wallet
from wallet.payments import confirm_charge, hash_confirmation
from wallet.queries import page_payments
from wallet.serializers import PaymentPage, PaymentSerializer, Seen, WalletSerializer
from wallet.topics import session_topic


class ConfirmationSerializer(serializers.Serializer[Any]):
    """A claim to pay, with the amount that was shown, and the PIN where it is wanted."""

    claim = PlainTextField(max_length=40)
    amount_minor = WholeNumberField(
        required=False,
        min_value=1,
        max_value=AMOUNT_MINOR_MAX,
        help_text="What the payer was shown; another amount is refused. Without it, no tip is"
        " paid that was chosen on a phone.",
    )
    pin = PlainTextField(required=False, allow_blank=True, max_length=6, default="")

    def validate_pin(self, pin: str) -> str:
        """Six digits, or none at all."""
        if pin and not PIN_PATTERN.match(pin):
            raise serializers.ValidationError(gettext("A PIN has six digits."))
        return pin


class WalletApiView(ExpressView):
    """Asked by a customer's phone."""

    authentication_classes = [WalletAuthentication]
    group = "Wallet"

    @property
    def wallet(self) -> Wallet:
        """Return the calling wallet."""
        return cast(Payer, self.request.user).wallet


class WalletView(WalletApiView):
    """The wallet itself."""

    @extend_schema(operation_id="show_wallet", responses=WalletSerializer)
    def get(self, request: Request) -> Response:
        """Show the balance, and what of it may be spent."""
        account_id, currency = self.wallet.account_id, self.wallet.currency
        shown = WalletSerializer.show(
            self.wallet,
            balance=Money(read_balance(account_id), currency),
            available=Money(read_available(account_id), currency),
        )
        return Response(shown)


class TransactionsView(WalletApiView):
    """What went through the wallet."""

    @extend_schema(operation_id="list_transactions", parameters=[AFTER], responses=PaymentPage)
    @refuses(NotFound)
    def get(self, request: Request) -> Response:
        """List payments with their refunds, newest first, a page at a time."""
        page = page_payments(self.wallet, after=read_after(request))
        return Response(PaymentPage.show(page))


class ClaimView(WalletApiView):
    """One claim."""

    @extend_schema(operation_id="decline_charge", responses={204: None})
    @refuses(ClaimUnknown)
    def delete(self, request: Request, reference: str) -> Response:
        """Decline: give the charge back unpaid."""
        decline_charge(find_claim(self.wallet, read_claim_id(reference)))
        return Response(status=204)


class PaymentsView(WalletApiView):
    """The wallet's payments."""

    @extend_schema(
        operation_id="confirm_charge",
        parameters=[KEY],
        request=ConfirmationSerializer,
        responses={201: PaymentSerializer},
    )
    @refuses(
        ClaimUnknown,
        ChargeNotPayable,
        AmountChanged,
        PinRequired,
        PinWrong,
        PinLocked,
        WalletFrozen,
        OwnLimitReached,
        InsufficientFunds,
        TransferRefused,
        IdempotencyMismatch,
    )
    def post(self, request: Request) -> Response:
        """Confirm a claimed charge: the money moves."""
        asked = ConfirmationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        claim, pin = asked.validated_data["claim"], asked.validated_data["pin"]
        seen_minor = asked.validated_data.get("amount_minor")
        payment = confirm_charge(
            self.wallet,
            read_claim_id(claim),
            pin=pin,
            seen_minor=seen_minor,
            idempotency_key=read_key(request),
            request_hash=hash_confirmation(claim, seen_minor=seen_minor),
        )
        shown = PaymentSerializer.show(payment, charge=Seen(payment.wallet, payment.charge))
        return Response(shown, status=201)


class WalletEventsView(WalletApiView):
    """The stream a phone's page listens to."""

    @extend_schema(
        operation_id="listen_to_wallet",
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        """Hand the connection over to the process that serves streams."""
        bound_to = session_topic(self.wallet.session_id)
        return hand_over_stream(account_topic(self.wallet.account_id), bound_to=bound_to)


def read_claim_id(reference: str) -> UUID:
    """Read a claim's public reference.

    Raises:
        ClaimUnknown: not of that form.
    """
    try:
        return decode_reference("cl", reference)
    except PayloadInvalid:
        raise ClaimUnknown from None
