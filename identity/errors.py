"""Why a person or a device is not let in."""

import math
from datetime import datetime

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
        minutes = max(math.ceil((until - timezone.now()).total_seconds() / 60), 1)
        wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(f"The PIN is locked after 5 wrong tries. Try again in {wait}.")
        self.until = until
