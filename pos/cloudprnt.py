"""Star CloudPRNT (protocol guide 2.4): what a printer says, and what it is answered."""

import json
from typing import Any
from uuid import UUID

from qr.errors import PayloadInvalid
from qr.references import decode_reference

STARPRNT = "application/vnd.star.starprnt"
_STATUS_MAX = 16_384
# The first digits of a status code; what is not here is no trouble.
_TROUBLES = {"41": "paper", "42": "cover", "4": "error", "5": "error"}


def read_trouble(body: bytes) -> str | None:
    """Return what a poll says is wrong with the printer; None if it is no poll."""
    if len(body) > _STATUS_MAX:
        return None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or "statusCode" not in said:
        return None
    return find_trouble(str(said["statusCode"]))


def find_trouble(code: str) -> str:
    """Return the trouble that a status code names, `410 Out of paper`; nothing if none."""
    # Some firmwares write it in percent signs: `200%20OK`.
    digits = code.strip().replace("%20", " ").partition(" ")[0]
    return next((name for start, name in _TROUBLES.items() if digits.startswith(start)), "")


def is_printed(code: str) -> bool:
    """Return whether a confirmation's code says that the job came out."""
    return code.strip().upper().startswith(("OK", "2"))


def is_hopeless(code: str) -> bool:
    """Return whether the printer can never print the job: unreadable to it, or too long."""
    return code.strip().startswith(("51", "521"))


def answer_poll(token: str) -> dict[str, Any]:
    """Return the answer to a poll: what waits, and in which form it can be had."""
    if not token:
        return {"jobReady": False}
    return {
        "jobReady": True,
        "mediaTypes": [STARPRNT],
        "jobToken": token,
        "deleteMethod": "DELETE",
    }


def read_token(text: str) -> UUID | None:
    """Return the id of the job that a token names; None if it is none of ours."""
    try:
        return decode_reference("pj", text)
    except PayloadInvalid:
        return None
