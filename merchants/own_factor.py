"""What people change of their own second factor; each change is told by mail."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from identity.factors import (
    add_app,
    count_recovery_codes,
    has_factor,
    remove_factors,
    renew_recovery_codes,
)
from identity.models import User
from identity.passkeys import add_passkey, remove_passkey
from relay.letters import send_to_each


@transaction.atomic
def set_up_app(user: User, secret: str, code: str) -> list[str]:
    """Add an authenticator app; return recovery codes if the person has none.

    Raises:
        FactorWrong, FactorAlready: as `identity.factors.add_app`.
    """
    had = has_factor(user.id)
    add_app(user, secret, code)
    return _finish(user, had=had)


@transaction.atomic
def set_up_passkey(
    user: User, answer: str, *, state: Mapping[str, Any], name: str
) -> list[str]:
    """Add a passkey; return recovery codes if the person has none.

    Raises:
        PasskeyRefused: as `identity.passkeys.add_passkey`.
    """
    had = has_factor(user.id)
    add_passkey(user, answer, state=state, name=name)
    return _finish(user, had=had)


@transaction.atomic
def make_recovery_codes(user: User) -> list[str]:
    """Make new recovery codes; older ones end."""
    codes = renew_recovery_codes(user)
    _tell("factor_changed", user)
    return codes


@transaction.atomic
def forget_passkey(user: User, passkey_id: UUID) -> None:
    """Remove one passkey; without any factor left, recovery codes go too."""
    if not remove_passkey(user.id, passkey_id):
        return
    if has_factor(user.id):
        _tell("factor_changed", user)
    else:
        remove_factors(user)
        _tell("factor_off", user)


@transaction.atomic
def turn_off(user: User) -> None:
    """Remove app, passkeys and recovery codes."""
    if has_factor(user.id):
        remove_factors(user)
        _tell("factor_off", user)


def _finish(user: User, *, had: bool) -> list[str]:
    _tell("factor_changed" if had else "factor_on", user)
    return [] if count_recovery_codes(user.id) else renew_recovery_codes(user)


def _tell(kind: str, user: User) -> None:
    send_to_each(kind, subject=user.id, addresses=user.addresses)
