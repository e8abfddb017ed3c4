"""Claims: the first phone that scans a charge reserves it for a minute."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import uuid6
from django.conf import settings

from foundation.model_sql import JoinedRows
from ledger.transactions import retry_clashes
from pos.charges import announce_lease, explain_refused_lease, release_charge
from pos.counter_codes import drop_counter_charge
from pos.errors import ChargeClaimedByAnother
from pos.models import Charge
from pos.places import list_columns, list_paths, place, write_joins
from pos.running import telling_running
from wallet.currencies import find_in
from wallet.errors import ClaimUnknown, WalletCurrencyMismatch, WalletFrozen
from wallet.models import Claim, Wallet
from wallet.wallets import ASKED_WALLET, SESSION_HOLDS, SESSION_JOINS, SHOWN_WALLET

_CLAIM = JoinedRows(
    Claim,
    "charge",
    sql="""
        SELECT {columns}
          FROM wallet_claim_charge(
                   payer => %(payer)s, charge_id => %(charge)s, wallet_id => %(wallet)s,
                   claim_id => %(claim)s, name => wallet_mask_name(%(name)s),
                   lease => %(lease)s, event => %(event)s) done,
               LATERAL (SELECT (done.claim).*) claim,
               LATERAL (SELECT (done.charge).*) charge
    """,
)
_OF_CLAIM = ("charge", *list_paths("charge__"))
_FROM_CLAIM = f"""
    JOIN pos_charge charge ON charge.id = claim.charge_id
    {write_joins("charge__")}
"""
_MINE = JoinedRows(
    Claim,
    *_OF_CLAIM,
    sql=f"""
        SELECT {{columns}} FROM wallet_claim claim {_FROM_CLAIM}
         WHERE claim.id = %s AND claim.wallet_id IN (
            SELECT id FROM wallet_wallet WHERE user_id = %s)
    """,  # noqa: S608  the names are ours
)
# With session, wallet and charge found by the same statement, for the express lane.
# Materialized: nothing may be done before every condition was looked at.
_CLAIM_BY_SESSION = JoinedRows(
    Claim,
    *_OF_CLAIM,
    "wallet",
    sql=f"""
        WITH asked AS MATERIALIZED (
            SELECT {ASKED_WALLET}, charge.id AS charge_id,
                   wallet_mask_name("user".name) AS name
              FROM pos_charge charge, {SESSION_JOINS}
             WHERE charge.token = %(token)s AND {SESSION_HOLDS}
               AND charge.currency = wallet.currency AND wallet.frozen_at IS NULL
               AND (charge.counter_code_id IS NULL OR charge.principal_id = wallet.id)
        ), done AS MATERIALIZED (
            SELECT done.*
              FROM asked, wallet_claim_charge(
                       payer => asked.account_id, charge_id => asked.charge_id,
                       wallet_id => asked.id, claim_id => %(claim)s, name => asked.name,
                       lease => %(lease)s, event => %(event)s) done
        )
        SELECT {{columns}}
          FROM done
         CROSS JOIN LATERAL (SELECT (done.claim).*) claim
         CROSS JOIN LATERAL (SELECT (done.charge).*) charge
          {write_joins("charge__")}
          JOIN asked wallet ON wallet.id = claim.wallet_id
    """,  # noqa: S608  the names are ours
    only=list_columns("charge__") | SHOWN_WALLET,
    is_command=True,
)


def claim_charge(wallet: Wallet, charge: Charge) -> Claim:
    """Reserve the charge for this payer for a minute; claiming again extends the claim.

    It is paid from the person's wallet of its currency.

    Raises:
        ChargeClaimedByAnother: another phone is paying.
        ChargeNotPayable: captured, canceled or expired.
        WalletCurrencyMismatch: no wallet of the person holds its currency.
        WalletFrozen: no money leaves the wallet.
        StillRunning: a payment of it is still running.
    """
    wallet = find_in(wallet, charge.currency)
    if wallet.frozen_at is not None:
        raise WalletFrozen
    if wallet.currency != charge.currency:
        raise WalletCurrencyMismatch(charge.currency)
    if charge.counter_code_id and charge.principal_id != wallet.id:
        # It counts against another payer's daily limit, and no till shows it for payment.
        raise ChargeClaimedByAnother
    facts = {"payer": wallet.account_id, "charge": charge.id, "wallet": wallet.id}
    with telling_running(lambda: charge.id):
        claim = _lease(_CLAIM, **facts, name=wallet.user.name)
    if claim is None:
        raise explain_refused_lease(charge.id)
    claim.wallet = wallet
    place(claim.charge, charge)
    return claim


def claim_by_session(digest: bytes, token: UUID) -> Claim | None:
    """Reserve the charge of a code's token; `digest` is of the secret of the payer's session.

    None: no such session or charge, or refused; `claim_charge` tells why.

    Raises:
        StillRunning: a payment of the charge is still running.
    """
    with telling_running(lambda: Charge.objects.values_list("id", flat=True).get(token=token)):
        return _lease(_CLAIM_BY_SESSION, digest=digest, token=token)


@retry_clashes
def _lease(statement: JoinedRows[Claim], **facts: Any) -> Claim | None:
    drawn = {"claim": uuid6.uuid7(), "event": uuid6.uuid7()}
    lease = timedelta(seconds=settings.CLAIM_LEASE_S)
    claim = statement.first({**facts, **drawn, "lease": lease})
    if claim is not None:
        announce_lease(claim.charge)
    return claim


def decline_charge(claim: Claim) -> None:
    """Release the charge unpaid; a claim that is over already is left alone.

    A charge that the payer opened at a counter code is canceled: nobody else can pay it.
    """
    if claim.charge.counter_code_id:
        drop_counter_charge(claim.charge_id)
        return
    release_charge(claim.charge_id, payer_account_id=claim.wallet.account_id)


def find_claim(wallet: Wallet, claim_id: UUID) -> Claim:
    """Find a claim of the wallet's owner, with its charge as it is now.

    Raises:
        ClaimUnknown: not there, or another person's; the refusal is the same.
    """
    claim = _MINE.first([claim_id, wallet.user_id])
    if claim is None:
        raise ClaimUnknown
    is_mine = claim.wallet_id == wallet.id
    claim.wallet = wallet if is_mine else find_in(wallet, claim.charge.currency)
    return claim


def find_claim_on(wallet: Wallet, charge_id: UUID) -> Claim:
    """Find the wallet's claim on a charge.

    Raises:
        ClaimUnknown: this wallet has never claimed it.
    """
    claim = Claim.objects.filter(wallet=wallet, charge_id=charge_id).first()
    if claim is None:
        raise ClaimUnknown
    claim.wallet = wallet
    return claim
