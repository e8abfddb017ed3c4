"""What somebody is told by mail when the second factor of their sign-in changes."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from relay.letters import Text


def write_factor_on(_user_id: UUID) -> Text:
    """Write to somebody whose sign-in asks for a second factor from now on."""
    return _write(
        gettext("Your sign-in asks for a second factor"),
        gettext(
            "From now on your sign-in asks for a code or a passkey beside the password. Other"
            " devices were signed out."
        ),
    )


def write_factor_off(_user_id: UUID) -> Text:
    """Write to somebody whose sign-in asks for the password alone again."""
    return _write(
        gettext("Your second factor is off"),
        gettext("Your sign-in asks for the password alone again."),
    )


def write_factor_change(_user_id: UUID) -> Text:
    """Write to somebody of whose second factor something has changed."""
    return _write(
        gettext("Your second factor was changed"),
        gettext(
            "Just now an app or a passkey was added or removed, or new recovery codes were"
            " made."
        ),
    )


def _write(subject: str, words: str) -> Text:
    advice = gettext("If it was not you, choose a new password at once:")
    link = f"{settings.PUBLIC_URL}{reverse('merchants:forgotten')}"
    return Text(subject=subject, body=f"{words}\n\n{advice}\n{link}\n")
