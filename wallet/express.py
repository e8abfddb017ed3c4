"""The phone's part of the express lane: claim a charge, and confirm it."""

from typing import Any
from uuid import UUID

from django.conf import settings

from foundation.express import Answered, Asked
from foundation.fields import is_plain
from foundation.idempotency import IdempotencyMismatch
from identity.bearer import digest_secret
from ledger.errors import InsufficientFunds, TransferRefused
from pos.errors import ChargeClaimedByAnother, ChargeNotPayable
from pos.models import ChargeStatus
from qr.errors import PayloadInvalid
from qr.links import decode_link
from qr.references import decode_reference
from wallet.claims import claim_charge, find_claim_by_session, find_scanned_by_session
from wallet.errors import PinRequired, WalletCurrencyMismatch
from wallet.limits import needs_pin
from wallet.models import Claim
from wallet.payments import hash_confirmation, pay_claim
from wallet.serializers import ClaimSerializer, PaymentSerializer, Seen

_LINK_MAX = 1200
_REFUSALS = (
    ChargeNotPayable,
    PinRequired,
    InsufficientFunds,
    TransferRefused,
    IdempotencyMismatch,
)


def claim_by_session(asked: Asked) -> Answered:
    """Claim the charge whose link was scanned."""
    token = _read_token(asked.body)
    found = token and find_scanned_by_session(digest_secret(asked.secret), token)
    if not found:
        return None
    try:
        claim = claim_charge(*found)
    except (ChargeClaimedByAnother, ChargeNotPayable, WalletCurrencyMismatch):
        return None
    return 201, ClaimSerializer.show(claim)


def confirm_by_session(asked: Asked) -> Answered:
    """Confirm a claim that needs no PIN, for the first time."""
    claim_id = _read_claim_id(asked.body)
    claim = claim_id and find_claim_by_session(digest_secret(asked.secret), claim_id)
    if not (claim and asked.key) or not _may_confirm(claim):
        return None
    try:
        payment = pay_claim(
            claim,
            with_pin=False,
            idempotency_key=asked.key,
            request_hash=hash_confirmation(claim.wallet, asked.body["claim"]),
        )
    except _REFUSALS:
        # The view asks again, and records and explains what it is refused.
        return None
    return 201, PaymentSerializer.show(payment, charge=Seen(claim.wallet, payment.charge))


def _may_confirm(claim: Claim) -> bool:
    is_first = claim.charge.status != ChargeStatus.CAPTURED
    return is_first and not needs_pin(claim.wallet, claim.charge.amount_minor)


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
    if body.keys() != {"claim"} or type(reference) is not str:
        return None
    try:
        return decode_reference("cl", reference)
    except PayloadInvalid:
        return None
