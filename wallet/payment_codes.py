"""Payment codes: 18 digits that a phone shows, also offline, each good for one payment.

What such a code is made of is in `qr/payment_codes.py`; here are the wallets' secrets, the
uses, and the count of codes that were nobody's. Time is the database's.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count, islice
from secrets import token_bytes

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from foundation.digits import fold_digits
from foundation.idempotency import find_repeated
from foundation.throttles import Misses
from identity.pins import check_pin
from identity.tries import in_wallet
from ledger.transactions import in_one_transaction
from merchants.models import Merchant
from pos.callers import Caller
from pos.models import Charge, Terminal
from qr import recognize
from qr.errors import PayloadInvalid
from qr.payment_codes import (
    STEP_S,
    CodeKeys,
    OpenedCode,
    encode_code,
    is_genuine,
    open_code,
)
from wallet.errors import (
    PaymentCodeExpired,
    PaymentCodeForeign,
    PaymentCodeUnknown,
    PaymentCodeUsed,
    TooManyTries,
)
from wallet.models import Payment, PaymentCodeSeed, PaymentCodeUse, Wallet

# How many steps a phone's clock may be off.
_STEPS_OFF_MAX = 1
_MISSES_A_MINUTE_MAX = {"till": 10, "merchant": 30}
_MISSES = Misses("wallet_paymentcodemiss", of="merchant_id", by="owner_id")
# Codes that are nobody's follow each other throughout a merchant, from whichever till they
# come; a genuine one waits for those before it, and for no other genuine one.
_GUESSES_OF = "hashtextextended('payment codes of ' || %(merchant)s::text, 0)"
_LOCK_AS_MISS = f"SELECT pg_advisory_xact_lock({_GUESSES_OF})::text"
_LOCK_AS_GENUINE = f"SELECT pg_advisory_xact_lock_shared({_GUESSES_OF})::text"
_READ_STEP = "SELECT (extract(epoch FROM clock_timestamp())::bigint) / %s"


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A payment code and the minute it is meant for."""

    code: str
    step: int

    @property
    def from_at(self) -> datetime:
        """Return the instant from which the phone shows it."""
        return datetime.fromtimestamp(self.step * STEP_S, UTC)

    @property
    def until_at(self) -> datetime:
        """Return the instant at which the next one takes its place."""
        return datetime.fromtimestamp((self.step + 1) * STEP_S, UTC)


@dataclass(frozen=True, slots=True)
class NewUse:
    """What a till asks for with a code that a customer showed."""

    text: str
    charge: Charge
    idempotency_key: str
    request_hash: bytes


def issue_codes(wallet: Wallet) -> list[ShownCode]:
    """Return the codes from this minute on that were not used yet; none once they are stopped.

    Asking again gives the same codes. A wallet that never asked has none that could be
    guessed.
    """
    seed, _ = PaymentCodeSeed.objects.get_or_create(
        wallet=wallet, defaults={"secret": token_bytes(32)}
    )
    if seed.revoked_at is not None:
        return []
    first = _read_step()
    used = {*PaymentCodeUse.objects.filter(wallet=wallet, step__gte=first).values_list("step")}
    unused = (step for step in count(first) if (step,) not in used)
    return [
        ShownCode(
            encode_code(
                derive_keys(settings.SECRET_KEY),
                serial=seed.serial,
                secret=bytes(seed.secret),
                step=step,
            ),
            step,
        )
        for step in islice(unused, settings.PAYMENT_CODES_CACHED)
    ]


def revoke_codes(wallet: Wallet) -> None:
    """Void every code of the wallet, on whatever phone it is, and make no new ones.

    Nothing comes back after that: `start_codes` makes others.
    """
    PaymentCodeSeed.objects.update_or_create(
        wallet=wallet, defaults={"secret": token_bytes(32), "revoked_at": Now()}
    )


def start_codes(wallet: Wallet, *, pin: str) -> None:
    """Make payment codes again after they were stopped; whoever holds the phone needs the PIN.

    Raises:
        PinWrong, PinLocked: the PIN is wrong or locked; the codes stay stopped.
    """
    check_pin(wallet.user_id, pin, scope=in_wallet(wallet.session_id))
    PaymentCodeSeed.objects.filter(wallet=wallet).update(revoked_at=None)


def redeem_code(caller: Caller, new: NewUse) -> PaymentCodeUse:
    """Use a payment code up, before anything is known of the payment it is for.

    Owns its transaction: a payment that fails later has used the code up all the same, and a
    wrong code stays counted. The same key gives the use of the first time.

    Raises:
        PaymentCodeForeign: another system's code, or none at all; it is named.
        PaymentCodeUnknown: nobody's, or its wallet has stopped its codes, also since a first
            time that broke off unpaid.
        PaymentCodeExpired: more than a minute away from the database's clock.
        PaymentCodeUsed: by another request, here or elsewhere.
        TooManyTries: ten codes of this till, or thirty of the merchant's, were nobody's in a
            minute.
        IdempotencyMismatch: the key came with another request before.
    """
    try:
        opened = open_code(derive_keys(settings.SECRET_KEY), fold_digits(new.text))
    except PayloadInvalid:
        raise PaymentCodeForeign(recognize(new.text).title) from None
    use = _use_up(caller, opened, new)
    if use is None:
        raise PaymentCodeUnknown
    return use


@lru_cache(maxsize=1)
def derive_keys(secret_key: str) -> CodeKeys:
    """Return the installation's two keys: no code can be made from the database alone."""
    return CodeKeys(
        *(
            hmac.digest(secret_key.encode(), f"payment codes: {purpose}".encode(), "sha256")
            for purpose in ("shuffle", "tag")
        )
    )


@in_one_transaction
def _use_up(caller: Caller, opened: OpenedCode, new: NewUse) -> PaymentCodeUse | None:
    # A miss is written and committed: it is told by None, as a refusal would undo it.
    _lock_caller(caller)
    known = _find_known(caller, new)
    if known is not None:
        return known if _may_go_on(known, opened) else None
    now = _read_step()
    step = opened.find_step(near=now)
    seed = _find_seed(opened, step=step)
    _lock_guesses(caller, _LOCK_AS_GENUINE if seed else _LOCK_AS_MISS)
    _refuse_guesser(caller)
    if seed is None:
        _MISSES.add(caller.store.merchant_id, by=caller.owner_id)
        return None
    if abs(step - now) > _STEPS_OFF_MAX:
        raise PaymentCodeExpired
    return _insert_use(caller, new, wallet=seed.wallet, step=step)


def _find_seed(opened: OpenedCode, *, step: int) -> PaymentCodeSeed | None:
    # Locked, so that a code is either used before it is stopped, or not at all.
    seed = (
        PaymentCodeSeed.objects.select_for_update(of=("self",), no_key=True)
        .select_related("wallet__user")
        .filter(pk=opened.serial, revoked_at=None, wallet__user__is_active=True)
        .first()
    )
    keys = derive_keys(settings.SECRET_KEY)
    if seed is None or not is_genuine(keys, opened, secret=bytes(seed.secret), step=step):
        return None
    return seed


def _may_go_on(known: PaymentCodeUse, opened: OpenedCode) -> bool:
    # What broke off is not gone on with once the codes were stopped; what was paid is told.
    return (
        known.outcome != "started"
        or _find_seed(opened, step=known.step) is not None
        or Payment.objects.filter(wallet=known.wallet, charge=known.charge).exists()
    )


def _insert_use(caller: Caller, new: NewUse, *, wallet: Wallet, step: int) -> PaymentCodeUse:
    try:
        with transaction.atomic():
            return PaymentCodeUse.objects.create(
                wallet=wallet,
                step=step,
                charge=new.charge,
                owner_id=caller.owner_id,
                idempotency_key=new.idempotency_key,
                request_hash=new.request_hash,
            )
    except IntegrityError:
        raise PaymentCodeUsed from None


def _find_known(caller: Caller, new: NewUse) -> PaymentCodeUse | None:
    made = PaymentCodeUse.objects.select_related("wallet__user", "charge")
    return find_repeated(
        made.filter(owner_id=caller.owner_id),
        key=new.idempotency_key,
        request_hash=new.request_hash,
    )


def _lock_caller(caller: Caller) -> None:
    # Requests of one till follow each other, so that one key has one use.
    if caller.terminal:
        Terminal.objects.select_for_update(no_key=True).get(pk=caller.terminal.pk)
    else:
        Merchant.objects.select_for_update(no_key=True).get(pk=caller.store.merchant_id)


def _refuse_guesser(caller: Caller) -> None:
    misses = _MISSES.count(caller.store.merchant_id, by=caller.owner_id)
    too_many = caller.terminal is not None and misses.alone >= _MISSES_A_MINUTE_MAX["till"]
    if too_many or misses.together >= _MISSES_A_MINUTE_MAX["merchant"]:
        raise TooManyTries


def _lock_guesses(caller: Caller, lock: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(lock, {"merchant": caller.store.merchant_id})


def _read_step() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_READ_STEP, [STEP_S])
        (step,) = cursor.fetchone()
    return int(step)
