"""Devices that are signed in to a wallet: listed, and signed out from another one."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from identity.models import Session
from relay.pages import end_on_commit
from wallet.currencies import list_wallets
from wallet.models import Wallet
from wallet.payment_codes import revoke_codes
from wallet.topics import session_topic

_NONE = UUID(int=0)


def list_devices(wallet: Wallet) -> QuerySet[Session]:
    """List the sessions of the wallet that are open, the newest first."""
    return _list_open(wallet).order_by("-id")


@transaction.atomic
def end_device(wallet: Wallet, session_id: UUID) -> None:
    """Sign one device out; an unknown one, or one that is out already, changes nothing."""
    _end(wallet, _list_open(wallet).filter(pk=session_id))


@transaction.atomic
def end_other_devices(wallet: Wallet) -> None:
    """Sign all devices out but the calling one."""
    _end(wallet, _list_open(wallet).exclude(pk=wallet.session_id or _NONE))


def _list_open(wallet: Wallet) -> QuerySet[Session]:
    return Session.objects.filter(user_id=wallet.user_id, ended_at=None, expires_at__gt=Now())


def _end(wallet: Wallet, sessions: QuerySet[Session]) -> None:
    ended = list(sessions.values_list("id", flat=True))
    if not ended:
        return
    # A lost phone may show payment codes without a connection. They go first, as in
    # `sign_out_everywhere`: two at once wait for each other in one order.
    for each in list_wallets(wallet):
        revoke_codes(each)
    Session.objects.filter(pk__in=ended, ended_at=None).update(ended_at=Now())
    # Its open streams end too.
    end_on_commit(*(topic for each in ended for topic in session_topic(each)))
