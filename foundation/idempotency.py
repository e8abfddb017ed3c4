"""Idempotency keys: read them, hash their requests, find what a key made before.

The key is stored on the row the command makes, and nowhere else: a crash can leave nothing
behind.
"""

import hashlib
import json
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from foundation.refusals import problem

M = TypeVar("M", bound=Model)
HEADER = "Idempotency-Key"
KEY_RULE = _("1 to 255 printable ASCII characters, no comma")
_LENGTH_MAX = 255


def _describe_key(*, is_required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        HEADER,
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -+\\--~]*$"},
        OpenApiParameter.HEADER,
        required=is_required,
        description="A key of your own: 1 to 255 printable ASCII characters, no comma. The same"
        " key with the same request has one effect and one answer.",
    )


# For the descriptions of views that take a key, always or only where they open something.
KEY = _describe_key(is_required=True)
KEY_IF_OPENED = _describe_key(is_required=False)


class StillRunning(Exception):
    """The same request came before, and its outcome is not known yet."""


@problem(422, "idempotency_mismatch")
class IdempotencyMismatch(Exception):
    """The same idempotency key came with another request."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This Idempotency-Key was used for another request. Use a new key.")
        )


def read_key(request: Request) -> str:
    """Return the request's Idempotency-Key.

    Raises:
        ValidationError: the key is missing, or `find_key` refuses it.
    """
    key = find_key(request)
    if key is None:
        raise _ask_for_key()
    return key


def find_key(request: Request) -> str | None:
    """Return the request's Idempotency-Key; None if the client sent no such header.

    A comma is refused because two such headers arrive joined by one, and either may be meant.

    Raises:
        ValidationError: empty, longer than 255 characters, not printable ASCII, or two keys.
    """
    sent = request.headers.get(HEADER)
    if sent is None:
        return None
    key = sent.strip(" \t")
    if not key:
        raise _ask_for_key()
    if not is_key(key):
        words = gettext("Send one key: %(rule)s.") % {"rule": KEY_RULE}
        raise ValidationError({HEADER: words})
    return key


def is_key(text: str) -> bool:
    """Return whether a text can be a key: 1 to 255 printable ASCII characters, no comma."""
    return (
        0 < len(text) <= _LENGTH_MAX
        and "," not in text
        and text.isascii()
        and text.isprintable()
    )


def hash_request(route: str, *, body: object, principal_id: UUID | None = None) -> bytes:
    """Return 32 bytes that differ as soon as route, principal or body do.

    None where the principal's id stands beside the key anyway, and is not known yet.
    """
    principal = [] if principal_id is None else [str(principal_id)]
    canonical = json.dumps([route, *principal, body], sort_keys=True)
    return hashlib.sha256(canonical.encode()).digest()


def find_repeated(made: QuerySet[M], *, key: str, request_hash: bytes) -> M | None:
    """Return the owner's row that the same request made before under this key, if any.

    Raises:
        IdempotencyMismatch: the key came with another request.
    """
    known = made.filter(idempotency_key=key).first()
    if known is not None and bytes(known.request_hash) != request_hash:  # type: ignore[attr-defined]  # it has one
        raise IdempotencyMismatch
    return known


def _ask_for_key() -> ValidationError:
    words = gettext(
        "Send this header with a key of your own: %(rule)s. Send the same key when you repeat"
        " the request."
    )
    return ValidationError({HEADER: [ErrorDetail(words % {"rule": KEY_RULE}, "required")]})
