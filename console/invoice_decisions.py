"""What operators decide about fee invoices, each logged."""

from uuid import UUID

from django.db import transaction

from console.audit import record_deed
from console.models import AuditEntry, Operator
from ledger.typed import write_percent
from merchants import invoice_terms
from merchants.errors import InvoiceRefused
from merchants.fee_invoices import find_refusal, issue_fee_invoice
from merchants.invoice_terms import NewTerms
from merchants.models import FeeInvoice, InvoiceTerms, UnbilledMonth


@transaction.atomic
def set_terms(new: NewTerms, *, terms_id: UUID, by: Operator, device: str) -> InvoiceTerms:
    """Set the terms of invoices from a month on; the same form sets them once.

    Raises:
        FormReused: as `merchants.invoice_terms`.
    """
    terms = invoice_terms.set_terms(new, terms_id=terms_id, by=by.user)
    if not AuditEntry.objects.filter(subject=terms.id).exists():
        number = new.vat_number or new.tax_number
        record_deed(
            "invoice_terms.set",
            terms.id,
            by=by,
            device=device,
            after={
                "what": f"{write_percent(new.vat_bps)} %, {number}",
                "total": new.applies_from.isoformat(),
                "reason": new.exemption,
            },
        )
    return terms


def bill_month(unbilled: UnbilledMonth, *, by: Operator, device: str) -> FeeInvoice | None:
    """Bill a month that is not billed by itself; again, return its invoice.

    It is logged first: the invoice has a transaction of its own, because its number must wait
    for nothing else.

    Raises:
        InvoiceRefused, MonthNotOver: as `merchants.fee_invoices`.
    """
    reason = find_refusal(unbilled)
    if reason:
        raise InvoiceRefused(reason)
    with transaction.atomic():
        if not AuditEntry.objects.filter(subject=unbilled.id).exists():
            record_deed(
                "fee_invoice.wanted",
                unbilled.id,
                by=by,
                device=device,
                after={
                    "shop": unbilled.balance.merchant.name,
                    "what": f"{unbilled.month:%Y-%m}, {unbilled.balance.currency}",
                },
            )
    return issue_fee_invoice(unbilled.balance, unbilled.month)
