"""Open merchants, stores and balances, and hire staff."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid6
from django.db import connection, transaction
from django.utils import timezone

from identity.bearer import digest_secret, make_secret
from identity.models import User
from ledger.accounts import open_account
from ledger.chart import AccountKind
from merchants.models import (
    ApiKey,
    CodeFormat,
    Merchant,
    MerchantBalance,
    Role,
    StaffMember,
    Store,
)

# The use of a key is noted at most so often, because a busy server asks many times a second.
_NOTED_EACH = timedelta(minutes=1)


def open_merchant(
    name: str,
    *,
    country: str,
    time_zone: str,
    mdr_bps: int = 0,
    is_verified: bool = False,
    trade: str = "",
) -> Merchant:
    """Open a merchant; one whom a person has looked at is shown as verified.

    `trade` is its merchant category code (ISO 18245), empty if it is not known.

    Raises:
        ZoneInfoNotFoundError: no such IANA time zone.
    """
    ZoneInfo(time_zone)
    return Merchant.objects.create(
        name=name,
        country=country,
        time_zone=time_zone,
        mdr_bps=mdr_bps,
        is_verified=is_verified,
        trade=trade,
    )


@transaction.atomic
def open_store(
    merchant: Merchant,
    *,
    name: str,
    currency: str,
    street: str = "",
    city: str = "",
    store_id: UUID | None = None,
) -> Store:
    """Open a store with its takings account, and the merchant's balance in its currency."""
    # Of a merchant's two first stores at the same moment, the second one finds the balance.
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    if not MerchantBalance.objects.filter(merchant=merchant, currency=currency).exists():
        MerchantBalance.objects.create(
            merchant=merchant,
            currency=currency,
            payable_account_id=open_account(AccountKind.PAYABLE, currency=currency),
            receivable_account_id=open_account(AccountKind.RECEIVABLE, currency=currency),
        )
    return Store.objects.create(
        id=store_id or uuid6.uuid7(),
        merchant=merchant,
        name=name,
        street=street,
        city=city,
        currency=currency,
        takings_account_id=open_account(AccountKind.TAKINGS, currency=currency),
    )


def choose_code_format(store: Store, code_format: CodeFormat) -> None:
    """Choose the format of the codes at the store's tills, from the next time one is shown."""
    store.code_format = code_format
    store.save(update_fields=["code_format"])


def set_till_rules(store: Store, *, takes_cash: bool, mails_closings: bool) -> None:
    """Set whether a store's tills take cash, and whether owners get their closings by mail."""
    store.takes_cash, store.mails_closings = takes_cash, mails_closings
    store.save(update_fields=["takes_cash", "mails_closings"])


def close_store(store: Store) -> None:
    """Close the store to new charges; `stop_store` (pos/terminals.py) ends waiting ones."""
    store.closed_at = timezone.now()
    store.save(update_fields=["closed_at"])


def reopen_store(store: Store) -> None:
    """Reopen a closed store for charges."""
    store.closed_at = None
    store.save(update_fields=["closed_at"])


def hire(
    merchant: Merchant,
    user: User,
    *,
    role: str,
    store: Store | None = None,
    is_active: bool = True,
    member_id: UUID | None = None,
) -> StaffMember:
    """Make a person a staff member; owners and managers may refund, cashiers once allowed."""
    return StaffMember.objects.create(
        id=member_id or uuid6.uuid7(),
        merchant=merchant,
        user=user,
        role=role,
        store=store,
        is_active=is_active,
        may_refund=role in {Role.OWNER, Role.MANAGER},
    )


def make_api_key(merchant: Merchant, *, label: str) -> str:
    """Make a secret key for the merchant's server; it is shown this once."""
    secret = make_secret("sk")
    ApiKey.objects.create(merchant=merchant, digest=digest_secret(secret), label=label)
    return secret


def find_merchant_by_key(secret: str) -> Merchant | None:
    """Return the merchant with this key, and note its use; None for a revoked one."""
    keys = ApiKey.objects.filter(digest=digest_secret(secret), revoked_at=None)
    key = keys.select_related("merchant").first()
    if key is None:
        return None
    if key.last_used_at is None or timezone.now() - key.last_used_at > _NOTED_EACH:
        with connection.cursor() as cursor:
            cursor.execute("SELECT merchants_note_key_use(%s)", [key.id])
    return key.merchant


def list_memberships(user_id: UUID) -> list[StaffMember]:
    """List what a person does for which merchants, the oldest first."""
    people = StaffMember.objects.filter(user_id=user_id, is_active=True)
    return list(people.select_related("merchant", "user", "store").order_by("id"))


def find_staff_member(user_id: UUID, *, shop: str = "") -> StaffMember | None:
    """Find the person's active membership of this shop, or else the oldest one."""
    mine = list_memberships(user_id)
    chosen = [member for member in mine if member.merchant.public_id == shop]
    return next(iter([*chosen, *mine]), None)
