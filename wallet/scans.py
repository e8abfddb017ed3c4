"""What was scanned or typed, and which charge it leads to."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from pos.models import Charge
from pos.queries import find_by_short_code, find_by_token
from qr.errors import PayloadInvalid
from qr.links import decode_link, normalize_short_code
from wallet.errors import CodeForeign, CodeUnknown, TooManyTries
from wallet.models import CodeMiss, Wallet

_MISSES_A_MINUTE_MAX = 10


def find_scanned(wallet: Wallet, payload: str) -> Charge:
    """Find the charge that a link or a short code leads to.

    Raises:
        CodeForeign: a link of another host, or text of no known form.
        CodeUnknown: our form, but no such charge.
        TooManyTries: ten short codes in a minute led nowhere.
    """
    try:
        host, token = decode_link(payload)
    except PayloadInvalid:
        return _find_typed(wallet, payload)
    if host != settings.PUBLIC_HOST:
        raise CodeForeign
    charge = find_by_token(token)
    if charge is None:
        raise CodeUnknown
    return charge


def _find_typed(wallet: Wallet, payload: str) -> Charge:
    try:
        short_code = normalize_short_code(payload)
    except PayloadInvalid:
        raise CodeForeign from None
    # Counted in the database and not in a cache: guessing stays as hard when that is away.
    since = timezone.now() - timedelta(minutes=1)
    misses = CodeMiss.objects.filter(wallet=wallet, missed_at__gt=since)
    if misses.count() >= _MISSES_A_MINUTE_MAX:
        raise TooManyTries
    charge = find_by_short_code(short_code)
    if charge is None:
        CodeMiss.objects.create(wallet=wallet)
        raise CodeUnknown
    return charge
