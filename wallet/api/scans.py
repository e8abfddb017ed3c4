"""The API of scans: what is this, what may I do with it, and the claim that follows."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.fields import SkipField
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.answers import (
    Answer,
    ChoiceField,
    FlagField,
    InstantField,
    Money,
    MoneySerializer,
    TextField,
    TextsField,
)
from foundation.fields import PlainTextField
from foundation.idempotency import (
    KEY_IF_OPENED,
    IdempotencyMismatch,
    find_key,
    hash_request,
    read_key,
)
from foundation.refusals import refuses
from merchants.serializers import AmountSerializer
from pos.api.pictures import PictureReading
from pos.errors import (
    ChargeClaimedByAnother,
    ChargeNotPayable,
    CounterCodeRevoked,
    CurrencyMismatch,
    SigningKeyWithdrawn,
    StoreClosed,
)
from pos.models import Charge, CounterCode
from qr.payment import PaymentRequest
from qr.recognition import LENGTH_MAX
from qr.scanning import Symbology
from wallet.api.payments import WalletApiView
from wallet.claims import claim_charge
from wallet.counter_payments import claim_counter_code
from wallet.errors import (
    CodeForeign,
    CodeMistyped,
    CodeUnknown,
    CounterLimitReached,
    TooManyTries,
    WalletCurrencyMismatch,
    WalletFrozen,
)
from wallet.scan_results import ScanResult, make_plain, resolve_scan
from wallet.scans import record_scan
from wallet.serializers import (
    ClaimSerializer,
    PayeeSerializer,
    PayerChargeSerializer,
    Seen,
    write_address,
)


def of_request(read: Callable[[PaymentRequest], object]) -> Callable[[ScanResult], object]:
    """Read a member from a result's request; without one, the member is left out."""

    def read_or_skip(result: ScanResult) -> object:
        if result.request is None:
            raise SkipField
        return read(result.request)

    return read_or_skip


def _read_left(result: ScanResult) -> Money | None:
    code = result.counter_code
    return None if code is None else Money(result.left_minor, code.currency)


def _read_asked(request: PaymentRequest) -> Money | None:
    if request.amount_minor is None or not request.currency:
        return None
    return Money(request.amount_minor, request.currency)


KINDS = (
    "charge",
    "static",
    "payment",
    "payment_code",
    "foreign_code",
    "foreign",
    "web_address",
    "altered",
    "mistyped",
    "text",
    "empty",
)


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
    """A code to pay with, scanned or typed; at a counter code with the amount."""

    payload = PlainTextField(max_length=1200)
    amount = AmountSerializer(required=False)


class StaticPayeeSerializer(Answer):
    """A counter code as its payer sees it."""

    id = TextField(source="public_id", help_text="sc_…")
    place = TextField(help_text="Where it hangs.")
    currency = TextField()
    cap = MoneySerializer(help_text="The most a customer pays in a day of the shop.")
    is_revoked = FlagField()
    merchant = PayeeSerializer(source="store.merchant")
    store_name = TextField(source="store.name")
    store_address = TextField(of=lambda code: write_address(code.store))


class ForeignPayeeSerializer(Answer):
    """Whom a code of another system names; nobody has checked it."""

    name = TextField(of=lambda request: make_plain(request.payee_name))
    city = TextField(of=lambda request: make_plain(request.payee_city))
    country = TextField(of=lambda request: make_plain(request.country))


class ScanSerializer(Answer):
    """What was scanned, and what this wallet can do with it."""

    kind = ChoiceField(KINDS, help_text="The guide says what each is.")
    payable = FlagField(source="is_payable", help_text="By this wallet, at this moment.")
    title = TextField(help_text="The name of the scheme or host; may be empty.")
    detail = TextField(help_text="What it is and what to do, for people.")
    charge = PayerChargeSerializer(required=False, help_text="With charge.")
    counter_code = StaticPayeeSerializer(required=False, help_text="With static.")
    left = MoneySerializer(
        required=False,
        of=_read_left,
        help_text="With static: what you may still pay by it today.",
    )
    host = TextField(
        required=False,
        of=lambda result: result.host or None,
        help_text="With web_address and foreign; never followed.",
    )
    scheme = TextField(
        required=False,
        of=lambda result: result.scheme or None,
        help_text="With payment, foreign_code and altered: pix, qris, …",
    )
    # Of a request of another system, what is safe to show; else these are left out.
    payee = ForeignPayeeSerializer(required=False, source="request", help_text="With payment.")
    amount = MoneySerializer(
        required=False,
        allow_null=True,
        of=of_request(_read_asked),
        help_text="With payment; null if the payer types it.",
    )
    currency = TextField(
        required=False,
        allow_null=True,
        of=of_request(lambda request: make_plain(request.currency) or None),
        help_text="With payment; also without an amount.",
    )
    reference = TextField(
        required=False,
        of=of_request(lambda request: make_plain(request.reference)),
        help_text="With payment.",
    )
    remarks = TextsField(
        required=False,
        of=lambda result: result.remarks if result.request else None,
        help_text="With payment: rules of its format that the code does not keep to.",
    )
    expires_at = InstantField(
        required=False,
        allow_null=True,
        of=of_request(lambda request: request.expires_at),
        help_text="With payment, where the code says it.",
    )


class ScansView(WalletApiView):
    """A look at a code, before anything is claimed."""

    @extend_schema(
        operation_id="scan_code", request=ScannedSerializer, responses=ScanSerializer
    )
    @refuses(CodeUnknown, TooManyTries, SigningKeyWithdrawn)
    def post(self, request: Request) -> Response:
        """Return what was scanned, and what this wallet can do with it."""
        asked = ScannedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        result = resolve_scan(self.wallet, asked.validated_data["payload"])
        charge = result.charge
        seen = {} if charge is None else {"charge": Seen(self.wallet, charge)}
        return Response(ScanSerializer.show(result, **seen))


@extend_schema_view(post=extend_schema(operation_id="read_scanned_picture"))
class PicturesView(PictureReading, WalletApiView):
    """What a phone's camera saw: shops' codes have no bars, and goods have."""

    symbologies = (Symbology.QR,)


class ClaimsView(WalletApiView):
    """The wallet's claims."""

    @extend_schema(
        operation_id="claim_charge",
        parameters=[KEY_IF_OPENED],
        request=PayloadSerializer,
        responses={201: ClaimSerializer},
    )
    @refuses(
        CodeUnknown,
        TooManyTries,
        SigningKeyWithdrawn,
        CodeForeign,
        CodeMistyped,
        ChargeClaimedByAnother,
        ChargeNotPayable,
        WalletFrozen,
        WalletCurrencyMismatch,
        CounterLimitReached,
        CounterCodeRevoked,
        StoreClosed,
        CurrencyMismatch,
        IdempotencyMismatch,
    )
    def post(self, request: Request) -> Response:
        """Claim the charge behind a code, or lengthen the claim.

        At a counter code a charge of the amount is opened and claimed at once: give a key.
        """
        asked = PayloadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        key = find_key(request)
        found = record_scan(self.wallet, asked.validated_data["payload"])
        if isinstance(found, Charge):
            claim = claim_charge(self.wallet, found)
        else:
            claim = claim_counter_code(
                self.wallet,
                found,
                amount_minor=_read_amount(found, asked.validated_data.get("amount")),
                key=key or read_key(request),
                request_hash=hash_request(
                    f"claim {found.public_id}", principal_id=self.wallet.id, body=request.data
                ),
            )
        return Response(ClaimSerializer.show(claim), status=201)


def _read_amount(code: CounterCode, amount: dict[str, Any] | None) -> int:
    if amount is None:
        raise serializers.ValidationError({"amount": gettext("This field is required.")})
    if amount["currency"] != code.currency:
        raise CurrencyMismatch(code.currency)
    amount_minor: int = amount["amount_minor"]
    return amount_minor
