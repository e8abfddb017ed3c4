"""Receipts: number them without gaps, and mail them once.

The receipt's page is rendered from the charge itself and needs no job; the job adds the number
and the mail. Sweeps over rows find what is missing, so a lost job is only a delay.
"""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, override

from foundation.outbox import OUTBOX_REFUSALS, Outbox
from identity.languages import find_language
from ledger.templatetags.money import money_of
from pos.models import Charge, DueReceipt, Receipt
from pos.print_jobs import queue_receipts
from pos.topics import charge_topic
from pos.vat import list_vat
from relay.pages import tell_on_commit

logger = logging.getLogger(__name__)

_MAIL_LEASE_S = 60
_MAIL_LEASE_MAX_S = 24 * 3600
_MAIL_TRIES_MAX = 10
# The store's row is the counter's lock: numbers run without a gap.
_LOCK_STORES = """
    SELECT id FROM merchants_store
     WHERE id IN (SELECT store_id FROM pos_charge WHERE id = ANY (%s))
     ORDER BY id FOR NO KEY UPDATE
"""
# A statement of its own, so that it sees the numbers others gave before we got the lock.
_NUMBER = """
    WITH due AS (
        DELETE FROM pos_duereceipt d USING pos_charge c
         WHERE d.charge_id = ANY (%s) AND c.id = d.charge_id
        RETURNING c.id, c.store_id, c.captured_at, c.payer_email
    )
    INSERT INTO pos_receipt (charge_id, store_id, number, email, issued_at)
    SELECT id, store_id,
           coalesce((SELECT max(number) FROM pos_receipt r WHERE r.store_id = due.store_id), 0)
           + row_number() OVER (PARTITION BY store_id ORDER BY captured_at, id),
           payer_email, clock_timestamp()
      FROM due
    RETURNING charge_id
"""


def issue_receipts(charge_ids: list[UUID]) -> None:
    """Issue and mail the receipts of these charges that lack a number or a mail.

    The worker that mails takes a lease first, in its own transaction, so nothing is locked
    while the mail goes out and two workers never send the same one. If it dies in between, a
    sweep tries again when the lease is over, under the same Message-ID. A refused mail stops no
    other one and is retried after a minute, two, four, up to a day, ten times in all. An
    unreachable server ends the run, counts as no try, and is not contacted for a minute.
    """
    _number_receipts(charge_ids)
    due = list_unsent().filter(pk__in=charge_ids).order_by("mail_tries", "issued_at")
    unsent = list(due.values_list("charge_id", flat=True))
    if not unsent or _was_server_away():
        return
    with Outbox() as outbox:
        for charge_id in unsent:
            try:
                mail_receipt(charge_id, outbox)
            except OUTBOX_REFUSALS as refusal:
                _note_refusal(charge_id, refusal)
            except OSError as failure:  # all of smtplib's are
                logger.warning("The mail server is away: %s", type(failure).__name__)
                _put_off(charge_id)
                return


def list_unissued(*, most: int = 500) -> list[UUID]:
    """List captured charges that have no receipt yet, or one that was not mailed."""
    due = DueReceipt.objects.order_by("charge_id")
    unsent = list_unsent()
    return [
        *due.values_list("charge_id", flat=True)[:most],
        *unsent.order_by("issued_at").values_list("charge_id", flat=True)[:most],
    ]


def list_unsent() -> QuerySet[Receipt]:
    """List the receipts that are due to be mailed and that no worker has leased."""
    free = Q(mail_leased_until=None) | Q(mail_leased_until__lte=Now())
    return _list_unmailed().filter(free, mail_tries__lt=_MAIL_TRIES_MAX)


def _list_unmailed() -> QuerySet[Receipt]:
    return Receipt.objects.filter(mailed_at=None).exclude(email="")


def mail_receipt(charge_id: UUID, outbox: Outbox) -> None:
    """Mail one receipt, unless it was mailed or leased by another worker: then open nothing.

    Raises:
        OUTBOX_REFUSALS: the server refuses this mail or its address.
        OSError: the server cannot be reached.
    """
    # Before connecting: most often another worker has mailed it since.
    receipt = _lease_mail(charge_id)
    if receipt is None:
        return
    try:
        outbox.open()
    except OSError:
        _take_back_try(charge_id)
        raise
    outbox.send(_draw_mail(receipt))
    Receipt.objects.filter(pk=charge_id).update(mailed_at=timezone.now())


def _lease_mail(charge_id: UUID) -> Receipt | None:
    receipt = list_unsent().filter(pk=charge_id).first()
    if receipt is None:
        return None
    lease_s = min(_MAIL_LEASE_S * 2**receipt.mail_tries, _MAIL_LEASE_MAX_S)
    # One conditional UPDATE decides who sends.
    mine = list_unsent().filter(pk=charge_id, mail_tries=receipt.mail_tries)
    is_mine = mine.update(
        mail_tries=F("mail_tries") + 1, mail_leased_until=Now() + timedelta(seconds=lease_s)
    )
    return receipt if is_mine else None


def _note_refusal(charge_id: UUID, refusal: Exception) -> None:
    # By its type alone: the text of a refusal names the payer's address.
    logger.warning("Receipt %s was not mailed: %s", charge_id, type(refusal).__name__)
    if _list_unmailed().filter(pk=charge_id, mail_tries__gte=_MAIL_TRIES_MAX).exists():
        logger.error("Receipt %s is given up after %s tries", charge_id, _MAIL_TRIES_MAX)


def _take_back_try(charge_id: UUID) -> None:
    tried = _list_unmailed().filter(pk=charge_id, mail_tries__gt=0)
    tried.update(mail_tries=F("mail_tries") - 1, mail_leased_until=None)


def _put_off(charge_id: UUID) -> None:
    # If the lease is held already, the try counts; else a mail that breaks the connection would
    # be first in every run.
    leased_until = Now() + timedelta(seconds=_MAIL_LEASE_S)
    list_unsent().filter(pk=charge_id).update(mail_leased_until=leased_until)


def _was_server_away() -> bool:
    # Only `_put_off` leases without a try. Connecting to a server that does not answer
    # takes seconds, and each sale brings a run.
    return _list_unmailed().filter(mail_tries=0, mail_leased_until__gt=Now()).exists()


def _number_receipts(charge_ids: list[UUID]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK_STORES, [charge_ids])
        cursor.execute(_NUMBER, [charge_ids])
        numbered = [charge_id for (charge_id,) in cursor.fetchall()]
        queue_receipts(numbered)
        for charge_id in numbered:
            # Only the sale's own page waits for the number; others have shown the payment.
            tell_on_commit(charge_topic(charge_id))


def _draw_mail(receipt: Receipt) -> EmailMultiAlternatives:
    charge = Charge.objects.select_related("store__merchant").get(pk=receipt.pk)
    lines = list(charge.lines.all())
    context: dict[str, Any] = {
        "charge": charge,
        "receipt": receipt,
        "store": charge.store,
        "merchant": charge.store.merchant,
        "lines": lines,
        "vat": list_vat(charge, lines),
        "receipt_url": charge.receipt_url,
    }
    logo = charge.store.merchant.logo
    if logo:
        address = reverse("merchants:logo_file", args=[logo])
        context["logo_url"] = f"{settings.PUBLIC_URL}{address}"
    language = find_language(receipt.email) or get_language()
    with override(language), timezone.override(ZoneInfo(charge.store.time_zone)):
        text = render_to_string("emails/receipt.txt", context)
        html = render_to_string("emails/receipt.html", context)
        subject = gettext("Receipt from %(shop)s: %(amount)s") % {
            "shop": charge.store.name,
            "amount": money_of(charge.amount_minor, charge.currency),
        }
    mail = EmailMultiAlternatives(
        subject=subject.replace("\n", " "),
        body=text,
        to=[receipt.email],
        headers={"Message-ID": f"<{charge.public_id}@{settings.PUBLIC_HOST.split(':')[0]}>"},
    )
    mail.attach_alternative(html, "text/html")
    return mail
