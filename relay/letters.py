"""Letters: short mails and texts that somebody waits for, such as a link or a code.

A row says to whom and about what; it never holds the secret, which the writer makes anew from
the subject when the mail goes out. Nobody who reads the table can sign in with it.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from django.utils.translation import get_language, override

from foundation.outbox import OUTBOX_REFUSALS, Outbox
from relay.jobs import enqueue_on_commit
from relay.models import Letter

logger = logging.getLogger(__name__)

_LEASE_S = 30
_AGAIN_AFTER_S = 60
TRIES_MAX = 8
# Somebody stands before a page and waits for it, whatever else is to be sent.
_FIRST = "code"


@dataclass(frozen=True, slots=True)
class Text:
    """What a letter says."""

    subject: str
    body: str


Writer = Callable[[UUID], Text | None]
TextSender = Callable[[str, str], None]
LanguageFinder = Callable[[str], str]


def send_letter(kind: str, *, subject: UUID, address: str) -> None:
    """Send a letter of this kind about something, once the transaction has committed.

    `settings.LETTERS` names the function that writes it. A letter to this address that was
    asked for less than a minute ago is not sent again.
    """
    if _list_latest(kind, subject).filter(address=address).exists():
        return
    spoken = get_language() or ""
    language = "" if spoken == settings.LANGUAGE_CODE else spoken
    Letter.objects.create(kind=kind, subject=subject, address=address, language=language)
    enqueue_on_commit("relay.send_letters")


def send_to_each(kind: str, *, subject: UUID, addresses: Iterable[str]) -> None:
    """Send a letter to each of a person's addresses; to numbers only where texts are sent."""
    for address in addresses:
        if "@" in address or settings.TEXT_SENDER:
            send_letter(kind, subject=subject, address=address)


def was_asked_for(kind: str, *, subject: UUID) -> bool:
    """Return whether such a letter was asked for in the last minute."""
    return _list_latest(kind, subject).exists()


def _list_latest(kind: str, subject: UUID) -> QuerySet[Letter]:
    lately = Now() - timedelta(seconds=_AGAIN_AFTER_S)
    return Letter.objects.filter(kind=kind, subject=subject, created_at__gt=lately)


def send_due_letters() -> None:
    """Send every letter that waits; safe to run at the same time elsewhere.

    A letter is leased before it goes out, so that two workers do not send it. One that the
    server refuses, or that cannot be written, is tried again later and later and holds up no
    other; an unreachable server ends the run.
    """
    with Outbox() as outbox:
        for letter in _list_due():
            if not _lease(letter):
                continue
            try:
                _send(letter, outbox)
            except OUTBOX_REFUSALS as refusal:
                # By its type alone: the text of a refusal names the address.
                logger.warning("Letter %s was not sent: %s", letter.pk, type(refusal).__name__)
            except OSError as failure:
                logger.warning("The mail server is away: %s", type(failure).__name__)
                return
            except Exception as failure:  # noqa: BLE001  a fault of ours, in whatever writes it
                logger.warning("Letter %s is faulty: %s", letter.pk, type(failure).__name__)


def _list_due() -> list[Letter]:
    waits_most = Case(When(kind=_FIRST, then=Value(0)), default=Value(1))
    return list(_due().order_by(waits_most, "id")[:500])


def _due() -> QuerySet[Letter]:
    free = Q(leased_until=None) | Q(leased_until__lte=Now())
    return Letter.objects.filter(free, ended_at=None, tries__lt=TRIES_MAX)


def _lease(letter: Letter) -> bool:
    lease = timedelta(seconds=_LEASE_S * 2**letter.tries)
    mine = _due().filter(pk=letter.pk, tries=letter.tries)
    return bool(mine.update(tries=F("tries") + 1, leased_until=Now() + lease))


def _send(letter: Letter, outbox: Outbox) -> None:
    write: Writer = import_string(settings.LETTERS[letter.kind])
    find_language: LanguageFinder = import_string(settings.LANGUAGE_FINDER)
    language = letter.language or find_language(letter.address) or get_language()
    with override(language):
        text = write(letter.subject)
    if text is not None and "@" in letter.address:
        _mail(letter, text, outbox)
    elif text is not None:
        send_text: TextSender = import_string(settings.TEXT_SENDER)
        send_text(letter.address, text.body)
    Letter.objects.filter(pk=letter.pk).update(ended_at=Now())


def _mail(letter: Letter, text: Text, outbox: Outbox) -> None:
    try:
        outbox.open()
    except OSError:
        # The server's absence is not the letter's try.
        Letter.objects.filter(pk=letter.pk).update(tries=letter.tries)
        raise
    host = settings.PUBLIC_HOST.split(":")[0]
    mail = EmailMessage(
        subject=" ".join(text.subject.split()),
        body=text.body,
        to=[letter.address],
        headers={"Message-ID": f"<{letter.pk}@{host}>"},
    )
    outbox.send(mail)
