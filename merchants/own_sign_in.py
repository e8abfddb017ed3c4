"""What people change of their own sign-in: the PIN and the password; each is told by mail."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from identity.models import User
from identity.passwords import choose_password
from identity.pins import set_pin
from relay.letters import send_to_each, was_asked_for


@transaction.atomic
def change_pin(user: User, pin: str) -> None:
    """Change one's own PIN; what the old one opened ends (`settings.AFTER_PIN_CHANGE`)."""
    set_pin(user, pin)
    for path in settings.AFTER_PIN_CHANGE:
        import_string(path)(user)
    send_to_each("pin_changed", subject=user.id, addresses=user.addresses)


@transaction.atomic
def change_password(user: User, password: str) -> None:
    """Change one's own password; the person's other sessions end."""
    choose_password(user, password)
    send_to_each("password_changed", subject=user.id, addresses=user.addresses)


def has_just_changed_password(user_id: UUID) -> bool:
    """Return whether the password was changed a moment ago, as by the first tap of two.

    The letter that tells of it is the trace: the link itself holds none once it was used.
    """
    return was_asked_for("password_changed", subject=user_id)
