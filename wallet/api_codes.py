"""The API of payment codes: the phone fetches and stops them, the till collects by one."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from identity.pins import PIN_PATTERN
from merchants.queries import read_clock
from merchants.representations import show_time
from pos.api import PosView
from pos.idempotency import hash_request, read_key
from pos.models import Charge, ChargeStatus
from pos.queries import find_charge
from pos.representations import show_charge
from pos.serializers import PlainTextField
from wallet.api import WalletApiView, show_to_payer
from wallet.codes import NewUse, ShownCode, issue_codes, revoke_codes, start_codes
from wallet.collection import collect_charge
from wallet.models import CodeUse, Wallet
from wallet.queries import find_last_use


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


class PaymentCodesView(WalletApiView):
    """The wallet's payment codes."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, _request: Request) -> Response:
        """List the payment codes from this minute on, and what came of the last one used."""
        return Response(show_codes(self.wallet, issue_codes(self.wallet)))

    @extend_schema(request=PinSerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Make payment codes again after they were stopped."""
        asked = PinSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        start_codes(self.wallet, pin=asked.validated_data["pin"])
        return Response(show_codes(self.wallet, issue_codes(self.wallet)))


class RevokeCodesView(WalletApiView):
    """The end of the wallet's payment codes."""

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, _request: Request) -> Response:
        """Void all payment codes of the wallet, on every phone, and make no more."""
        revoke_codes(self.wallet)
        return Response(show_codes(self.wallet, []))


class CollectView(PosView):
    """The payment of a charge by the code on a customer's phone."""

    @extend_schema(request=CollectionSerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, reference: str) -> Response:
        """Collect the charge from the wallet that shows this payment code."""
        charge = find_charge(self.caller, reference)
        asked = CollectionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        new = NewUse(
            text=asked.validated_data["code"],
            charge=charge,
            idempotency_key=read_key(request),
            request_hash=hash_request(
                f"collect {charge.public_id}", caller_id=self.caller.owner_id, body=request.data
            ),
        )
        use = collect_charge(self.caller, new)
        truth = find_charge(self.caller, reference)
        return Response(show_charge(truth) | {"needs": list_needs(use, truth)})


def list_needs(use: CodeUse, charge: Charge) -> list[str]:
    """List what the payer still has to give on the phone: the PIN, or nothing."""
    waits = (
        use.outcome == "claimed"
        and charge.status_now == ChargeStatus.CLAIMED
        and charge.payer_account_id == use.wallet.account_id
    )
    return ["pin"] if waits else []


def show_codes(wallet: Wallet, codes: list[ShownCode]) -> dict[str, Any]:
    """Show the codes with their minutes; a wallet that has none has stopped them."""
    use = find_last_use(wallet)
    return {
        "data": [
            {
                "code": each.code,
                "from": show_time(each.from_at),
                "until": show_time(each.until_at),
            }
            for each in codes
        ],
        "stopped": not codes,
        "last_use": show_use(use) if use else None,
        "server_time": show_time(read_clock()),
    }


def show_use(use: CodeUse) -> dict[str, Any]:
    """Show the payer what came of a code: paid, the PIN wanted, or why not."""
    return {
        "outcome": use.outcome,
        "used_at": show_time(use.used_at),
        "needs": list_needs(use, use.charge),
        "charge": show_to_payer(use.wallet, use.charge),
    }
