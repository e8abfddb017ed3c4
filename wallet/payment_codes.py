"""Payment codes: 18 digits that a phone shows, also offline, each good for one payment.

`qr/payment_codes.py` computes the codes; here are the wallets' secrets, the uses, and the count
of unknown codes. Time is the database's.
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
from pos.methods import note_collection
from pos.models import Charge, Terminal
from pos.principals import Principal
from qr.errors import PayloadInvalid
from qr.payment_codes import (
    STEP_S,
    CodeKeys,
    OpenedCode,
    encode_code,
    is_genuine,
    open_code,
)
from qr.recognition import recognize
from wallet.errors import (
    PaymentCodeExpired,
    PaymentCodeForeign,
    PaymentCodeUnknown,
    PaymentCodeUsed,
    TooManyTries,
)
from wallet.models import Payment, PaymentCodeSeed, PaymentCodeUse, Wallet

# How many steps a phone's clock may be wrong.
_STEPS_OFF_MAX = 1
_MISSES_A_MINUTE_MAX = {"till": 10, "merchant": 30}
_MISSES = Misses("wallet_paymentcodemiss", of="merchant_id", by="principal_id")
# Unknown codes take a per-merchant exclusive lock, so that guesses are counted one at a time;
# genuine codes take it shared and do not block each other.
_GUESSES_OF = "hashtextextended('payment codes of ' || %(merchant)s::text, 0)"
_LOCK_AS_MISS = f"SELECT pg_advisory_xact_lock({_GUESSES_OF})::text"
_LOCK_AS_GENUINE = f"SELECT pg_advisory_xact_lock_shared({_GUESSES_OF})::text"
_READ_STEP = "SELECT (extract(epoch FROM clock_timestamp())::bigint) / %s"


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A payment code and its minute."""

    code: str
    step: int

    @property
    def from_at(self) -> datetime:
        """Return the instant from which the phone shows it."""
        return datetime.fromtimestamp(self.step * STEP_S, UTC)

    @property
    def until_at(self) -> datetime:
        """Return the instant at which the next one replaces it."""
        return datetime.fromtimestamp((self.step + 1) * STEP_S, UTC)


@dataclass(frozen=True, slots=True)
class NewUse:
    """A till's request with a code that a customer showed."""

    text: str
    charge: Charge
    idempotency_key: str
    request_hash: bytes


def issue_codes(wallet: Wallet) -> list[ShownCode]:
    """Return the unused codes from this minute on; empty once they are stopped.

    Repeated calls return the same codes. A wallet that never called has none to guess.
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
    """Void every code of the wallet, on every phone, and make no new ones.

    Voided codes never return: `start_codes` makes others.
    """
    PaymentCodeSeed.objects.update_or_create(
        wallet=wallet, defaults={"secret": token_bytes(32), "revoked_at": Now()}
    )


def start_codes(wallet: Wallet, *, pin: str) -> None:
    """Make payment codes again after they were stopped; this needs the PIN.

    Raises:
        PinWrong, PinLocked: the PIN is wrong or locked; the codes stay stopped.
    """
    check_pin(wallet.user_id, pin, scope=in_wallet(wallet.session_id))
    PaymentCodeSeed.objects.filter(wallet=wallet).update(revoked_at=None)


def redeem_code(principal: Principal, new: NewUse) -> PaymentCodeUse:
    """Use up a payment code, before the outcome of its payment is known.

    Owns its transaction: a payment that fails later has used up the code all the same, and a
    wrong code stays counted. The same key returns the first use.

    Raises:
        PaymentCodeForeign: another system's code, which is named, or no code at all.
        PaymentCodeUnknown: unknown, or its wallet has stopped its codes, also since a first
            request that was interrupted unpaid.
        PaymentCodeExpired: more than a minute away from the database's clock.
        PaymentCodeUsed: by another request, here or elsewhere.
        TooManyTries: ten codes from this till, or thirty from the merchant's, were unknown in a
            minute.
        IdempotencyMismatch: the key came with another request before.
    """
    try:
        opened = open_code(derive_keys(settings.SECRET_KEY), fold_digits(new.text))
    except PayloadInvalid:
        raise PaymentCodeForeign(recognize(new.text).title) from None
    use = _use_up(principal, opened, new)
    if use is None:
        raise PaymentCodeUnknown
    return use


@lru_cache(maxsize=1)
def derive_keys(secret_key: str) -> CodeKeys:
    """Return the installation's two keys, without which the database makes no code."""
    return CodeKeys(
        *(
            hmac.digest(secret_key.encode(), f"payment codes: {purpose}".encode(), "sha256")
            for purpose in ("shuffle", "tag")
        )
    )


@in_one_transaction
def _use_up(principal: Principal, opened: OpenedCode, new: NewUse) -> PaymentCodeUse | None:
    # A miss must be committed: it is returned as None, because raising would roll it back.
    _lock_principal(principal)
    known = _find_known(principal, new)
    if known is not None:
        return known if _may_go_on(known, opened) else None
    now = _read_step()
    step = opened.find_step(near=now)
    seed = _find_seed(opened, step=step)
    _lock_guesses(principal, _LOCK_AS_GENUINE if seed else _LOCK_AS_MISS)
    _refuse_guesser(principal)
    if seed is None:
        _MISSES.add(principal.store.merchant_id, by=principal.id)
        return None
    if abs(step - now) > _STEPS_OFF_MAX:
        raise PaymentCodeExpired
    return _insert_use(principal, new, wallet=seed.wallet, step=step)


def _find_seed(opened: OpenedCode, *, step: int) -> PaymentCodeSeed | None:
    # Locked, so that a code is used before it is stopped, or not at all.
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
    # An interrupted use is not resumed once the codes were stopped; a paid one is returned.
    return (
        known.outcome != "started"
        or _find_seed(opened, step=known.step) is not None
        or Payment.objects.filter(wallet=known.wallet, charge=known.charge).exists()
    )


def _insert_use(
    principal: Principal, new: NewUse, *, wallet: Wallet, step: int
) -> PaymentCodeUse:
    try:
        with transaction.atomic():
            note_collection(new.charge, payer_account_id=wallet.account_id)
            return PaymentCodeUse.objects.create(
                wallet=wallet,
                step=step,
                charge=new.charge,
                principal_id=principal.id,
                idempotency_key=new.idempotency_key,
                request_hash=new.request_hash,
            )
    except IntegrityError:
        raise PaymentCodeUsed from None


def _find_known(principal: Principal, new: NewUse) -> PaymentCodeUse | None:
    made = PaymentCodeUse.objects.select_related("wallet__user", "charge")
    return find_repeated(
        made.filter(principal_id=principal.id),
        key=new.idempotency_key,
        request_hash=new.request_hash,
    )


def _lock_principal(principal: Principal) -> None:
    # Serializes the requests of one till, so that one key has one use.
    if principal.terminal:
        Terminal.objects.select_for_update(no_key=True).get(pk=principal.terminal.pk)
    else:
        Merchant.objects.select_for_update(no_key=True).get(pk=principal.store.merchant_id)


def _refuse_guesser(principal: Principal) -> None:
    misses = _MISSES.count(principal.store.merchant_id, by=principal.id)
    too_many = principal.terminal is not None and misses.alone >= _MISSES_A_MINUTE_MAX["till"]
    if too_many or misses.together >= _MISSES_A_MINUTE_MAX["merchant"]:
        raise TooManyTries


def _lock_guesses(principal: Principal, lock: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(lock, {"merchant": principal.store.merchant_id})


def _read_step() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_READ_STEP, [STEP_S])
        (step,) = cursor.fetchone()
    return int(step)
