"""Idempotency keys: read them, and hash what they stand for.

The key itself lives on the row the command makes, and nowhere else: there is nothing
that could be left behind by a crash.
"""

import hashlib
import json
import uuid
from uuid import UUID

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

_KEY_LENGTH_MAX = 255


def read_key(request: Request) -> str:
    """Give the request's Idempotency-Key, or a fresh one where the client sent none.

    Raises:
        ValidationError: longer than 255 characters, or not printable ASCII.
    """
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > _KEY_LENGTH_MAX or not (key.isascii() and key.isprintable()):
        raise ValidationError(
            {"Idempotency-Key": "Use at most 255 printable ASCII characters."}
        )
    return key or str(uuid.uuid4())


def hash_request(route: str, *, caller_id: UUID, body: object) -> bytes:
    """Give 32 bytes that differ as soon as route, caller or body do."""
    canonical = json.dumps([route, str(caller_id), body], sort_keys=True)
    return hashlib.sha256(canonical.encode()).digest()
