"""The console's page of fee invoices: terms are set once, logged, and refused in words."""

import pytest

from console.forms_invoices import TermsForm
from console.models import AuditEntry
from merchants import fee_invoices
from merchants.fee_invoices import list_unbilled
from merchants.models import FeeInvoice, InvoiceTerms, Organisation
from pos.print import fee_invoices as pages
from pos.print.typesetter import PagesFailed
from tests import factories
from tests.flows.steps import make_operator, open_console, sign_id
from tests.merchants.invoices import EXEMPTION, end_month, keep_invoice
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
PAGE = "/console/fee-invoices/"


@pytest.fixture
def aoife(db):
    with as_owner():
        Organisation.objects.create(**factories.ORGANISATION.write_facts())
    return open_console(make_operator())


def send(browser, *, number=1, **typed):
    usual = {
        "made_id": sign_id(TermsForm, number),
        "vat_number": "6433435F",
        "tax_number": "",
        "percent": "0",
        "exemption": EXEMPTION,
        "month": "2026-11",
    }
    return browser.post(PAGE, usual | typed)


def test_terms_are_set_once_and_the_log_says_by_whom(aoife):
    assert "No invoice is issued before" in aoife.get(PAGE).content.decode()

    for _ in range(2):
        assert send(aoife).status_code == 302

    terms = InvoiceTerms.objects.get()
    assert (terms.vat_number, terms.vat_bps, terms.exemption) == ("IE6433435F", 0, EXEMPTION)
    assert str(terms.applies_from) == "2026-11-01"
    [deed] = AuditEntry.objects.all()
    assert deed.actor is not None
    assert (deed.deed, deed.subject, deed.actor.name) == (
        "invoice_terms.set",
        terms.id,
        "Aoife Kelly",
    )
    page = aoife.get(PAGE).content.decode()
    for words in ("From November 2026 on: 0 % VAT", "IE6433435F", "Aoife Kelly"):
        assert words in page
    assert send(aoife, percent="23", exemption="").status_code == 409
    assert send(aoife, number=2, percent="23", exemption="").status_code == 302
    assert InvoiceTerms.objects.count() == AuditEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"vat_number": ""}, "Type one of the two numbers."),
        ({"vat_number": "IE1234567X"}, "VAT number"),
        ({"exemption": ""}, "Type the reason: invoices without VAT"),
        ({"percent": "23"}, "Leave it out: with this rate VAT is charged."),
        ({"percent": "100", "exemption": ""}, "Type the rate of VAT"),
        ({"percent": "x"}, "Type a rate from 0 to 100"),
        ({"month": "2026-13"}, "Type a month"),
        ({"month": "9999-12"}, "Type a month"),
    ],
)
def test_what_an_invoice_cannot_say_is_refused(aoife, typed, words):
    answer = send(aoife, **typed)

    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not InvoiceTerms.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_month_that_was_not_billed_is_billed_by_hand_once_and_logged(
    aoife, shop, customer, monkeypatch
):
    month = end_month(monkeypatch)
    factories.sell(shop, customer, amount_minor=1000)
    factories.settle(shop)
    fee_invoices.issue_due_invoices()
    note = list_unbilled().get()
    bill = f"{PAGE}{note.public_id}/bill/"
    front = aoife.get("/console/").content.decode()
    assert "The fees of 1 month were not billed." in front
    assert "Fee invoices have no terms yet" in front
    page = aoife.get(PAGE).content.decode()
    assert "No terms of fee invoices are set for this month." in page
    assert "€0.06" in page
    assert bill not in page
    answer = aoife.post(bill)
    assert (answer.status_code, FeeInvoice.objects.count()) == (409, 0)
    assert "No terms of fee invoices" in answer.content.decode()

    send(aoife, month=f"{month:%Y-%m}")
    assert bill in aoife.get(PAGE).content.decode()
    for _ in range(2):
        assert aoife.post(bill).status_code == 302

    assert FeeInvoice.objects.get().total_minor == 6
    assert not list_unbilled()
    assert AuditEntry.objects.filter(deed="fee_invoice.wanted").count() == 1
    assert "Not billed" not in aoife.get(PAGE).content.decode()
    assert "Fee invoice" not in aoife.get("/console/").content.decode().partition("<main")[2]


def test_operators_see_and_download_each_invoice(aoife, shop, monkeypatch):
    invoice = keep_invoice(shop)

    page = aoife.get(PAGE).content.decode()

    assert invoice.label in page
    assert shop.merchant.name in page
    assert aoife.get(f"{PAGE}{invoice.public_id}.pdf").content == b"%PDF-"
    assert aoife.get(f"{PAGE}fi_x.pdf").status_code == 404
    assert aoife.get(f"{PAGE}?after=x").status_code == 404

    def refuse(*_args, **_options):
        raise PagesFailed

    monkeypatch.setattr(pages, "typeset", refuse)
    assert "cannot be made just now" in aoife.get(f"{PAGE}?said=no_pdf").content.decode()
