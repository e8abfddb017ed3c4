"""What the shop's people are told by mail."""

from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from identity.models import User
from identity.passwords import make_password_token
from merchants.invitations import find_open, make_token
from qr.references import encode_reference
from relay.letters import Text


def write_invitation(invitation_id: UUID) -> Text | None:
    """Write an invitation; None if it is over meanwhile."""
    invitation = find_open(invitation_id)
    if invitation is None:
        return None
    path = reverse("merchants:invitation", kwargs={"token": make_token(invitation)})
    context = {"invitation": invitation, "link": f"{settings.PUBLIC_URL}{path}"}
    subject = gettext("%(shop)s invites you to its dashboard")
    return Text(
        subject=subject % {"shop": invitation.merchant.name},
        body=render_to_string("emails/invitation.txt", context),
    )


def write_password_link(user_id: UUID) -> Text | None:
    """Write to somebody who forgot the password; None if they may not sign in any more."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return None
    return Text(
        subject=gettext("A new password for your dashboard"),
        body=render_to_string(
            "emails/password.txt", {"user": user, "link": _link_to_password(user)}
        ),
    )


def _link_to_password(user: User) -> str:
    path = reverse(
        "merchants:new_password",
        kwargs={
            "person": encode_reference("us", user.id),
            "token": make_password_token(user),
        },
    )
    return f"{settings.PUBLIC_URL}{path}"
