"""Where tills stand: name them, and move them from store to store."""

from uuid import UUID

import uuid6
from django.db import transaction
from django.db.models import Q

from foundation.once import make_once
from ledger.transactions import retry_clashes
from merchants.models import Store
from pos.charges import cancel_waiting_charges
from pos.closings import close_till, has_unclosed
from pos.desk import has_unseen_payments
from pos.errors import TillInUse
from pos.models import CounterCode, Terminal
from pos.topics import counter_topic, token_topic
from relay.pages import end_on_commit, tell_on_commit


def place_till(store: Store, *, terminal_id: UUID, name: str) -> Terminal:
    """Add a till to a store; the same form sent again returns the till.

    Raises:
        FormReused: the form added another till before.
    """
    return make_once(
        Terminal.objects.filter(store__merchant_id=store.merchant_id),
        terminal_id,
        make=lambda made_id: Terminal.objects.create(id=made_id, store=store, name=name),
        is_same=lambda terminal: (terminal.store_id, terminal.name) == (store.id, name),
    )


@retry_clashes
@transaction.atomic
def change_till(terminal: Terminal, *, name: str, store: Store, actor: str = "shop") -> None:
    """Rename a till, and move it to another store of its merchant.

    A device that moves stays paired and is locked: the cashiers of the new store unlock it. Its
    charges that wait for payment are canceled.

    Raises:
        TillInUse: a counter code tells it, or it has payments that nobody has seen.
    """
    # As when it is unpaired, a charge at this till is either open by now or waits.
    terminal = Terminal.objects.select_for_update().get(pk=terminal.pk)
    terminal.name = name
    if terminal.store_id != store.id:
        _move(terminal, store, actor=actor)
    terminal.save(update_fields=["name", "store"])


def _move(terminal: Terminal, store: Store, *, actor: str) -> None:
    if CounterCode.objects.filter(terminal=terminal, revoked_at=None).exists():
        raise TillInUse(has_codes=True)
    if has_unseen_payments(terminal):
        raise TillInUse(has_codes=False)
    cancel_waiting_charges(Q(terminal=terminal), actor=actor)
    # A closing is of one store and currency.
    if has_unclosed(terminal):
        close_till(terminal, closing_id=uuid6.uuid7(), cashier=None)
    terminal.store = store
    alive = terminal.tokens.filter(revoked_at=None)
    alive.update(cashier=None, unlocked_at=None)
    # Its streams listen to the old store; the page asks anew and finds the new one.
    end_on_commit(*(topic for each in alive for topic in token_topic(each.id)))
    tell_on_commit(counter_topic(store_id=store.id, terminal_id=terminal.id))
