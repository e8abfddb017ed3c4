"""Resolves scanned or typed codes to a charge or a counter code."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction

from foundation.digits import fold_digits
from foundation.throttles import Misses
from pos.counter_codes import read_counter_code
from pos.models import Charge, CounterCode
from pos.queries import find_by_short_code, find_by_token, find_counter_codes
from qr import mpm
from qr.charge_codes import decode_charge_code, is_of_host
from qr.errors import Kind, PayloadInvalid
from qr.links import decode_link, normalize_short_code
from qr.marks import split_mark
from qr.recognition import Nature, recognize
from qr.signed import decode_counter_link
from qr.split_codes import Part
from wallet.currencies import lock_all
from wallet.errors import (
    CodeForeign,
    CodeInParts,
    CodeMistyped,
    CodeNotSeen,
    CodesSeveral,
    CodeUnknown,
    TooManyTries,
)
from wallet.models import Wallet

_MISSES_A_MINUTE_MAX = 10
_MISSES = Misses("wallet_shortcodemiss", of="wallet_id")


def choose_seen(texts: Sequence[str], *, parts: Sequence[Part] = ()) -> str:
    """Return the one text, of all those in a picture, that is meant.

    Shops hang codes of several systems side by side; ours is preferred.

    Raises:
        CodeInParts: there is only a part of a split code, which is never a payment.
        CodeNotSeen: there is none.
        CodesSeveral: two or more could be meant.
    """
    is_alone = len(texts) == 1 and not parts
    meant = texts if is_alone else [text for text in texts if _is_ours(text)]
    if len(meant) == 1:
        return meant[0]
    if parts and not meant:
        raise CodeInParts(parts[0])
    raise CodesSeveral if texts else CodeNotSeen


def _is_ours(text: str) -> bool:
    found = recognize(text)
    if found.nature in {Nature.LINK, Nature.COUNTER_CODE}:
        return bool(found.host == settings.PUBLIC_HOST)
    return bool(found.reading and is_of_host(found.reading.request, settings.PUBLIC_HOST))


def record_scan(wallet: Wallet, payload: str) -> Charge | CounterCode:
    """Return the charge or counter code that a code leads to; counts unknown short codes.

    Raises:
        CodeForeign: another host's or system's, altered, or text of no known form.
        CodeMistyped: a short code with a wrong character, or two swapped.
        CodeUnknown: our form, but it leads nowhere.
        SigningKeyWithdrawn: printed, and signed with a key that is not trusted any more.
        TooManyTries: ten short codes in a minute led nowhere.
    """
    _, payload = split_mark(payload.strip())
    try:
        host, token = decode_link(payload)
    except PayloadInvalid:
        if payload.strip().startswith(mpm.PREFIX):
            return _find_merchant_code(wallet, payload)
        return _find_other(wallet, payload)
    _check_host(host)
    return _find_charge(token)


def _find_other(wallet: Wallet, payload: str) -> Charge | CounterCode:
    try:
        host, printed = decode_counter_link(payload)
    except PayloadInvalid:
        return _find_typed(wallet, payload)
    _check_host(host)
    try:
        code = read_counter_code(printed)
    except PayloadInvalid:
        raise CodeForeign from None
    if code is None:
        raise CodeUnknown
    return code


def _check_host(host: str) -> None:
    if host != settings.PUBLIC_HOST:
        raise CodeForeign


def _find_merchant_code(wallet: Wallet, payload: str) -> Charge | CounterCode:
    try:
        code = decode_charge_code(payload, host=settings.PUBLIC_HOST)
    except PayloadInvalid:
        return _find_typed(wallet, payload)
    charge = _find_charge(code.token)
    if (code.amount_minor, code.currency) != (charge.amount_minor, charge.currency):
        raise CodeForeign
    return charge


def _find_charge(token: UUID) -> Charge:
    charge = find_by_token(token)
    if charge is None:
        raise CodeUnknown
    return charge


def _find_typed(wallet: Wallet, payload: str) -> Charge | CounterCode:
    try:
        short_code = normalize_short_code(fold_digits(payload))
    except PayloadInvalid as refusal:
        # Not counted as a guess: a guesser computes the check character.
        raise (CodeMistyped if refusal.kind is Kind.CHECKSUM else CodeForeign) from None
    found = _guess(wallet, short_code)
    if found is None:
        raise CodeUnknown
    return found


def _guess(wallet: Wallet, short_code: str) -> Charge | CounterCode | None:
    # Its own transaction, because a miss that rolls back would be a free guess.
    with transaction.atomic(durable=True):
        # Serializes guesses, so that each sees those before it counted. They are the person's,
        # counted at their first wallet: further ones bring no further guesses.
        first = lock_all(wallet.user)[0]
        if _MISSES.count(first.id).together >= _MISSES_A_MINUTE_MAX:
            raise TooManyTries
        printed = find_counter_codes().filter(short_code=short_code).first()
        found = printed or find_by_short_code(short_code)
        if found is None:
            _MISSES.add(first.id)
        return found
