"""The description of the API: what each operation is called, answers and refuses."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Serializer

from api import shapes
from api import shapes_scans as scans
from api.problems import STATUSES
from identity import errors as identity
from ledger import errors as ledger
from pos import errors as pos
from pos.idempotency import HEADER, KEY_RULE
from wallet import errors as wallet

_Refusals = tuple[type[Exception], ...]
_Shape = Serializer[Any] | type[Serializer[Any]]
_FRAMEWORK: dict[type[Exception], tuple[int, str]] = {
    Http404: (404, "not_found"),
    ValidationError: (400, "request_invalid"),
}
# Any request may meet these; one with a body also `request_invalid` and
# `unsupported_media_type`.
EVERYWHERE = {
    "not_authenticated": 401,
    "still_running": 409,
    "busy": 503,
    "timed_out": 503,
    "try_again": 503,
    "unavailable": 503,
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "description": f"A key of your own: {KEY_RULE}. The same key with the same request has one"
    " effect and one answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -+\\--~]*$"},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What the framework cannot see in a view."""

    name: str
    answers: _Shape | None = None
    refusals: _Refusals = ()
    takes_key: bool = False
    # Taken only where it opens something.
    may_take_key: bool = False


_CODE: _Refusals = (wallet.CodeUnknown, wallet.TooManyTries, pos.SigningKeyWithdrawn)
_CHARGE = "/api/v1/charges/{reference}"
_STATIC_CODE = "/api/v1/static_codes/{reference}"
OPERATIONS = {
    ("GET", "/api/v1/charges"): Operation(
        "list_charges", shapes.CHARGE_PAGE, (pos.ChargeUnknown, ValidationError)
    ),
    ("POST", "/api/v1/charges"): Operation(
        "create_charge",
        shapes.ChargeSerializer,
        (
            pos.TillUnpaired,
            pos.StoreClosed,
            pos.CurrencyMismatch,
            pos.AmountMismatch,
            pos.AmountTooLarge,
            pos.ItemUnknown,
            pos.IdempotencyMismatch,
        ),
        takes_key=True,
    ),
    ("GET", _CHARGE): Operation(
        "show_charge", shapes.WholeChargeSerializer, (pos.ChargeUnknown,)
    ),
    ("POST", f"{_CHARGE}/cancel"): Operation(
        "cancel_charge", shapes.ChargeSerializer, (pos.ChargeUnknown, pos.ChargeNotCancelable)
    ),
    ("POST", f"{_CHARGE}/extend"): Operation(
        "extend_charge", shapes.ChargeSerializer, (pos.ChargeUnknown, pos.ChargeNotExtendable)
    ),
    ("POST", f"{_CHARGE}/collect"): Operation(
        "collect_charge",
        shapes.CollectedChargeSerializer,
        (
            pos.ChargeUnknown,
            wallet.PaymentCodeForeign,
            wallet.PaymentCodeUnknown,
            wallet.PaymentCodeExpired,
            wallet.PaymentCodeUsed,
            wallet.TooManyTries,
            pos.ChargeNotPayable,
            pos.ChargeClaimedByAnother,
            wallet.WalletCurrencyMismatch,
            ledger.InsufficientFunds,
            ledger.TransferRefused,
            pos.IdempotencyMismatch,
        ),
        takes_key=True,
    ),
    ("GET", f"{_CHARGE}/refunds"): Operation(
        "list_refunds", shapes.REFUND_PAGE, (pos.ChargeUnknown,)
    ),
    ("POST", f"{_CHARGE}/refunds"): Operation(
        "refund_charge",
        shapes.RefundSerializer,
        (
            pos.ChargeUnknown,
            pos.RefundNotAllowed,
            pos.RefundNotPossible,
            pos.RefundExceedsCaptured,
            pos.CurrencyMismatch,
            pos.IdempotencyMismatch,
        ),
        takes_key=True,
    ),
    ("GET", "/api/v1/refunds/{reference}"): Operation(
        "show_refund", shapes.RefundSerializer, (pos.ChargeUnknown,)
    ),
    ("GET", f"{_CHARGE}/events"): Operation("listen_to_charge", None, (pos.ChargeUnknown,)),
    ("GET", f"{_CHARGE}/qr.svg"): Operation("draw_charge_svg", None, (pos.ChargeUnknown,)),
    ("GET", f"{_CHARGE}/qr.png"): Operation("draw_charge_png", None, (pos.ChargeUnknown,)),
    ("POST", "/api/v1/pictures"): Operation("read_picture", scans.PICTURE_TEXTS),
    ("GET", "/api/v1/stores/{reference}/static_codes"): Operation(
        "list_static_codes", scans.STATIC_CODES, (pos.StaticCodeUnknown,)
    ),
    ("POST", "/api/v1/stores/{reference}/static_codes"): Operation(
        "create_static_code",
        scans.StaticCodeSerializer,
        (
            pos.StaticCodeUnknown,
            pos.CapTooLarge,
            pos.CurrencyMismatch,
            pos.IdempotencyMismatch,
        ),
        takes_key=True,
    ),
    ("GET", "/api/v1/static_codes/events"): Operation("listen_to_static_codes"),
    ("GET", _STATIC_CODE): Operation(
        "show_static_code", scans.StaticCodeSerializer, (pos.StaticCodeUnknown,)
    ),
    ("POST", f"{_STATIC_CODE}/revoke"): Operation(
        "revoke_static_code", scans.StaticCodeSerializer, (pos.StaticCodeUnknown,)
    ),
    ("GET", f"{_STATIC_CODE}/sheet.pdf"): Operation(
        "draw_static_code",
        None,
        (pos.StaticCodeUnknown, pos.StaticCodeRevoked, ValidationError),
    ),
    ("GET", "/api/v1/settlements"): Operation(
        "list_settlements", shapes.SETTLEMENT_PAGE, (Http404,)
    ),
    ("GET", "/api/v1/settlements/{reference}"): Operation(
        "show_settlement", shapes.SettlementSerializer, (Http404,)
    ),
    ("GET", "/api/v1/settlements/{reference}/lines"): Operation(
        "list_settlement_lines", shapes.SETTLEMENT_LINE_PAGE, (Http404,)
    ),
    ("GET", "/api/v1/wallet"): Operation("show_wallet", shapes.WalletSerializer),
    ("GET", "/api/v1/wallet/transactions"): Operation(
        "list_transactions", shapes.PAYMENT_PAGE, (pos.ChargeUnknown,)
    ),
    ("GET", "/api/v1/wallet/movements"): Operation(
        "list_movements", shapes.MOVEMENT_PAGE, (pos.ChargeUnknown,)
    ),
    ("POST", "/api/v1/wallet/scans"): Operation("scan_code", scans.ScanSerializer, _CODE),
    ("POST", "/api/v1/wallet/pictures"): Operation("read_scanned_picture", scans.PICTURE_TEXTS),
    ("POST", "/api/v1/wallet/claims"): Operation(
        "claim_charge",
        shapes.ClaimSerializer,
        (
            *_CODE,
            wallet.CodeForeign,
            wallet.CodeMistyped,
            pos.ChargeClaimedByAnother,
            pos.ChargeNotPayable,
            wallet.WalletCurrencyMismatch,
            wallet.StaticLimitReached,
            pos.StaticCodeRevoked,
            pos.StoreClosed,
            pos.CurrencyMismatch,
            pos.IdempotencyMismatch,
        ),
        may_take_key=True,
    ),
    ("DELETE", "/api/v1/wallet/claims/{reference}"): Operation(
        "decline_charge", None, (wallet.ClaimUnknown,)
    ),
    ("POST", "/api/v1/wallet/payments"): Operation(
        "confirm_charge",
        shapes.PaymentSerializer,
        (
            wallet.ClaimUnknown,
            pos.ChargeNotPayable,
            wallet.PinRequired,
            identity.PinWrong,
            identity.PinLocked,
            ledger.InsufficientFunds,
            ledger.TransferRefused,
            pos.IdempotencyMismatch,
        ),
        takes_key=True,
    ),
    ("GET", "/api/v1/wallet/payment_codes"): Operation(
        "list_payment_codes", shapes.PAYMENT_CODES
    ),
    ("POST", "/api/v1/wallet/payment_codes"): Operation(
        "start_payment_codes", shapes.PAYMENT_CODES, (identity.PinWrong, identity.PinLocked)
    ),
    ("POST", "/api/v1/wallet/payment_codes/revoke"): Operation(
        "revoke_payment_codes", shapes.PAYMENT_CODES
    ),
    ("GET", "/api/v1/wallet/events"): Operation("listen_to_wallet"),
}


class ApiSchema(AutoSchema):
    """The framework's description, completed from the table above."""

    def get_operation_id(self) -> str:
        """Name the operation by its verb."""
        return self._known.name

    def get_summary(self) -> str:
        """Say in the view's own words what it does."""
        return self.get_description().partition("\n")[0]

    def get_tags(self) -> list[str]:
        """Part the tills' operations from the phones'."""
        return ["Wallet" if "/wallet" in self.path else "Tills and merchants"]

    def get_operation(self, *args: Any) -> dict[str, Any] | None:
        """Describe the operation with its answer, its refusals and its key."""
        operation: dict[str, Any] | None = super().get_operation(*args)
        if operation is None:
            return None
        if self._known.answers is not None:
            done = next(iter(operation["responses"].values()))
            done["content"] = self._fill("application/json", self._known.answers)
        if self._known.takes_key or self._known.may_take_key:
            key = _KEY | {"required": self._known.takes_key}
            operation["parameters"] = [*operation.get("parameters", []), key]
        for status, codes in sorted(self._group_codes("requestBody" in operation).items()):
            operation["responses"][str(status)] = {
                "description": ", ".join(codes),
                "content": self._fill("application/problem+json", shapes.PROBLEM),
            }
        return operation

    @property
    def _known(self) -> Operation:
        # A test finds a forgotten one; until then the page describes what can be seen.
        named = Operation(super().get_operation_id())
        return OPERATIONS.get((self.method, self.path), named)

    def _fill(self, media_type: str, shape: _Shape) -> dict[str, Any]:
        return {media_type: {"schema": self.resolve_serializer(shape, "response").ref}}

    def _group_codes(self, has_body: bool) -> dict[int, list[str]]:  # noqa: FBT001  a fact
        codes = defaultdict(list)
        for refusal in self._known.refusals:
            status, code = STATUSES.get(refusal) or _FRAMEWORK[refusal]
            codes[status].append(code)
        if has_body:
            codes[400].append("request_invalid")
            codes[415].append("unsupported_media_type")
        for code, status in EVERYWHERE.items():
            codes[status].append(code)
        return {status: list(dict.fromkeys(found)) for status, found in codes.items()}


class PosScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its metaclass
    """A till's token or a merchant's key."""

    target_class = "pos.authentication.PosAuthentication"
    name = "till_or_merchant"

    def get_security_definition(self, *_: Any) -> dict[str, str]:
        """Describe the header."""
        return _bearer("A terminal token (tk_…) or a merchant's secret key (sk_…).")


class MerchantScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its metaclass
    """A merchant's key."""

    target_class = "merchants.authentication.KeyAuthentication"
    name = "merchant"

    def get_security_definition(self, *_: Any) -> dict[str, str]:
        """Describe the header."""
        return _bearer("A merchant's secret key (sk_…).")


class WalletScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its metaclass
    """A wallet session."""

    target_class = "wallet.authentication.WalletAuthentication"
    name = "wallet"

    def get_security_definition(self, *_: Any) -> dict[str, str]:
        """Describe the header."""
        return _bearer("The secret of a wallet session (ws_…).")


def _bearer(description: str) -> dict[str, str]:
    return {"type": "http", "scheme": "bearer", "description": description}
