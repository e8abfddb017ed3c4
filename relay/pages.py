"""Notify open pages, after commit, that something they show has changed.

A notification carries no state: the page loads the present one itself. It may name the row that
has changed and its version, so that a page that shows this version already does not load it.
On the wire: topics with blanks between them, one of them with the version, as in
`charge:ch_1=3 account:2`.
"""

from dataclasses import dataclass
from functools import partial

from relay.connection import PAGES, after_commit, hint, publish

CHANNEL = "tessera:pages"
# Prefix of a topic: the streams bound to it are over.
END = "!"
# Between a topic and the version of what it names.
_AT = "="


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed, in which version; both empty where nobody said."""

    subject: str = ""
    version: str = ""


def at_version(topic: str, version: int) -> str:
    """Return the topic, with the version in which the row it names is now."""
    return f"{topic}{_AT}{version}"


def read_topics(message: str) -> tuple[list[str], Change]:
    """Read a notification: its topics, and the one change that all of them are told of."""
    change, topics = Change(), []
    for word in message.split():
        topic, _, version = word.partition(_AT)
        topics.append(topic)
        if version:
            change = Change(topic.partition(":")[2], version)
    return topics, change


def tell_on_commit(*topics: str) -> None:
    """Notify the pages that listen to these topics, once the transaction has committed."""
    after_commit(partial(tell, *topics))


def end_on_commit(*topics: str) -> None:
    """End the streams that are bound to these topics, once the transaction has committed."""
    after_commit(partial(tell, *(f"{END}{topic}" for topic in topics)))


def tell(*topics: str) -> None:
    """Notify the pages that listen to these topics now; lost if the relay is away."""
    hint(PAGES, lambda: publish(CHANNEL, " ".join(topics)))
