"""Files of fee invoices: each is drawn once, and kept as it was."""

import hashlib
import logging

from merchants.models import FeeInvoice, FeeInvoiceFile
from pos.print.fee_invoices import draw_fee_invoice

logger = logging.getLogger(__name__)
# A run takes about two minutes; the next one takes the rest.
_AT_ONCE = 200


def get_or_draw_file(invoice: FeeInvoice) -> FeeInvoiceFile:
    """Return an invoice's file, drawn now if it is not kept yet; two at once keep one.

    Raises:
        PagesFailed: it takes too much time or memory, or waits too long for its turn.
    """
    known = FeeInvoiceFile.objects.filter(invoice=invoice)
    if (file := known.first()) is not None:
        return file
    pdf = draw_fee_invoice(invoice)
    drawn = FeeInvoiceFile(invoice=invoice, pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest())
    FeeInvoiceFile.objects.bulk_create([drawn], ignore_conflicts=True)
    return known.get()


def draw_due_files() -> None:
    """Draw the files that are not kept yet, the oldest first; safe to run twice at a time."""
    due = FeeInvoice.objects.filter(file=None).select_related("balance__merchant")
    for invoice in due.order_by("id")[:_AT_ONCE]:
        try:
            get_or_draw_file(invoice)
        except Exception:
            # A fault in one, of any kind, must not keep those after it, in each round anew.
            logger.exception("The invoice %s was not drawn.", invoice.label)
