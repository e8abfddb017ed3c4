"""Printers that ask the server: add, find by their address, hear how they are, remove."""

import base64
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from foundation.once import make_once
from identity.bearer import digest_secret
from merchants.models import Store
from pos.models import Printer, Protocol, Terminal

# It asks every few seconds; what it did not do for this long is worth saying.
_AWAY_AFTER = timedelta(seconds=90)
_NOTE_AFTER = timedelta(seconds=20)
_SECRET_BYTES = 20


def add_printer(
    store: Store,
    *,
    printer_id: UUID,
    name: str,
    protocol: Protocol,
    columns: int,
    terminal: Terminal | None,
) -> Printer:
    """Add a printer to a store; the same form sent again returns the printer.

    Raises:
        FormReused: the form added another printer before.
    """
    wanted = (store.id, name, protocol, columns, terminal.id if terminal else None)

    def make(made_id: UUID) -> Printer:
        return Printer.objects.create(
            id=made_id,
            store=store,
            name=name,
            protocol=protocol,
            columns=columns,
            terminal=terminal,
            digest=digest_secret(_make_secret(made_id, 1)),
        )

    return make_once(
        Printer.objects.filter(store__merchant_id=store.merchant_id),
        printer_id,
        make=make,
        is_same=lambda one: (
            (one.store_id, one.name, one.protocol, one.columns, one.terminal_id) == wanted
        ),
    )


def write_address(printer: Printer) -> str:
    """Return the address that the printer asks; empty if it was made with another SECRET_KEY.

    The secret is computed from the printer and the installation's key, and the row keeps its
    digest alone: neither a dump nor the key by itself tells it.
    """
    secret = _make_secret(printer.id, printer.address_no)
    if digest_secret(secret) != bytes(printer.digest):
        return ""
    return f"{settings.PUBLIC_URL}/print/{secret}/"


def change_address(printer: Printer) -> None:
    """Make a new address; the old one ends at once. Two at the same time make one."""
    number = printer.address_no + 1
    digest = digest_secret(_make_secret(printer.id, number))
    same = Printer.objects.filter(pk=printer.pk, address_no=printer.address_no)
    same.update(address_no=number, digest=digest)


def find_printer(secret: str) -> Printer | None:
    """Find the printer whose address this is."""
    known = list_printers().select_related("store__merchant")
    return known.filter(digest=digest_secret(secret)).first()


def list_printers() -> QuerySet[Printer]:
    """List the printers that were not removed, by name."""
    return Printer.objects.filter(removed_at=None).order_by("name", "id")


def note_state(printer: Printer, trouble: str) -> None:
    """Note that a printer asked, and what it says of itself; not at each of its questions."""
    stale = Q(last_seen_at=None) | Q(last_seen_at__lt=Now() - _NOTE_AFTER)
    Printer.objects.filter(stale | ~Q(trouble=trouble), pk=printer.pk).update(
        last_seen_at=Now(), trouble=trouble
    )


def is_away(printer: Printer) -> bool:
    """Return whether a printer has not asked for longer than it should."""
    seen = printer.last_seen_at
    return seen is None or timezone.now() - seen > _AWAY_AFTER


def describe_state(printer: Printer) -> tuple[str, str]:
    """Return a printer's state in words, and the tone in which it is said."""
    if printer.last_seen_at is None:
        return gettext("Never asked yet"), "wait"
    if is_away(printer):
        return gettext("Not seen"), "bad"
    troubles = {
        "paper": gettext("Out of paper"),
        "cover": gettext("Its cover is open"),
        "error": gettext("Out of order"),
    }
    if printer.trouble:
        return troubles[printer.trouble], "bad"
    return gettext("Ready"), "ok"


def remove_printer(printer: Printer) -> None:
    """Take a printer away; its address ends at once, and what waits for it is not printed."""
    list_printers().filter(pk=printer.pk).update(removed_at=Now())


def _make_secret(printer_id: UUID, number: int) -> str:
    made = salted_hmac("pos.printers", f"{printer_id}:{number}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(made[:_SECRET_BYTES]).rstrip(b"=").decode()
