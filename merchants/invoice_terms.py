"""The terms of fee invoices: the operator's tax number and the VAT, from a month on."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from foundation.once import make_once
from identity.models import User
from merchants.models import InvoiceTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerms:
    """Other terms: a rate in basis points, or 0 and why; from the first day of a month on."""

    applies_from: date
    vat_number: str
    tax_number: str
    vat_bps: int
    exemption: str


def set_terms(new: NewTerms, *, terms_id: UUID, by: User) -> InvoiceTerms:
    """Set the terms from a month on; the same form sets them once.

    Invoices that were issued keep theirs.

    Raises:
        FormReused: the form set other terms before.
    """

    def make(made_id: UUID) -> InvoiceTerms:
        return InvoiceTerms.objects.create(
            id=made_id,
            set_by=by,
            applies_from=new.applies_from,
            vat_number=new.vat_number,
            tax_number=new.tax_number,
            vat_bps=new.vat_bps,
            exemption=new.exemption,
        )

    def is_same(made: InvoiceTerms) -> bool:
        kept = (made.applies_from, made.vat_number, made.tax_number)
        same = kept == (new.applies_from, new.vat_number, new.tax_number)
        return same and (made.vat_bps, made.exemption) == (new.vat_bps, new.exemption)

    mine = InvoiceTerms.objects.filter(set_by=by)
    return make_once(mine, terms_id, make=make, is_same=is_same)


def find_terms(month: date, *, known_by: datetime | None = None) -> InvoiceTerms | None:
    """Return the terms of a month, as known today or by an instant: the latest that apply."""
    known = InvoiceTerms.objects.filter(applies_from__lte=month)
    if known_by is not None:
        known = known.filter(set_at__lte=known_by)
    return known.order_by("-applies_from", "-set_at", "-id").first()


def list_terms(*, count_max: int) -> list[InvoiceTerms]:
    """List the terms, also those of before, the latest first."""
    known = InvoiceTerms.objects.select_related("set_by")
    return list(known.order_by("-applies_from", "-set_at", "-id")[:count_max])
