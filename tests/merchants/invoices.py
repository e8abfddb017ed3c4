"""What tests of fee invoices begin with: terms, a month that is over, an invoice."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from identity.models import User
from merchants import fee_invoices
from merchants.fee_months import go_on
from merchants.invoice_terms import NewTerms, set_terms
from merchants.invoice_vat import take_out_vat
from merchants.models import FeeInvoice, FeeInvoiceFile, InvoiceTerms, Organisation
from merchants.queries import find_shop_day
from tests import factories
from tests.owners import as_owner

ZONE = "Europe/Dublin"
EXEMPTION = "Exempt: payment services, Article 135(1)(d) of Directive 2006/112/EC"
OPERATOR = {
    "name": "Harbour Pay Ltd",
    "known_as": "",
    "line": "3 Quay Street",
    "postcode": "D02 X285",
    "town": "Dublin",
    "country": "IE",
    "vat_number": "IE6433435F",
    "tax_number": "",
}
SHOP = OPERATOR | {"name": "Pier & Söhne <b>", "known_as": "Pier", "vat_number": ""}
WITH_VAT = {"vat_category": "S", "vat_bps": 2300, "exemption": ""}


def set_up(**terms: Any) -> InvoiceTerms:
    """Set the installation up, unless it is, and the terms of its invoices of a year."""
    if not Organisation.objects.exists():
        with as_owner():
            Organisation.objects.create(**factories.ORGANISATION.write_facts())
    usual: dict[str, Any] = {
        "applies_from": go_on(find_month(), months=-12),
        "vat_number": "IE6433435F",
        "tax_number": "",
        "vat_bps": 0,
        "exemption": EXEMPTION,
    }
    by = User.objects.create(name="Aoife Kelly")
    return set_terms(NewTerms(**usual | terms), terms_id=uuid.uuid4(), by=by)


def find_month() -> date:
    """Return the first day of the month that runs, in which tests sell."""
    return find_shop_day(ZONE).replace(day=1)


def end_month(monkeypatch: Any) -> date:
    """End the month that runs, for what bills it, and return its first day."""
    month = find_month()
    later = datetime.combine(go_on(month, months=1), datetime.min.time(), UTC)
    later += timedelta(days=2)
    monkeypatch.setattr(fee_invoices, "read_clock", lambda: later)
    monkeypatch.setattr(fee_invoices, "read_closed_until", lambda: later)
    return month


def plan_invoice(**facts: Any) -> FeeInvoice:
    """Return an invoice of 12.34 that nobody keeps, or one with other facts."""
    usual: dict[str, Any] = {
        "year": 2026,
        "number": 7,
        "month": date(2026, 11, 1),
        "issued_on": date(2026, 12, 1),
        "currency": "EUR",
        "settled_count": 3,
        "settled_minor": 1234,
        "by_hand_minor": 0,
        "given_back_minor": 0,
        "vat_category": "E",
        "vat_bps": 0,
        "exemption": EXEMPTION,
        "seller": OPERATOR,
        "buyer": SHOP,
    }
    invoice = FeeInvoice(**usual | facts)
    taken_minor = invoice.settled_minor + invoice.by_hand_minor
    invoice.total_minor = taken_minor - invoice.given_back_minor
    invoice.vat_minor = take_out_vat(invoice.total_minor, invoice.vat_bps)
    return invoice


def keep_invoice(shop: factories.Shop) -> FeeInvoice:
    """Keep a fee invoice of a month without fees, with a file that nobody drew."""
    midnight = datetime(2026, 1, 1, tzinfo=UTC)
    invoice = FeeInvoice.objects.create(
        year=2026,
        number=FeeInvoice.objects.count() + 1,
        balance=factories.balance_of(shop),
        month=midnight.date(),
        since=midnight,
        until=midnight,
        issued_on=midnight.date(),
        currency=shop.store.currency,
        settled_count=0,
        settled_minor=0,
        by_hand_minor=0,
        given_back_minor=0,
        total_minor=0,
        vat_category="E",
        vat_bps=0,
        vat_minor=0,
        exemption="Exempt.",
        seller={},
        buyer={},
    )
    FeeInvoiceFile.objects.create(invoice=invoice, pdf=b"%PDF-", sha256="0" * 64)
    return invoice
