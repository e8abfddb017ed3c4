"""Open wallets, top them up, and find them by session."""

from uuid import UUID

import uuid6
from django.db import transaction

from foundation.model_sql import JoinedRows
from identity.bearer import digest_secret
from identity.models import User
from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from ledger.posting import post_together
from ledger.transactions import retry_clashes
from ledger.transfers import NewTransfer
from wallet.models import Tier, Wallet

# The wallets that a session opens, by the digest of its secret.
SESSION_JOINS = """
    identity_session session
    JOIN identity_user "user" ON "user".id = session.user_id
    JOIN wallet_wallet wallet ON wallet.user_id = session.user_id
"""
SESSION_HOLDS = """
    session.digest = %(digest)s AND session.ended_at IS NULL AND session.expires_at > now()
    AND "user".is_active
"""
# The columns that the API's answers about a payment need.
SHOWN_WALLET = {
    "wallet": ("id", "account_id", "currency", "no_pin_count", "no_pin_minor"),
}
# The same columns, read where the session's wallet is found.
ASKED_WALLET = ", ".join(f"wallet.{column}" for column in SHOWN_WALLET["wallet"])
_HELD = JoinedRows(
    Wallet,
    "user",
    sql=f"""
        SELECT {{columns}}, session.id FROM {SESSION_JOINS} WHERE {SESSION_HOLDS}
         ORDER BY wallet.currency = %(currency)s DESC, wallet.id LIMIT 1
    """,  # noqa: S608  the names are ours
)


@transaction.atomic
def open_wallet(user: User, *, currency: str, tier: Tier = Tier.START) -> Wallet:
    """Open an empty wallet for a person, who can have one in each currency.

    Somebody who may have others opens a further one by `wallet/currencies.py`.

    Raises:
        IntegrityError: the person has a wallet in this currency.
    """
    account_id = open_account(AccountKind.WALLET, currency=currency)
    return Wallet.objects.create(user=user, currency=currency, account_id=account_id, tier=tier)


@retry_clashes
def top_up(
    wallet: Wallet, *, amount_minor: int, reference: str, transfer_id: UUID | None = None
) -> None:
    """Credit the wallet with money that reached the bank: safeguard / wallet.

    With the caller's `transfer_id` it is idempotent.
    """
    post_together(
        [
            NewTransfer(
                id=transfer_id or uuid6.uuid7(),
                debit_account_id=get_or_open_house_account(
                    AccountKind.SAFEGUARD, currency=wallet.currency
                ),
                credit_account_id=wallet.account_id,
                amount_minor=amount_minor,
                currency=wallet.currency,
                kind="top_up",
                reference=reference,
            )
        ]
    )


def find_wallet(secret: str, *, currency: str = "") -> Wallet | None:
    """Find a wallet of the person who holds this session, with the person and the session.

    The one in this currency, or else the one that was opened first.
    """
    facts = {"digest": digest_secret(secret), "currency": currency}
    wallet, extras = _HELD.first_with_extras(facts)
    if wallet is not None:
        (wallet.session_id,) = extras
    return wallet


def has_wallet(user: User) -> bool:
    """Return whether this person has a wallet."""
    return Wallet.objects.filter(user=user).exists()
