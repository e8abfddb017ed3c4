"""Instants as arguments of commands."""

from argparse import ArgumentTypeError
from datetime import datetime

from django.utils.dateparse import parse_datetime


def read_instant(text: str) -> datetime:
    """Read an ISO 8601 instant that says its offset: `2026-11-22T18:00+01:00`.

    Raises:
        ArgumentTypeError: it is none, or has no offset.
    """
    try:
        instant = parse_datetime(text)
    except ValueError as wrong:
        raise ArgumentTypeError(f"{text}: {wrong}") from None
    if instant is None or instant.tzinfo is None:
        raise ArgumentTypeError(
            f"{text} is no instant; write it as 2026-11-22T18:00+01:00 or ...Z."
        )
    return instant
