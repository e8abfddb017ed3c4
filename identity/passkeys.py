"""Passkeys (WebAuthn): made on a device, and asked for at the sign-in.

What was asked stays in the browser's session on our side, and is good for one answer.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from identity.errors import PasskeyRefused
from identity.factors import begin_factor
from identity.models import Passkey, User

# What is asked of a browser, and what it has to be held against.
Question = tuple[dict[str, Any], dict[str, Any]]
# What the library raises for an answer that is not what it should be.
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError)


def can_have_passkeys() -> bool:
    """Return whether browsers make passkeys for this address: a name, and not a number."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    is_number = ":" in host or host.replace(".", "").isdecimal()
    return bool(host) and not is_number and (settings.IS_SECURE or host == "localhost")


def list_passkeys(user_id: UUID) -> list[Passkey]:
    """List a person's passkeys, the oldest first."""
    return list(Passkey.objects.filter(user_id=user_id).order_by("id"))


def ask_for_new(user: User) -> Question:
    """Return what a browser is asked to make a passkey of."""
    person = PublicKeyCredentialUserEntity(
        id=user.id.bytes, name=user.email or user.name, display_name=user.name
    )
    asked, state = _server().register_begin(
        person,
        credentials=_read_credentials(user.id),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(asked.public_key), state


@transaction.atomic
def add_passkey(user: User, answer: str, *, state: Mapping[str, Any], name: str) -> Passkey:
    """Keep the passkey that a browser has made; the first factor ends other sessions.

    Raises:
        PasskeyRefused: it does not answer what was asked, or is known.
    """
    try:
        made = RegistrationResponse.from_dict(json.loads(answer))
        facts = _server().register_complete(state, made)
        credential = facts.credential_data
        if credential is None:
            raise PasskeyRefused
    except _UNREADABLE:
        raise PasskeyRefused from None
    begin_factor(user)
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                user=user,
                name=name,
                credential_id=credential.credential_id,
                credential=bytes(credential),
                sign_count=facts.counter,
            )
    except IntegrityError:
        raise PasskeyRefused from None


def ask_for_known(user_id: UUID) -> Question:
    """Return what a browser is asked to sign by one of the person's passkeys."""
    asked, state = _server().authenticate_begin(
        _read_credentials(user_id), user_verification=UserVerificationRequirement.PREFERRED
    )
    return dict(asked.public_key), state


def check_passkey(user_id: UUID, answer: str, *, state: Mapping[str, Any]) -> None:
    """Check what a browser has signed.

    Raises:
        PasskeyRefused: by no passkey of this person, or not what was asked. A counter that does
            not go on tells of a copy.
    """
    try:
        signed = AuthenticationResponse.from_dict(json.loads(answer))
        used = _server().authenticate_complete(state, _read_credentials(user_id), signed)
        counter = signed.response.authenticator_data.counter
    except _UNREADABLE:
        raise PasskeyRefused from None
    mine = Passkey.objects.filter(user_id=user_id, credential_id=used.credential_id)
    goes_on = Q(sign_count__lt=counter) | (Q(sign_count=0) if counter == 0 else Q())
    if not mine.filter(goes_on).update(sign_count=counter, used_at=Now()):
        raise PasskeyRefused


def remove_passkey(user_id: UUID, passkey_id: UUID) -> bool:
    """Forget a passkey; return whether there was one."""
    deleted, _ = Passkey.objects.filter(user_id=user_id, pk=passkey_id).delete()
    return bool(deleted)


def _server() -> Fido2Server:
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    return Fido2Server(
        PublicKeyCredentialRpEntity(name="Tessera", id=host),
        verify_origin=lambda origin: origin == settings.PUBLIC_URL,
    )


def _read_credentials(user_id: UUID) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(bytes(each.credential)) for each in list_passkeys(user_id)]
