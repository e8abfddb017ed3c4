"""The key of a paired device: another one at each unlocking, so that a copy is noticed.

The device keeps its key in a cookie. Whoever comes with the key before, although the new one is
in use, has a copy, or is what was copied from: nobody can tell, so the old key opens nothing,
the till is locked until a cashier's PIN, and the shop is told (docs/decisions/0018).
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from identity.bearer import digest_secret, make_secret
from pos.models import Terminal, TerminalToken
from pos.topics import counter_topic
from relay.pages import tell_on_commit

logger = logging.getLogger(__name__)
# Requests that were sent before the new key came may still arrive with the old one.
GRACE = timedelta(seconds=60)


def change_key(terminal: Terminal, key: str) -> str | None:
    """Replace the key the paired device presented, and return the new one.

    Of several at the same moment one is given; None for the others, which keep what they have.
    A key whose answer was lost is replaced after a minute.
    """
    new, digest = make_secret("tk"), digest_secret(key)
    tokens = terminal.tokens.filter(is_device=True, revoked_at=None)
    changes = {"digest": digest_secret(new), "rotated_at": Now(), "used_at": None}
    lost = tokens.filter(previous_digest=digest, used_at=None, rotated_at__lt=Now() - GRACE)
    changed = tokens.filter(digest=digest).update(previous_digest=F("digest"), **changes)
    return new if changed or lost.update(**changes) else None


def note_use(token_id: int) -> None:
    """Note that the device has its new key; from now on the old one is a copy's."""
    TerminalToken.objects.filter(pk=token_id, used_at=None).update(used_at=Now())


@transaction.atomic
def note_copy(terminal: Terminal, token_id: int) -> None:
    """Lock the till and tell the shop, once for each copy, that its key is on two devices."""
    tokens = TerminalToken.objects.filter(~Q(previous_digest=None), pk=token_id)
    if not tokens.update(previous_digest=None, cashier=None, unlocked_at=None):
        return
    Terminal.objects.filter(pk=terminal.pk).update(copied_at=Now())
    logger.warning("The key of till %s was used on two devices.", terminal.public_id)
    tell_on_commit(counter_topic(store_id=terminal.store_id, terminal_id=terminal.id))
