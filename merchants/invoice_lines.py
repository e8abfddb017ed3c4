"""The lines of a fee invoice, for its page and for its e-invoice: whole, and without VAT."""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from merchants.invoice_vat import take_out_vat
from merchants.models import FeeInvoice


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line: its words, and its amount with and without VAT, in minor units.

    Amounts are those of the document: on a credit note, what is given back is above zero.
    """

    words: str
    gross_minor: int
    net_minor: int


def list_lines(invoice: FeeInvoice) -> list[InvoiceLine]:
    """List the lines that are not nought; their nets add up to the document's net."""
    sign = -1 if invoice.is_credit_note else 1
    words = [(text, sign * gross_minor) for text, gross_minor in _list_words(invoice)]
    rows = [(text, gross_minor) for text, gross_minor in words if gross_minor]
    nets = [gross_minor - take_out_vat(gross_minor, invoice.vat_bps) for _, gross_minor in rows]
    # What rounding each by itself leaves is on the largest.
    largest = max(range(len(rows)), key=lambda place: abs(rows[place][1]))
    nets[largest] += sign * invoice.net_minor - sum(nets)
    return [
        InvoiceLine(text, gross_minor, net_minor)
        for (text, gross_minor), net_minor in zip(rows, nets, strict=True)
    ]


def _list_words(invoice: FeeInvoice) -> list[tuple[str, int]]:
    settled = ngettext(
        "Fees of payments, taken by %(count)s settlement",
        "Fees of payments, taken by %(count)s settlements",
        invoice.settled_count,
    )
    return [
        (settled % {"count": invoice.settled_count}, invoice.settled_minor),
        (gettext("Fees taken by hand"), invoice.by_hand_minor),
        (gettext("Fees given back"), -invoice.given_back_minor),
    ]
