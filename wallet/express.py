"""The phone's part of the express lane: claim a charge, and confirm it."""

from typing import Any
from uuid import UUID

from django.conf import settings

from foundation.express import Answered, Asked
from foundation.fields import is_plain
from identity.bearer import digest_secret
from ledger.money import AMOUNT_MINOR_MAX
from qr.errors import PayloadInvalid
from qr.links import decode_link
from qr.references import decode_reference
from wallet.claims import claim_by_session
from wallet.payments import hash_confirmation, pay_by_session
from wallet.serializers import ClaimSerializer, PaymentSerializer, Seen

_LINK_MAX = 1200


def claim_scanned(asked: Asked) -> Answered:
    """Claim the charge whose link was scanned."""
    token = _read_token(asked.body)
    claim = token and claim_by_session(digest_secret(asked.secret), token)
    return (201, ClaimSerializer.show(claim)) if claim else None


def confirm_claimed(asked: Asked) -> Answered:
    """Confirm a claim that needs no PIN, for the first time."""
    claim_id, seen_minor = _read_claim_id(asked.body), _read_seen(asked.body)
    if not (claim_id and asked.key and seen_minor != 0):
        return None
    payment = pay_by_session(
        digest_secret(asked.secret),
        claim_id,
        seen_minor=seen_minor,
        idempotency_key=asked.key,
        request_hash=hash_confirmation(asked.body["claim"], seen_minor=seen_minor),
    )
    if payment is None:
        return None
    return 201, PaymentSerializer.show(payment, charge=Seen(payment.wallet, payment.charge))


def _read_token(body: dict[str, Any]) -> UUID | None:
    payload = body.get("payload")
    if body.keys() != {"payload"} or type(payload) is not str:
        return None
    if len(payload) > _LINK_MAX or payload != payload.strip() or not is_plain(payload):
        return None
    try:
        host, token = decode_link(payload)
    except PayloadInvalid:
        return None
    return token if host == settings.PUBLIC_HOST else None


def _read_claim_id(body: dict[str, Any]) -> UUID | None:
    reference = body.get("claim")
    if type(reference) is not str:
        return None
    try:
        return decode_reference("cl", reference)
    except PayloadInvalid:
        return None


def _read_seen(body: dict[str, Any]) -> int | None:
    # 0 where the body has another form.
    if body.keys() == {"claim"}:
        return None
    seen_minor = body.get("amount_minor")
    if body.keys() != {"claim", "amount_minor"} or type(seen_minor) is not int:
        return 0
    return seen_minor if 0 < seen_minor <= AMOUNT_MINOR_MAX else 0
