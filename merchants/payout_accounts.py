"""A merchant's bank account: named by an owner, changed only with a second look.

The first one counts at once. A change waits until a second person confirms it or the wait is
over; meanwhile payouts go to the old one.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from banking.ibans import ReadIban
from banking.payees import Payee, check_payee
from foundation.locks import lock_name
from foundation.once import make_once
from identity.models import User
from identity.persons import are_one_person
from ledger.transactions import retry_clashes
from merchants.addresses import Address
from merchants.errors import AccountDecided, NewcomerConfirms, OwnAccountChange
from merchants.models import Invitation, Merchant, PayoutAccount
from merchants.payout_orders import order_open_payouts
from merchants.queries import find_payout_account, read_clock
from merchants.recipients import list_addresses
from relay.letters import send_letter

_SHOWN_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account as its owner names it."""

    read: ReadIban
    holder: str
    address: Address


@retry_clashes
def name_account(
    merchant: Merchant, new: NewAccount, *, account_id: UUID, by: User
) -> PayoutAccount:
    """Name the account for payouts; sent again, return the same one. Everybody is told.

    A change that waits is withdrawn by the next one.

    Raises:
        FormReused: the form named another account before.
        AddressIncomplete, AddressUnwritable, NameUnwritable: no bank would pay there.
    """
    address = new.address
    check_payee(
        Payee(
            name=new.holder,
            iban=new.read.iban,
            street=address.street,
            building_number=address.building_number,
            postcode=address.postcode,
            town=address.town,
            country=address.country,
        )
    )
    return make_once(
        PayoutAccount.objects.filter(merchant=merchant, asked_by=by),
        account_id,
        make=lambda made_id: _name(merchant, new, made_id=made_id, by=by),
        is_same=lambda made: (made.iban, made.holder) == (new.read.iban, new.holder),
    )


@retry_clashes
@transaction.atomic
def confirm_account(account: PayoutAccount, *, by: User) -> None:
    """Make a change count at once, as a second person of the shop; again changes nothing.

    Raises:
        OwnAccountChange: the person who asked for it, or another sign-in of the same one.
        NewcomerConfirms: a person who was invited within the wait before it was asked for.
        AccountDecided: it counts already, or was withdrawn.
    """
    if are_one_person(account.asked_by, by):
        raise OwnAccountChange
    if _joined_lately(account, by):
        raise NewcomerConfirms
    if not _waiting(account).update(counts_from=Now(), confirmed_by=by):
        raise AccountDecided
    account.refresh_from_db()
    _tell("payout_account_confirmed", account)


@retry_clashes
@transaction.atomic
def withdraw_account(account: PayoutAccount, *, by: User) -> None:
    """Withdraw a change that still waits.

    Raises:
        AccountDecided: it counts already, or was withdrawn.
    """
    if not _waiting(account).update(withdrawn_at=Now(), withdrawn_by=by):
        raise AccountDecided


def find_change(merchant_id: UUID) -> PayoutAccount | None:
    """Return the change that waits, if there is one."""
    waiting = PayoutAccount.objects.filter(
        merchant_id=merchant_id, withdrawn_at=None, counts_from__gt=Now()
    )
    return waiting.select_related("asked_by").order_by("-asked_at", "-id").first()


def list_accounts(merchant_id: UUID) -> list[PayoutAccount]:
    """List the accounts that a merchant named, the newest first."""
    named = PayoutAccount.objects.filter(merchant_id=merchant_id)
    people = named.select_related("asked_by", "confirmed_by", "withdrawn_by")
    return list(people.order_by("-asked_at", "-id")[:_SHOWN_MAX])


def _name(merchant: Merchant, new: NewAccount, *, made_id: UUID, by: User) -> PayoutAccount:
    # Of two first ones the second waits here, and is a change.
    lock_name(f"payout account {merchant.id}")
    is_first = find_payout_account(merchant.id) is None
    waiting = PayoutAccount.objects.filter(
        merchant=merchant, withdrawn_at=None, counts_from__gt=Now()
    )
    waiting.update(withdrawn_at=Now(), withdrawn_by=by)
    now = read_clock()
    wait = timedelta(seconds=0 if is_first else settings.PAYOUT_ACCOUNT_WAIT_S)
    account = PayoutAccount.objects.create(
        id=made_id,
        merchant=merchant,
        iban=new.read.iban,
        bic=new.read.bic,
        bank_name=new.read.bank_name,
        holder=new.holder,
        street=new.address.street,
        building_number=new.address.building_number,
        postcode=new.address.postcode,
        town=new.address.town,
        country=new.address.country,
        asked_by=by,
        asked_at=now,
        counts_from=now + wait,
    )
    if is_first:
        order_open_payouts(account)
    _tell("payout_account", account)
    return account


def _joined_lately(account: PayoutAccount, person: User) -> bool:
    # Otherwise one stolen sign-in is enough: it invites the second person.
    since = account.asked_at - timedelta(seconds=settings.PAYOUT_ACCOUNT_WAIT_S)
    lately = Invitation.objects.filter(
        merchant_id=account.merchant_id, email=person.email, accepted_at__gt=since
    )
    return bool(person.email) and lately.exists()


def _waiting(account: PayoutAccount) -> QuerySet[PayoutAccount]:
    return PayoutAccount.objects.filter(pk=account.pk, withdrawn_at=None, counts_from__gt=Now())


def _tell(kind: str, account: PayoutAccount) -> None:
    # At the addresses known before: whoever stole a sign-in cannot keep this from its owner.
    for address in list_addresses(account.merchant_id):
        send_letter(kind, subject=account.id, address=address)
