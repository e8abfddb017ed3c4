"""Refusals as RFC 9457 problem details; status and code stand beside each (`@problem`)."""

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
from foundation.refusals import Problem, find_problem
from ledger.errors import InsufficientFunds

# The ledger's errors are used without Django too (docs/seals.md), so they are in English.
_WORDS: dict[type[Exception], Promise] = {
    InsufficientFunds: _("There is too little money for this. Nothing was taken."),
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
    """Return a refusal as problem details; None for a fault of ours, which becomes a 500."""
    if isinstance(refusal, exceptions.APIException):
        return _answer_framework(refusal)
    if isinstance(refusal, Http404):
        return _answer(404, "not_found", gettext("There is nothing here."))
    outage = find_outage(refusal)
    if outage is not None:
        answer = _answer(outage.status, outage.code, str(outage.words))
        answer["Retry-After"] = str(outage.retry_after_s)
        return answer
    told = find_problem(type(refusal))
    if told is None:
        return None
    words = str(_WORDS.get(type(refusal), refusal))
    return _answer(told.status, told.code, words, **_describe(refusal, told))


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
    """Unknown addresses below /api/, refused in the API's own format."""

    schema = None
    permission_classes = []

    def initial(self, *_args: object, **_kwargs: object) -> None:
        """Refuse before anything else is checked, whatever the method."""
        raise Http404


def _describe(refusal: Exception, told: Problem) -> dict[str, Any]:
    extra: dict[str, Any] = {
        member.name: getattr(refusal, member.source or member.name) for member in told.members
    }
    if told.field:
        fault = {"field": told.field, "code": told.code, "detail": str(refusal)}
        extra["errors"] = [fault]
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
