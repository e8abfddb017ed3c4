"""Idempotency keys: read them, and hash what they stand for.

The key itself lives on the row the command makes, and nowhere else: there is nothing
that could be left behind by a crash.
"""

import hashlib
import json
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

HEADER = "Idempotency-Key"
KEY_RULE = _("1 to 255 printable ASCII characters, no comma")
_LENGTH_MAX = 255


def read_key(request: Request) -> str:
    """Return the request's Idempotency-Key.

    Raises:
        ValidationError: there is none, or `find_key` refuses it.
    """
    key = find_key(request)
    if key is None:
        raise _ask_for_key()
    return key


def find_key(request: Request) -> str | None:
    """Return the request's Idempotency-Key, or nothing where the client sent no such header.

    A comma is how two of these headers arrive, and which of two was meant nobody knows.

    Raises:
        ValidationError: empty, longer than 255 characters, not printable ASCII, or two keys.
    """
    sent = request.headers.get(HEADER)
    if sent is None:
        return None
    key = sent.strip(" \t")
    if not key:
        raise _ask_for_key()
    if len(key) > _LENGTH_MAX or "," in key or not (key.isascii() and key.isprintable()):
        words = gettext("Send one key: %(rule)s.") % {"rule": KEY_RULE}
        raise ValidationError({HEADER: words})
    return key


def hash_request(route: str, *, caller_id: UUID, body: object) -> bytes:
    """Give 32 bytes that differ as soon as route, caller or body do."""
    canonical = json.dumps([route, str(caller_id), body], sort_keys=True)
    return hashlib.sha256(canonical.encode()).digest()


def _ask_for_key() -> ValidationError:
    words = gettext(
        "Send this header with a key of your own: %(rule)s. Send the same key when you repeat"
        " the request."
    )
    return ValidationError({HEADER: [ErrorDetail(words % {"rule": KEY_RULE}, "required")]})
