"""Why a person or a device is not let in."""

import math
from datetime import datetime
from uuid import UUID

from django.utils import timezone


class SignInRefused(Exception):
    """The name and the secret do not belong together; which one is wrong is not said."""

    def __init__(self) -> None:
        """Say the same whether the person exists or not."""
        super().__init__("This sign-in is not right. Check the number or e-mail and the PIN.")


class PinWrong(Exception):
    """The PIN is not this person's."""

    def __init__(self, tries_left: int) -> None:
        """Warn before the lock, as PSD2's technical standard asks (article 4)."""
        tries = "1 try" if tries_left == 1 else f"{tries_left} tries"
        super().__init__(f"The PIN is not right. {tries} left.")
        self.tries_left = tries_left


class PinLocked(Exception):
    """Too many wrong PINs; no PIN is looked at until the lock ends."""

    def __init__(self, until: datetime) -> None:
        """Keep the end of the lock, an aware instant."""
        wait = _describe_wait(until)
        super().__init__(f"The PIN is locked after 5 wrong tries. Try again in {wait}.")
        self.until = until


class SignInLocked(Exception):
    """Told to whoever knows the secret, or tries on a device of the person's own."""

    def __init__(self, until: datetime, *, user_id: UUID) -> None:
        """Keep the end of the lock, an aware instant, and whose it is."""
        wait = _describe_wait(until)
        super().__init__(f"This sign-in is locked after 5 wrong tries. Try again in {wait}.")
        self.until, self.user_id = until, user_id


class ChecksWait(Exception):
    """Too many PINs and passwords are being looked at; this one was not, and counts nothing."""

    def __init__(self) -> None:
        """Ask to come back."""
        super().__init__("Many people are signing in at this moment. Try again in a moment.")


def _describe_wait(until: datetime) -> str:
    minutes = max(math.ceil((until - timezone.now()).total_seconds() / 60), 1)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
