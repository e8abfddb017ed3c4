"""Claims: the first phone that scans a charge reserves it for a minute."""

from datetime import timedelta
from uuid import UUID

import uuid6
from django.conf import settings

from foundation.model_sql import JoinedRows
from ledger.transactions import retry_clashes
from pos.charges import announce_lease, explain_refused_lease, release_charge
from pos.counter_codes import drop_counter_charge
from pos.errors import ChargeClaimedByAnother
from pos.models import Charge
from pos.places import list_paths, place, write_joins
from pos.running import number_command, telling_running
from wallet.errors import ClaimUnknown, WalletCurrencyMismatch
from wallet.models import Claim, Wallet
from wallet.wallets import SESSION_HOLDS, SESSION_JOINS, mask_name

_CLAIM = JoinedRows(
    Claim,
    "charge",
    sql="""
        SELECT {columns}
          FROM wallet_claim_charge(
                   payer => %(payer)s, charge_id => %(charge)s, wallet_id => %(wallet)s,
                   claim_id => %(claim)s, name => %(name)s, lease => %(lease)s,
                   event => %(event)s) done,
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
         WHERE claim.id = %s AND claim.wallet_id = %s
    """,  # noqa: S608  the names are ours
)
# Session, wallet and what is asked for by one look, for the express lane.
_SCANNED = JoinedRows(
    Charge,
    *list_paths(),
    sql=f"""
        SELECT {{columns}}, session.id
          FROM pos_charge charge {write_joins()}, {SESSION_JOINS}
         WHERE charge.token = %s AND {SESSION_HOLDS}
    """,  # noqa: S608  the names are ours
    beside=Wallet,
    beside_paths=["user"],
)
_HELD = JoinedRows(
    Claim,
    *_OF_CLAIM,
    sql=f"""
        SELECT {{columns}}, session.id
          FROM {SESSION_JOINS}
          JOIN wallet_claim claim ON claim.wallet_id = wallet.id {_FROM_CLAIM}
         WHERE claim.id = %s AND {SESSION_HOLDS}
    """,  # noqa: S608  the names are ours
    beside=Wallet,
    beside_paths=["user"],
)


def claim_charge(wallet: Wallet, charge: Charge) -> Claim:
    """Reserve the charge for this payer for a minute; claiming again extends the claim.

    Raises:
        ChargeClaimedByAnother: another phone is paying.
        ChargeNotPayable: captured, canceled or expired.
        WalletCurrencyMismatch: the wallet holds another currency.
        StillRunning: a payment of it is still running.
    """
    if wallet.currency != charge.currency:
        raise WalletCurrencyMismatch(charge.currency)
    if charge.counter_code_id and charge.principal_id != wallet.id:
        # It counts against another payer's daily limit, and no till shows it for payment.
        raise ChargeClaimedByAnother
    with telling_running(number_command(charge.id)):
        claim = _lease(wallet, charge)
    if claim is None:
        raise explain_refused_lease(charge.id)
    announce_lease(claim.charge)
    claim.wallet = wallet
    place(claim.charge, charge)
    return claim


@retry_clashes
def _lease(wallet: Wallet, charge: Charge) -> Claim | None:
    return _CLAIM.first(
        {
            "payer": wallet.account_id,
            "charge": charge.id,
            "wallet": wallet.id,
            "claim": uuid6.uuid7(),
            "name": mask_name(wallet.user.name),
            "lease": timedelta(seconds=settings.CLAIM_LEASE_S),
            "event": uuid6.uuid7(),
        }
    )


def decline_charge(claim: Claim) -> None:
    """Release the charge unpaid; a claim that is over already is left alone.

    A charge that the payer opened at a counter code is canceled: nobody else can pay it.
    """
    if claim.charge.counter_code_id:
        drop_counter_charge(claim.charge_id)
        return
    release_charge(claim.charge_id, payer_account_id=claim.wallet.account_id)


def find_claim(wallet: Wallet, claim_id: UUID) -> Claim:
    """Find one of the wallet's claims, with its charge as it is now.

    Raises:
        ClaimUnknown: not there, or another wallet's; the refusal is the same.
    """
    claim = _MINE.first([claim_id, wallet.id])
    if claim is None:
        raise ClaimUnknown
    claim.wallet = wallet
    return claim


def find_claim_by_session(digest: bytes, claim_id: UUID) -> Claim | None:
    """Find a claim of the wallet that a session opens; `digest` is of the session's secret."""
    claim, extras = _HELD.first_with_extras([claim_id, digest])
    if claim is not None:
        claim.wallet, claim.wallet.session_id = extras
    return claim


def find_scanned_by_session(digest: bytes, token: UUID) -> tuple[Wallet, Charge] | None:
    """Find the charge of a code's token, and the wallet that a session opens."""
    charge, extras = _SCANNED.first_with_extras([token, digest])
    if charge is None:
        return None
    wallet, wallet.session_id = extras
    return wallet, charge


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
