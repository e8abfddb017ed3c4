"""Notify open pages, after commit, that something they show has changed.

A notification carries no data: the page loads the present state itself.
"""

from functools import partial

from django.db import transaction

from relay.connection import connect, hint

CHANNEL = "tessera:pages"
# Prefix of a topic: the streams bound to it are over.
END = "!"


def tell_on_commit(*topics: str) -> None:
    """Notify the pages that listen to these topics, once the transaction has committed."""
    transaction.on_commit(partial(tell, *topics), robust=True)


def end_on_commit(*topics: str) -> None:
    """End the streams that are bound to these topics, once the transaction has committed."""
    transaction.on_commit(partial(tell, *(f"{END}{topic}" for topic in topics)), robust=True)


def tell(*topics: str) -> None:
    """Notify the pages that listen to these topics now; lost if the relay is away."""
    hint(lambda: connect().publish(CHANNEL, " ".join(topics)))
