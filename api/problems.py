"""Refusals as RFC 9457 problem details: the one table from refusal to status and code."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView

from api.outages import find_outage
from identity import errors as identity
from ledger import errors as ledger
from pos import errors as pos
from wallet import errors as wallet

STATUSES: dict[type[Exception], tuple[int, str]] = {
    identity.SignInRefused: (403, "sign_in_refused"),
    identity.PinWrong: (403, "pin_wrong"),
    identity.PinLocked: (403, "pin_locked"),
    ledger.InsufficientFunds: (402, "insufficient_funds"),
    ledger.TransferRefused: (409, "transfer_refused"),
    pos.ChargeUnknown: (404, "not_found"),
    pos.ChargeNotPayable: (409, "charge_not_payable"),
    pos.ChargeClaimedByAnother: (409, "charge_claimed_by_another"),
    pos.ChargeNotCancelable: (409, "charge_not_cancelable"),
    pos.ChargeNotExtendable: (409, "charge_not_extendable"),
    pos.IdempotencyMismatch: (422, "idempotency_mismatch"),
    pos.AmountMismatch: (422, "amount_mismatch"),
    pos.AmountTooLarge: (422, "amount_too_large"),
    pos.CurrencyMismatch: (422, "currency_mismatch"),
    pos.ItemUnknown: (422, "item_unknown"),
    pos.RefundExceedsCaptured: (409, "refund_exceeds_captured"),
    pos.RefundNotPossible: (409, "refund_not_possible"),
    pos.RefundNotAllowed: (403, "refund_not_allowed"),
    pos.StoreClosed: (409, "store_closed"),
    pos.TillUnpaired: (401, "not_authenticated"),
    pos.CapTooLarge: (422, "cap_too_large"),
    pos.StaticCodeUnknown: (404, "not_found"),
    pos.StaticCodeRevoked: (410, "static_code_revoked"),
    pos.SigningKeyWithdrawn: (410, "signing_key_withdrawn"),
    wallet.PinRequired: (403, "pin_required"),
    wallet.CodeUnknown: (404, "code_unknown"),
    wallet.CodeForeign: (422, "code_foreign"),
    wallet.CodeMistyped: (422, "code_mistyped"),
    wallet.TooManyTries: (429, "too_many_tries"),
    wallet.ClaimUnknown: (404, "not_found"),
    wallet.WalletCurrencyMismatch: (422, "currency_mismatch"),
    wallet.StaticLimitReached: (422, "static_limit_reached"),
    wallet.PaymentCodeForeign: (422, "payment_code_foreign"),
    wallet.PaymentCodeUnknown: (422, "payment_code_unknown"),
    wallet.PaymentCodeExpired: (409, "payment_code_expired"),
    wallet.PaymentCodeUsed: (409, "payment_code_used"),
}
FIELDS: dict[type[Exception], str] = {
    pos.AmountMismatch: "amount.amount_minor",
    pos.CurrencyMismatch: "amount.currency",
    pos.ItemUnknown: "lines",
    pos.AmountTooLarge: "lines",
    pos.RefundExceedsCaptured: "amount.amount_minor",
    identity.PinWrong: "pin",
    identity.PinLocked: "pin",
    wallet.PinRequired: "pin",
    pos.CapTooLarge: "cap.amount_minor",
    pos.StaticCodeRevoked: "payload",
    pos.SigningKeyWithdrawn: "payload",
    wallet.StaticLimitReached: "amount.amount_minor",
    wallet.CodeUnknown: "payload",
    wallet.CodeForeign: "payload",
    wallet.CodeMistyped: "payload",
    wallet.ClaimUnknown: "claim",
    wallet.PaymentCodeForeign: "code",
    wallet.PaymentCodeUnknown: "code",
    wallet.PaymentCodeExpired: "code",
    wallet.PaymentCodeUsed: "code",
}
# The ledger's errors are read without Django too (docs/seals.md), so they speak English.
_WORDS: dict[type[Exception], Promise] = {
    ledger.InsufficientFunds: _("There is too little money for this. Nothing was taken."),
}
_RETRY_AFTER_S = {429: "60", 503: "1"}
FRAMEWORK_CODES = {
    400: "request_invalid",
    401: "not_authenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    500: "internal_error",
}


def answer_problem(refusal: Exception, _context: dict[str, Any]) -> Response | None:
    """Answer a refusal as problem details; None leaves a mistake of ours to be a 500."""
    if isinstance(refusal, exceptions.APIException):
        return _answer_framework(refusal)
    if isinstance(refusal, Http404):
        return _answer(404, "not_found", gettext("There is nothing here."))
    outage = find_outage(refusal)
    if outage is not None:
        answer = _answer(outage.status, outage.code, str(outage.words))
        answer["Retry-After"] = str(outage.retry_after_s)
        return answer
    for kind in type(refusal).__mro__:
        if kind in STATUSES:
            status, code = STATUSES[kind]
            words = str(_WORDS.get(kind, refusal))
            return _answer(status, code, words, **_describe(refusal, kind, code))
    return None


def describe_problem(status: int, code: str, detail: str) -> dict[str, Any]:
    """Describe a refusal as problem details."""
    return {
        "type": f"/api/docs/#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
    }


class NothingHere(APIView):
    """Every address below /api/ that is none: refused in the API's own form."""

    schema = None
    permission_classes = []

    def initial(self, *_args: object, **_kwargs: object) -> None:
        """Refuse before anything else is looked at, whatever the method."""
        raise Http404


def _describe(refusal: Exception, kind: type[Exception], code: str) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if isinstance(
        refusal, pos.ChargeNotPayable | pos.ChargeNotCancelable | pos.ChargeNotExtendable
    ):
        extra["charge_status"] = refusal.status
    if isinstance(refusal, identity.PinWrong):
        extra["tries_left"] = refusal.tries_left
    if isinstance(refusal, wallet.StaticLimitReached):
        extra["left_minor"] = refusal.left_minor
    if isinstance(refusal, pos.RefundExceedsCaptured):
        extra["refundable_minor"] = refusal.refundable_minor
    if kind in FIELDS:
        extra["errors"] = [{"field": FIELDS[kind], "code": code, "detail": str(refusal)}]
    return extra


def _answer_framework(refusal: exceptions.APIException) -> Response:
    status = refusal.status_code
    code = FRAMEWORK_CODES.get(status, "refused")
    if isinstance(refusal, exceptions.ValidationError):
        errors = list(_flatten(refusal.get_full_details(), ""))
        detail = " ".join(f"{error['field']}: {error['detail']}" for error in errors)
        return _answer(status, code, detail, errors=errors)
    answer = _answer(status, code, str(refusal.detail))
    if status == 401:
        answer["WWW-Authenticate"] = getattr(refusal, "auth_header", "Bearer")
    return answer


def _flatten(details: object, field: str) -> Iterator[dict[str, str]]:
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        yield {"field": field or "body", "code": details["code"], "detail": details["message"]}
    elif isinstance(details, dict):
        for name, inner in details.items():
            path = [field] if name == "non_field_errors" else [field, str(name)]
            yield from _flatten(inner, ".".join(filter(None, path)))
    elif isinstance(details, list):
        for inner in details:
            yield from _flatten(inner, field)


def _answer(status: int, code: str, detail: str, **extra: Any) -> Response:
    body = describe_problem(status, code, detail)
    answer = Response(body | extra, status=status, content_type="application/problem+json")
    answer["Cache-Control"] = "no-store"
    if status in _RETRY_AFTER_S:
        answer["Retry-After"] = _RETRY_AFTER_S[status]
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer
