"""Top-ups: money a customer announces, pays at the bank, and sees arrive.

The reference leads the money to the wallet, whatever amount arrives and however late.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from banking.bank_accounts import find_account_in_use
from banking.expectations import expect, find_expectation, list_expectations
from banking.ibans import group_iban
from banking.models import BankAccount, Break, BreakReason, Expectation
from banking.references import space_reference
from foundation.once import make_once
from qr.dialects.epc import DIALECT
from qr.errors import PayloadInvalid
from qr.payment import Account, PaymentRequest
from qr.references import decode_reference, encode_reference
from wallet.errors import TopUpOverLimit, TopUpsTooMany, TopUpTooLarge
from wallet.models import Wallet
from wallet.tiers import find_limits, measure_rooms

_PREFIX = "tu"
_CODE_CURRENCY = "EUR"
_SHOWN_MAX = 20
_OPEN_MAX = 20
_DAY = timedelta(days=1)
# The name has room for 70 letters in the code.
_NAME_MAX = 70


@dataclass(frozen=True, slots=True)
class TopUp:
    """An announced top-up, and what has arrived of it."""

    expectation: Expectation

    @property
    def public_id(self) -> str:
        """Return the public reference, `tu_…`."""
        return encode_reference(_PREFIX, self.expectation.id)

    @property
    def currency(self) -> str:
        """Return its currency."""
        return self.expectation.currency

    @property
    def amount_minor(self) -> int:
        """Return what arrived, or else what was announced."""
        return self.arrived_minor or self.expectation.amount_minor

    @property
    def arrived_minor(self) -> int:
        """Return what has arrived so far."""
        return sum(entry.amount_minor for entry in self.expectation.entries.all())

    @property
    def has_arrived(self) -> bool:
        """Return whether money has arrived under its reference."""
        return self.expectation.arrived_at is not None

    @property
    def over_limit_minor(self) -> int:
        """Return what arrived and waits with the operator: the wallet may hold no more."""
        waiting = Break.objects.filter(
            entry__creditor_reference=self.expectation.reference,
            entry__currency=self.currency,
            reason=BreakReason.OVER_LIMIT,
            carried_out_at=None,
        )
        return int(waiting.aggregate(sum=Coalesce(Sum("amount_minor"), 0))["sum"])

    @property
    def is_seen(self) -> bool:
        """Return whether the bank has told of it, though it is not booked yet."""
        return self.expectation.seen_at is not None

    @property
    def version(self) -> str:
        """Return what changes when its page has news."""
        if self.has_arrived:
            return str(self.arrived_minor)
        return "seen" if self.is_seen else "0"

    @property
    def reference(self) -> str:
        """Return the reference as people read it."""
        return space_reference(self.expectation.reference)


@dataclass(frozen=True, slots=True)
class Slip:
    """How to pay: the account, and the code for a banking app if there is one."""

    account: BankAccount
    code: str

    @property
    def iban(self) -> str:
        """Return the account number in groups of four."""
        return group_iban(self.account.iban)


def announce_top_up(
    wallet: Wallet, *, amount_minor: int, made_id: UUID, wants_letter: bool = False
) -> TopUp:
    """Announce a top-up, once for each form; with `wants_letter` a mail or text tells of it.

    Raises:
        TopUpTooLarge: more than `TOP_UP_MAX_MINOR`.
        TopUpOverLimit: the wallet would hold more than its tier allows.
        TopUpsTooMany: too many were announced in a day that did not arrive.
        FormReused: the form announced another one before.
    """
    if amount_minor > settings.TOP_UP_MAX_MINOR:
        raise TopUpTooLarge(settings.TOP_UP_MAX_MINOR, wallet.currency)
    mine = Expectation.objects.filter(credit_account=wallet.account_id)

    def make(expectation_id: UUID) -> Expectation:
        lately = mine.filter(arrived_at=None, created_at__gt=timezone.now() - _DAY)
        if lately.count() >= _OPEN_MAX:
            raise TopUpsTooMany
        _check_room(wallet, amount_minor)
        return expect(
            expectation_id,
            credit_account_id=wallet.account_id,
            currency=wallet.currency,
            amount_minor=amount_minor,
            wants_letter=wants_letter,
        )

    made = make_once(
        mine, made_id, make=make, is_same=lambda known: known.amount_minor == amount_minor
    )
    return TopUp(made)


def find_top_up(wallet: Wallet, reference: str) -> TopUp | None:
    """Find one of a wallet's top-ups by its public reference."""
    try:
        top_up_id = decode_reference(_PREFIX, reference)
    except PayloadInvalid:
        return None
    found = find_expectation(top_up_id, credit_account_id=wallet.account_id)
    return None if found is None else TopUp(found)


def list_top_ups(wallet: Wallet) -> list[TopUp]:
    """List a wallet's latest top-ups, the newest first."""
    return [TopUp(each) for each in list_expectations(wallet.account_id, count_max=_SHOWN_MAX)]


def write_slip(expectation: Expectation) -> Slip | None:
    """Return where and how to pay an announced top-up; None where there is no account."""
    account = find_account_in_use(expectation.currency)
    if account is None:
        return None
    return Slip(account, _write_code(expectation, account))


def _check_room(wallet: Wallet, amount_minor: int) -> None:
    room_minor = measure_rooms([wallet.account_id]).get(wallet.account_id)
    if room_minor is not None and amount_minor > room_minor:
        most_minor = find_limits(wallet).balance_max_minor or 0
        raise TopUpOverLimit(most_minor, room_minor, wallet.currency)


def _write_code(expectation: Expectation, account: BankAccount) -> str:
    """Return the EPC code's text; only euros have one. No customer typed anything of it."""
    if expectation.currency != _CODE_CURRENCY:
        return ""
    numbers = [Account("epc", account.iban, "iban")]
    if account.bic:
        numbers.append(Account("epc", account.bic, "bic"))
    request = PaymentRequest(
        scheme="epc",
        accounts=tuple(numbers),
        payee_name=account.holder[:_NAME_MAX],
        currency=expectation.currency,
        amount_minor=expectation.amount_minor,
        reference=expectation.reference,
    )
    try:
        return DIALECT.encode(request)
    except PayloadInvalid:
        # Beyond the European Economic Area a code needs a BIC, say: the facts are there.
        return ""
