"""Counter codes: make, revoke and find them, and open a charge of a typed amount."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from foundation.idempotency import find_repeated
from ledger.transactions import retry_clashes
from merchants.models import Store
from pos.charges import create_charge
from pos.errors import CapTooLarge, CounterCodeRevoked, CounterCodeUnknown, TillMoved
from pos.models import Charge, CounterCode, Terminal
from pos.moves import move
from pos.openings import NewCharge, draw_short_code
from pos.principals import act_for_payer
from pos.queries import find_counter_codes
from pos.signing import sign_counter_code, verify_counter_code
from pos.topics import topics_of
from pos.transitions import CANCEL
from qr.errors import PayloadInvalid
from qr.links import encode_token
from qr.references import decode_reference
from qr.signed import Place, SignedCode, decode_code_id, encode_counter_link
from relay.events import record_event
from relay.pages import tell_on_commit


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCounterCode:
    """A counter code to make; without a cap the installation's applies."""

    place: str
    terminal: Terminal | None
    cap_minor: int | None
    idempotency_key: str
    request_hash: bytes


@retry_clashes
def create_counter_code(store: Store, new: NewCounterCode, *, actor: str) -> CounterCode:
    """Make a code for print; the same key with the same request returns the first one.

    Raises:
        CapTooLarge: more than the installation lets a customer pay a day.
        TillMoved: the till stands in another store.
        IdempotencyMismatch: the key came with another request before.
    """
    cap_minor = new.cap_minor or settings.COUNTER_CAP_DAY_MINOR
    if cap_minor > settings.COUNTER_CAP_DAY_MINOR:
        raise CapTooLarge(settings.COUNTER_CAP_DAY_MINOR)
    while True:
        made = CounterCode.objects.filter(store=store).select_related("terminal")
        code = find_repeated(made, key=new.idempotency_key, request_hash=new.request_hash)
        code = code or _insert_code(store, new, cap_minor=cap_minor, actor=actor)
        if code is not None:
            code.store = store
            return code


def revoke_counter_code(code: CounterCode, *, actor: str) -> None:
    """Revoke a counter code that was lost or hangs in a wrong place; again changes nothing.

    A charge that was opened at it stays payable until it expires.
    """
    with transaction.atomic():
        alive = CounterCode.objects.filter(pk=code.pk, revoked_at=None)
        if alive.update(revoked_at=timezone.now()):
            _record(code, "counter_code.revoked", actor=actor)
    code.refresh_from_db(fields=["revoked_at"])


def find_counter_code(merchant_id: UUID, reference: str) -> CounterCode:
    """Find one of a merchant's counter codes by its public reference.

    Raises:
        CounterCodeUnknown: not there, or another merchant's; the refusal is the same.
    """
    try:
        code_id = decode_reference("sc", reference)
    except PayloadInvalid:
        raise CounterCodeUnknown from None
    code = find_counter_codes().filter(pk=code_id, store__merchant_id=merchant_id).first()
    if code is None:
        raise CounterCodeUnknown
    return code


def read_counter_code(payload: str) -> CounterCode | None:
    """Find a code by its scanned payload: a signed text, or its identifier alone.

    Raises:
        SigningKeyWithdrawn: signed with a key that is not trusted any more.
        PayloadInvalid: altered, or signed with an unknown key.
    """
    code_id = decode_code_id(payload) or verify_counter_code(payload).code_id
    return find_counter_codes().filter(pk=code_id).first()


def write_counter_link(code: CounterCode) -> str:
    """Return the printed address: signed, or plain if there is no signing key."""
    hangs_at = Place.TERMINAL if code.terminal_id else Place.STORE
    signed = sign_counter_code(
        SignedCode(
            code_id=code.id,
            merchant_id=code.store.merchant_id,
            place=hangs_at,
            place_id=code.terminal_id or code.store_id,
            name=code.name,
        )
    )
    return encode_counter_link(settings.PUBLIC_URL, signed or encode_token(code.id))


def open_counter_charge(
    code: CounterCode, *, wallet_id: UUID, amount_minor: int, key: str, request_hash: bytes
) -> Charge:
    """Open a charge of the amount a payer has typed; `wallet_id` is the wallet's id.

    The key is the payer's: the same key with the same request returns the same charge.

    Raises:
        CounterCodeRevoked: the code was revoked.
        StoreClosed: the store takes no payments.
        IdempotencyMismatch: the key came with another request before.
    """
    if code.is_revoked:
        raise CounterCodeRevoked
    new = NewCharge(
        amount_minor=amount_minor,
        currency=code.currency,
        reference="",
        description=code.place,
        lines=(),
        idempotency_key=key,
        request_hash=request_hash,
    )
    return create_charge(act_for_payer(code, wallet_id), new)


@retry_clashes
def drop_counter_charge(charge_id: UUID) -> None:
    """Cancel a counter charge, which only its own payer can pay; a paid one stays."""
    with transaction.atomic():
        charge = move(CANCEL, charge_id, actor="payer")
        if charge is not None:
            tell_on_commit(*topics_of(charge))


def _insert_code(
    store: Store, new: NewCounterCode, *, cap_minor: int, actor: str
) -> CounterCode | None:
    short_code = draw_short_code()
    if Charge.objects.filter(short_code=short_code).exists():
        return None
    try:
        with transaction.atomic():
            if new.terminal is not None:
                _hold_in_store(new.terminal, store)
            code = CounterCode.objects.create(
                store=store,
                terminal=new.terminal,
                name=store.name,
                place=new.place,
                short_code=short_code,
                cap_minor=cap_minor,
                idempotency_key=new.idempotency_key,
                request_hash=new.request_hash,
            )
            _record(code, "counter_code.created", actor=actor)
            return code
    except IntegrityError:
        # Short code taken, or the same key came at the same moment: look again.
        return None


def _hold_in_store(terminal: Terminal, store: Store) -> None:
    # Moving the till waits until the code is there to be seen, or has moved it already.
    tills = Terminal.objects.select_for_update(no_key=True)
    if tills.filter(pk=terminal.pk, store=store).first() is None:
        raise TillMoved


def _record(code: CounterCode, kind: str, *, actor: str) -> None:
    record_event(kind, feed=code.store.merchant_id, subject=code.id, actor=actor)
