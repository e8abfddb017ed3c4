"""Tills and the stores they stand in: add, pair by a code, find by token, revoke, close."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from foundation.digits import fold_digits
from foundation.model_sql import JoinedRows
from identity.bearer import digest_secret, make_pairing_code, make_secret
from identity.pins import check_pin
from identity.tries import at_till
from ledger.transactions import retry_clashes
from merchants.models import Role, StaffMember, Store
from merchants.onboarding import close_store
from pos.charges import cancel_waiting_charges
from pos.errors import PairingRefused
from pos.models import Terminal, TerminalToken
from pos.till_keys import GRACE, note_copy, note_use
from pos.topics import counter_topic, token_topic
from relay.pages import end_on_commit, tell_on_commit

# A cashier's PIN opens a till for a working day.
_SHIFT_S = 14 * 3600
_PAIRING = [
    *("paired_at", "revoked_at", "pairing_code", "pairing_code_expires_at", "copied_at")
]
# Who may unlock the tills of a store.
_STAFF = f"""
    merchants_staffmember staffmember
      JOIN identity_user "user" ON "user".id = staffmember.user_id AND "user".is_active
       AND "user".pin_hash <> '' AND staffmember.is_active
       AND staffmember.role IN ('{Role.CASHIER}', '{Role.MANAGER}', '{Role.OWNER}')
"""
_WORKS_HERE = """
    staffmember.merchant_id = store.merchant_id
    AND (staffmember.store_id IS NULL OR staffmember.store_id = store.id)
"""
_CASHIERS = JoinedRows(
    StaffMember,
    "user",
    sql=f"""
        SELECT {{columns}} FROM merchants_store store JOIN ({_STAFF}) ON {_WORKS_HERE}
         WHERE store.id = %s ORDER BY "user".name
    """,  # noqa: S608  the names are ours
)
_HOLDER = f"""
        SELECT {{{{columns}}}}, token.id, token.is_device, {{fact}}
          FROM pos_terminaltoken token
          JOIN pos_terminal terminal ON terminal.id = token.terminal_id
          JOIN merchants_store store ON store.id = terminal.store_id
          JOIN merchants_merchant store__merchant ON store__merchant.id = store.merchant_id
          LEFT JOIN ({_STAFF}) ON staffmember.id = token.cashier_id AND {_WORKS_HERE}
           AND token.unlocked_at > clock_timestamp() - make_interval(secs => %s)
         WHERE token.{{digest}} = %s AND token.revoked_at IS NULL
"""  # noqa: S608  the names are ours
_PLACE = ("store", "store__merchant")
_HELD = JoinedRows(
    Terminal,
    *_PLACE,
    sql=_HOLDER.format(
        digest="digest", fact="token.rotated_at IS NOT NULL AND token.used_at IS NULL"
    ),
    beside=StaffMember,
    beside_paths=["user"],
)
_HELD_BEFORE = JoinedRows(
    Terminal,
    *_PLACE,
    sql=_HOLDER.format(
        digest="previous_digest",
        fact=f"token.used_at < clock_timestamp() - interval '{GRACE.total_seconds()} s'",
    ),
    beside=StaffMember,
    beside_paths=["user"],
)


@dataclass(frozen=True, slots=True)
class OpenTill:
    """A till at which somebody sells now."""

    name: str
    cashier_name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of a token: a paired device, with its cashier, or an integration."""

    terminal: Terminal
    token_id: int
    is_device: bool
    cashier: StaffMember | None


def add_terminal(store: Store, *, name: str) -> Terminal:
    """Add a till to a store; it can be paired once it has a code."""
    return Terminal.objects.create(store=store, name=name)


def offer_pairing(terminal: Terminal) -> str:
    """Make a pairing code of 6 characters, valid for 15 minutes and for one till.

    The present device stays paired until another one uses the code.
    """
    terminal.pairing_code = make_pairing_code()
    terminal.pairing_code_expires_at = timezone.now() + timedelta(
        seconds=settings.PAIRING_CODE_LIFE_S
    )
    terminal.save(update_fields=["pairing_code", "pairing_code_expires_at"])
    return terminal.pairing_code


@transaction.atomic
def pair_terminal(code: str) -> str:
    """Use up a pairing code and return the device's token; the previous device is unpaired.

    Raises:
        PairingRefused: no till waits for this code.
    """
    typed = fold_digits(code.strip()).upper()
    waiting = Terminal.objects.select_for_update(no_key=True).filter(
        pairing_code=typed, pairing_code_expires_at__gt=timezone.now()
    )
    terminal = waiting.first() if typed.isalnum() else None
    if terminal is None:
        raise PairingRefused
    _end_tokens(_find_device(terminal))
    terminal.paired_at, terminal.revoked_at = timezone.now(), None
    terminal.copied_at = None
    terminal.pairing_code = terminal.pairing_code_expires_at = None
    terminal.save(update_fields=_PAIRING)
    tell_on_commit(counter_topic(store_id=terminal.store_id, terminal_id=terminal.id))
    return _make_token(terminal, is_device=True)


@transaction.atomic
def issue_token(terminal: Terminal) -> str:
    """Make a token for an integration; the paired device keeps its own."""
    Terminal.objects.filter(pk=terminal.pk).update(revoked_at=None)
    return _make_token(terminal, is_device=False)


def note_seen(terminal: Terminal) -> None:
    """Note that the till's page was opened; charges note nothing, to stay fast."""
    Terminal.objects.filter(pk=terminal.pk).update(last_seen_at=timezone.now())


@retry_clashes
@transaction.atomic
def revoke_terminal(terminal: Terminal, *, actor: str = "shop") -> None:
    """Revoke the till's tokens and pairing code, and cancel its charges that wait for payment.

    Its pages are notified at once, as are the phones that were about to pay.
    """
    # The strongest row lock: a charge at this till is either open by now, or finds the till
    # revoked.
    terminal = Terminal.objects.select_for_update().get(pk=terminal.pk)
    _end_tokens(terminal.tokens.all())
    terminal.paired_at, terminal.revoked_at = None, timezone.now()
    terminal.copied_at = None
    terminal.pairing_code = terminal.pairing_code_expires_at = None
    terminal.save(update_fields=_PAIRING)
    cancel_waiting_charges(Q(terminal=terminal), actor=actor)
    tell_on_commit(counter_topic(store_id=terminal.store_id, terminal_id=terminal.id))


@retry_clashes
@transaction.atomic
def stop_store(store: Store, *, actor: str = "shop") -> None:
    """Close the store, and cancel its charges that wait for payment; refunds go on."""
    # First the existing ones, without a lock on the store: a payment in progress reads the
    # store's row while it holds its charge's. Then the few that were opened in between.
    cancel_waiting_charges(Q(store=store), actor=actor)
    Store.objects.select_for_update().get(pk=store.pk)
    close_store(store)
    cancel_waiting_charges(Q(store=store), actor=actor)
    tell_on_commit(counter_topic(store_id=store.id, terminal_id=None))


def find_holder(token: str) -> Holder | None:
    """Find who holds this token, with the till's store and merchant.

    A device's previous key is valid for a minute, and until the new one is used.
    """
    if not token:
        return None
    key = [_SHIFT_S, digest_secret(token)]
    terminal, extras = _HELD.first_with_extras(key)
    if terminal is not None:
        cashier, token_id, is_device, is_first_use = extras
        if is_first_use:
            note_use(token_id)
    else:
        terminal, extras = _HELD_BEFORE.first_with_extras(key)
        if terminal is None:
            return None
        cashier, token_id, is_device, is_over = extras
        if is_over:
            note_copy(terminal, token_id)
            return None
    return Holder(terminal, token_id, is_device, cashier)


def find_cashiers(store: Store) -> list[StaffMember]:
    """Find the staff who may unlock the tills of a store, by name."""
    return _CASHIERS.list([store.id])


def unlock_till(terminal: Terminal, cashier: StaffMember, *, pin: str) -> None:
    """Unlock the paired device for a cashier's shift, by PIN.

    Raises:
        PinWrong: says how many tries are left.
        PinLocked: five wrong tries of this cashier at this till.
    """
    check_pin(cashier.user_id, pin, scope=at_till(terminal.id))
    _find_device(terminal).update(cashier=cashier, unlocked_at=timezone.now())


def lock_till(terminal: Terminal) -> None:
    """Lock the paired device: nobody sells at it until a cashier unlocks it."""
    _find_device(terminal).update(cashier=None, unlocked_at=None)


def list_open_tills(merchant_id: UUID) -> list[OpenTill]:
    """List the merchant's tills at which a cashier's shift runs, by name."""
    shift = timezone.now() - timedelta(seconds=_SHIFT_S)
    devices = TerminalToken.objects.filter(
        terminal__store__merchant_id=merchant_id,
        is_device=True,
        revoked_at=None,
        cashier__is_active=True,
        unlocked_at__gt=shift,
    )
    rows = devices.order_by("terminal__name", "id").values_list(
        "terminal__name", "cashier__user__name", "unlocked_at"
    )
    return [OpenTill(name, cashier, since) for name, cashier, since in rows if since]


def _find_device(terminal: Terminal) -> QuerySet[TerminalToken]:
    return terminal.tokens.filter(is_device=True, revoked_at=None)


def _make_token(terminal: Terminal, *, is_device: bool) -> str:
    token = make_secret("tk")
    terminal.tokens.create(digest=digest_secret(token), is_device=is_device)
    return token


def _end_tokens(tokens: QuerySet[TerminalToken]) -> None:
    ended = list(tokens.filter(revoked_at=None).values_list("id", flat=True))
    tokens.filter(pk__in=ended).update(revoked_at=timezone.now())
    end_on_commit(*(topic for token_id in ended for topic in token_topic(token_id)))
