"""Receipts: number them without gaps, and mail them once.

The receipt's page is drawn from the charge itself and needs no job; what the job adds is
the number and the mail. Both are found by sweeps over rows, so a lost job is a delay.
"""

import logging
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string
from django.utils import timezone

from ledger.money import format_money
from merchants.models import Store
from pos.models import Charge, Receipt
from pos.topics import topics_of
from qr.links import encode_token
from relay.pages import tell_on_commit

logger = logging.getLogger(__name__)


def issue_receipts(charge_ids: list[UUID]) -> None:
    """Issue and mail these charges' receipts; what was done before is left alone.

    A mail that cannot be sent stops no other one; the next sweep tries it again.
    """
    for charge_id in charge_ids:
        issue_receipt(charge_id)
    for charge_id in charge_ids:
        try:
            mail_receipt(charge_id)
        except OSError as failure:  # all of smtplib's are
            # By its kind alone: the text of a refusal names the payer's address.
            logger.warning("Receipt %s was not mailed: %s", charge_id, type(failure).__name__)


def issue_receipt(charge_id: UUID) -> None:
    """Give a captured charge the next number of its store, once."""
    with transaction.atomic():
        charge = Charge.objects.get(pk=charge_id)
        # The store's row is the counter's lock: numbers run without a gap.
        Store.objects.select_for_update(no_key=True).get(pk=charge.store_id)
        if not Charge.objects.filter(pk=charge_id, is_receipt_due=True).update(
            is_receipt_due=False
        ):
            return
        last = Receipt.objects.filter(store_id=charge.store_id).aggregate(last=Max("number"))
        Receipt.objects.create(
            charge=charge,
            store_id=charge.store_id,
            number=(last["last"] or 0) + 1,
            email=charge.payer_email,
        )
        tell_on_commit(*topics_of(charge))


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


def list_unissued(*, most: int = 200) -> list[UUID]:
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
