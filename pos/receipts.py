"""Receipts: number them without gaps, and mail them once.

The receipt's page is drawn from the charge itself and needs no job; what the job adds is
the number and the mail. Both are found by sweeps over rows, so a lost job is a delay.
"""

import logging
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from ledger.money import format_money
from pos.models import Charge, Receipt
from pos.topics import topics_of
from qr.links import encode_token
from relay.pages import tell_on_commit

logger = logging.getLogger(__name__)

# The store's row is the counter's lock: numbers run without a gap.
_LOCK_STORES = """
    SELECT id FROM merchants_store
     WHERE id IN (SELECT store_id FROM pos_charge WHERE id = ANY (%s))
     ORDER BY id FOR NO KEY UPDATE
"""
# A statement of its own, so that it sees what others numbered before the lock was ours.
_NUMBER = """
    WITH due AS (
        UPDATE pos_charge SET is_receipt_due = false
         WHERE id = ANY (%s) AND is_receipt_due
        RETURNING id, store_id, captured_at, payer_email
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
    """Issue and mail the receipts of these charges; what was done before is left alone.

    A mail that cannot be sent stops no other one; the next sweep tries it again.
    """
    _number_receipts(charge_ids)
    unsent = Receipt.objects.filter(pk__in=charge_ids, mailed_at=None).exclude(email="")
    for charge_id in unsent.order_by("issued_at").values_list("charge_id", flat=True):
        try:
            mail_receipt(charge_id)
        except OSError as failure:  # all of smtplib's are
            # By its kind alone: the text of a refusal names the payer's address.
            logger.warning("Receipt %s was not mailed: %s", charge_id, type(failure).__name__)


def mail_receipt(charge_id: UUID) -> None:
    """Mail a receipt that has an address and was not mailed yet.

    The row is locked while the mail goes out, so two workers never send the same one.
    """
    with transaction.atomic():
        unsent = Receipt.objects.filter(pk=charge_id, mailed_at=None).exclude(email="")
        receipt = unsent.select_for_update(skip_locked=True, no_key=True).first()
        if receipt is None:
            return
        _draw_mail(receipt).send()
        receipt.mailed_at = timezone.now()
        receipt.save(update_fields=["mailed_at"])


def list_unissued(*, most: int = 500) -> list[UUID]:
    """List captured charges that have no receipt yet, or one that was not mailed."""
    due = Charge.objects.filter(is_receipt_due=True)
    unsent = Receipt.objects.filter(mailed_at=None).exclude(email="")
    return [
        *due.order_by("id").values_list("id", flat=True)[:most],
        *unsent.order_by("issued_at").values_list("charge_id", flat=True)[:most],
    ]


def receipt_url(charge: Charge) -> str:
    """Give the address of a charge's receipt; who has it may read it."""
    return f"{settings.PUBLIC_URL}/r/{encode_token(charge.receipt_token).lower()}/"


def _number_receipts(charge_ids: list[UUID]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK_STORES, [charge_ids])
        cursor.execute(_NUMBER, [charge_ids])
        numbered = [charge_id for (charge_id,) in cursor.fetchall()]
        for charge in Charge.objects.filter(pk__in=numbered):
            tell_on_commit(*topics_of(charge))


def _draw_mail(receipt: Receipt) -> EmailMultiAlternatives:
    charge = Charge.objects.select_related("store__merchant").get(pk=receipt.pk)
    context = {
        "charge": charge,
        "receipt": receipt,
        "store": charge.store,
        "merchant": charge.store.merchant,
        "lines": charge.lines.all(),
        "receipt_url": receipt_url(charge),
    }
    with timezone.override(ZoneInfo(charge.store.time_zone)):
        text = render_to_string("emails/receipt.txt", context)
        html = render_to_string("emails/receipt.html", context)
    amount = format_money(charge.amount_minor, charge.currency)
    mail = EmailMultiAlternatives(
        subject=f"Receipt from {charge.store.name}: {amount}".replace("\n", " "),
        body=text,
        to=[receipt.email],
        headers={"Message-ID": f"<{charge.public_id}@{settings.PUBLIC_HOST.split(':')[0]}>"},
    )
    mail.attach_alternative(html, "text/html")
    return mail
