"""The API of payment codes: the phone fetches and stops them, the till collects by one."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.answers import (
    Answer,
    FlagField,
    InstantField,
    TextField,
    TextsField,
    make_answer,
)
from foundation.fields import PlainTextField
from foundation.idempotency import KEY, IdempotencyMismatch, hash_request, read_key
from foundation.refusals import refuses
from identity.errors import PinLocked, PinWrong
from identity.pins import PIN_PATTERN
from ledger.errors import InsufficientFunds, TransferRefused
from merchants.queries import read_clock
from pos.api.charges import PosView
from pos.errors import ChargeClaimedByAnother, ChargeNotPayable, NotFound
from pos.models import Charge, ChargeStatus
from pos.queries import find_charge
from pos.serializers import CollectedChargeSerializer
from wallet.api.payments import WalletApiView
from wallet.collection import collect_charge
from wallet.errors import (
    PaymentCodeExpired,
    PaymentCodeForeign,
    PaymentCodeUnknown,
    PaymentCodeUsed,
    TooManyTries,
    WalletCurrencyMismatch,
    WalletFrozen,
    WalletLimitReached,
)
from wallet.models import PaymentCodeUse, Wallet
from wallet.payment_codes import NewUse, ShownCode, issue_codes, revoke_codes, start_codes
from wallet.queries import find_last_use
from wallet.serializers import PayerChargeSerializer, Seen


class PinSerializer(serializers.Serializer[Any]):
    """The PIN, which makes a wallet show payment codes again."""

    pin = PlainTextField(max_length=6)

    def validate_pin(self, pin: str) -> str:
        """Six digits."""
        if not PIN_PATTERN.match(pin):
            raise serializers.ValidationError(gettext("A PIN has six digits."))
        return pin


class CollectionSerializer(serializers.Serializer[Any]):
    """What the customer showed."""

    code = PlainTextField(max_length=1200)


# `from` is a keyword in Python.
PaymentCodeSerializer = make_answer(
    "PaymentCode",
    doc="A payment code and the minute that it is meant for.",
    **{
        "code": TextField(help_text="18 digits, for one payment."),
        "from": InstantField(source="from_at", help_text="Show it from then on."),
        "until": InstantField(source="until_at", help_text="Show the next one from then on."),
    },
)


class CodeUseSerializer(Answer):
    """What came of a payment code that a till has sent."""

    outcome = TextField(
        help_text="started, captured, claimed (the PIN is wanted), or the refusal's code."
    )
    used_at = InstantField()
    needs = TextsField(
        of=lambda use: list_needs(use, use.charge),
        help_text="pin while the charge waits for it.",
    )
    charge = PayerChargeSerializer(of=lambda use: Seen(use.wallet, use.charge))


PaymentCodesSerializer = make_answer(
    "PaymentCodes",
    doc="A wallet's payment codes from this minute on.",
    data=PaymentCodeSerializer(many=True),
    stopped=FlagField(help_text="Whether the owner has stopped them."),
    last_use=CodeUseSerializer(allow_null=True),
    server_time=InstantField(help_text="The clock that decides."),
)


class PaymentCodesView(WalletApiView):
    """The wallet's payment codes."""

    @extend_schema(operation_id="list_payment_codes", responses=PaymentCodesSerializer)
    def get(self, _request: Request) -> Response:
        """List the payment codes from this minute on, and what came of the last one used."""
        return Response(show_codes(self.wallet, issue_codes(self.wallet)))

    @extend_schema(
        operation_id="start_payment_codes",
        request=PinSerializer,
        responses=PaymentCodesSerializer,
    )
    @refuses(PinWrong, PinLocked)
    def post(self, request: Request) -> Response:
        """Make payment codes again after they were stopped."""
        asked = PinSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        start_codes(self.wallet, pin=asked.validated_data["pin"])
        return Response(show_codes(self.wallet, issue_codes(self.wallet)))


class RevokeCodesView(WalletApiView):
    """The end of the wallet's payment codes."""

    @extend_schema(
        operation_id="revoke_payment_codes", request=None, responses=PaymentCodesSerializer
    )
    def post(self, _request: Request) -> Response:
        """Void all payment codes of the wallet, on every phone, and make no more."""
        revoke_codes(self.wallet)
        return Response(show_codes(self.wallet, []))


class CollectView(PosView):
    """The payment of a charge by the code on a customer's phone."""

    @extend_schema(
        operation_id="collect_charge",
        parameters=[KEY],
        request=CollectionSerializer,
        responses=CollectedChargeSerializer,
    )
    @refuses(
        NotFound,
        PaymentCodeForeign,
        PaymentCodeUnknown,
        PaymentCodeExpired,
        PaymentCodeUsed,
        TooManyTries,
        ChargeNotPayable,
        ChargeClaimedByAnother,
        WalletCurrencyMismatch,
        WalletFrozen,
        WalletLimitReached,
        InsufficientFunds,
        TransferRefused,
        IdempotencyMismatch,
    )
    def post(self, request: Request, reference: str) -> Response:
        """Collect the charge from the wallet that shows this payment code."""
        charge = find_charge(self.principal, reference)
        asked = CollectionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        new = NewUse(
            text=asked.validated_data["code"],
            charge=charge,
            idempotency_key=read_key(request),
            request_hash=hash_request(
                f"collect {charge.public_id}", principal_id=self.principal.id, body=request.data
            ),
        )
        use = collect_charge(self.principal, new)
        truth = find_charge(self.principal, reference)
        shown = CollectedChargeSerializer.show(truth, needs=list_needs(use, truth))
        return Response(shown)


def list_needs(use: PaymentCodeUse, charge: Charge) -> list[str]:
    """List what the payer still has to enter on the phone: the PIN, or nothing."""
    waits = (
        use.outcome == "claimed"
        and charge.status_now == ChargeStatus.CLAIMED
        and charge.payer_account_id == use.wallet.account_id
    )
    return ["pin"] if waits else []


def show_codes(wallet: Wallet, codes: list[ShownCode]) -> dict[str, Any]:
    """Show the codes with their minutes; a wallet that has none has stopped them."""
    return PaymentCodesSerializer.show(
        data=codes,
        stopped=not codes,
        last_use=find_last_use(wallet),
        server_time=read_clock(),
    )
