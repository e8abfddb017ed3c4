"""The key of a paired device: replaced at each unlocking, so that a copy is noticed.

The device keeps its key in a cookie. A device that presents the previous key, although the new
one is in use, is either the copy or the original. The two cannot be told apart, so the old key
opens nothing, the till is locked until a cashier's PIN, and the shop is told
(docs/decisions/0018).
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

    Of several requests at the same moment one gets it; None for the others, which keep theirs.
    A key that was lost with its answer is replaced after a minute.
    """
    new, digest = make_secret("tk"), digest_secret(key)
    tokens = terminal.tokens.filter(is_device=True, revoked_at=None)
    changes = {"digest": digest_secret(new), "rotated_at": Now(), "used_at": None}
    lost = tokens.filter(previous_digest=digest, used_at=None, rotated_at__lt=Now() - GRACE)
    changed = tokens.filter(digest=digest).update(previous_digest=F("digest"), **changes)
    return new if changed or lost.update(**changes) else None


def note_use(token_id: int) -> None:
    """Note that the device uses its new key; from now on the old one reveals a copy."""
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
