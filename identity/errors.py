"""Why a person or a device is not let in."""

import math
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from foundation.refusals import Member, problem

_TRIES_LEFT = Member("tries_left", int, note="With pin_wrong.")


@problem(403, "sign_in_refused")
class SignInRefused(Exception):
    """The name and the secret do not belong together; which one is wrong is not said."""

    def __init__(self) -> None:
        """Say the same whether the person exists or not."""
        super().__init__(
            gettext("This sign-in is not right. Check the number or e-mail and the PIN.")
        )


@problem(403, "pin_wrong", field="pin", members=(_TRIES_LEFT,))
class PinWrong(Exception):
    """The PIN is not this person's."""

    def __init__(self, tries_left: int) -> None:
        """Warn before the lock, as PSD2's technical standard asks (article 4)."""
        words = ngettext(
            "The PIN is not right. %(tries)s try left.",
            "The PIN is not right. %(tries)s tries left.",
            tries_left,
        )
        super().__init__(words % {"tries": tries_left})
        self.tries_left = tries_left


class PinTooEasy(Exception):
    """A new PIN that others would guess, or none at all."""

    def __init__(self, *, is_pin: bool) -> None:
        words = (
            gettext("This PIN is easily guessed. Choose six digits without a pattern.")
            if is_pin
            else gettext("Type six digits.")
        )
        super().__init__(words)


class CodeWrong(Exception):
    """The code is not the one that was sent."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This is not the code that was sent last. Look at its eight digits again.")
        )


class VerificationOver(Exception):
    """The code is too old, was tried too often, or was used."""

    def __init__(self) -> None:
        super().__init__(gettext("This code is over. Ask for a new one."))


class CodesTooMany(Exception):
    """The address was sent enough codes for now."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This address got several codes just now. Wait half an hour, then try again."
            )
        )


class DoorsCrowded(Exception):
    """Very many people join, or try codes: more than an hour is allowed to bring."""

    def __init__(self) -> None:
        super().__init__(
            gettext("Very many people are joining at this moment. Try again in an hour.")
        )


@problem(403, "pin_locked", field="pin")
class PinLocked(Exception):
    """Too many wrong PINs; no PIN is looked at until the lock ends."""

    def __init__(self, until: datetime) -> None:
        """`until` is an aware instant."""
        wait = _describe_wait(until)
        words = gettext("The PIN is locked after 5 wrong tries. Try again in %(minutes)s.")
        super().__init__(words % {"minutes": wait})
        self.until = until


class SignInLocked(Exception):
    """Raised only for a right secret, or on a device where the person has signed in before."""

    def __init__(self, until: datetime, *, user_id: UUID) -> None:
        """`until` is an aware instant."""
        wait = _describe_wait(until)
        words = gettext("This sign-in is locked after 5 wrong tries. Try again in %(minutes)s.")
        super().__init__(words % {"minutes": wait})
        self.until, self.user_id = until, user_id


class FactorWrong(Exception):
    """The code is neither the app's of this moment nor a recovery code that is left."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This code is not right, or was used already. Wait for the app's next one, or"
                " type a recovery code."
            )
        )


class FactorLocked(Exception):
    """Too many wrong codes; none is looked at until the lock ends."""

    def __init__(self, until: datetime) -> None:
        """`until` is an aware instant."""
        words = gettext("Codes are locked after 5 wrong ones. Try again in %(minutes)s.")
        super().__init__(words % {"minutes": _describe_wait(until)})
        self.until = until


class FactorAlready(Exception):
    """There is an authenticator app."""

    def __init__(self) -> None:
        super().__init__(gettext("There is an app already. Turn it off before a new one."))


class PasskeyRefused(Exception):
    """The browser's answer belongs to no passkey, or not to this sign-in."""

    def __init__(self) -> None:
        super().__init__(
            gettext("The passkey was not recognized. Try again, or use another way.")
        )


@problem(503, "busy")
class ChecksWait(Exception):
    """Too many PINs and passwords are being looked at; this one was not, and counts nothing."""

    def __init__(self) -> None:
        super().__init__(
            gettext("Many people are signing in at this moment. Try again in a moment.")
        )


def _describe_wait(until: datetime) -> str:
    minutes = max(math.ceil((until - timezone.now()).total_seconds() / 60), 1)
    words = ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes)
    return words % {"minutes": minutes}


class OwnRequest(Exception):
    """The person has asked for it, or it is about themselves: somebody else has to decide."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This is your own. Another operator has to decide. Nothing was changed.")
        )


class DecidedMeanwhile(Exception):
    """Somebody has agreed to it or withdrawn it."""

    def __init__(self) -> None:
        super().__init__(gettext("Somebody else has decided meanwhile. Nothing was changed."))
