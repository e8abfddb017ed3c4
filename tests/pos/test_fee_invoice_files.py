"""A fee invoice as PDF, read by independent readers: PDF/A-3, tagged, its e-invoice inside."""

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from facturx import get_facturx_xml_from_pdf
from lxml import etree

from merchants.e_invoices import write_e_invoice
from merchants.fee_invoices import issue_fee_invoice
from merchants.fee_months import go_on
from merchants.models import FeeInvoice, FeeInvoiceFile, Merchant, Role
from pos import fee_invoice_files, tasks
from pos.print import fee_invoices as pages
from pos.print.fee_invoices import draw_fee_invoice
from pos.print.typesetter import PagesFailed
from tests import factories
from tests.flows.steps import open_dashboard
from tests.merchants.invoices import end_month, set_up

pytestmark = pytest.mark.django_db
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
NAME = "Pier & Söhne 港 \ue000"


@pytest.fixture
def invoice(shop, customer, monkeypatch):
    """Of a shop whose name no font has whole: two settlements, with VAT."""
    set_up(vat_bps=2300, exemption="")
    Merchant.objects.filter(pk=shop.merchant.pk).update(name=NAME)
    for amount_minor in (10_000, 25_000):
        factories.sell(
            shop, factories.open_customer(balance_minor=90_000), amount_minor=amount_minor
        )
        factories.settle(shop)
    return issue_fee_invoice(factories.balance_of(shop), end_month(monkeypatch))


def read_text(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        whole = "".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"\s", "", whole)


def test_it_is_an_archive_s_tagged_page_with_the_e_invoice_inside(invoice):
    pdf = draw_fee_invoice(invoice)

    name, attached = get_facturx_xml_from_pdf(pdf, check_xsd=True)
    assert (name, attached.decode()) == ("factur-x.xml", write_e_invoice(invoice))
    # As the shop wrote it, whatever the fonts have.
    assert NAME in attached.decode().replace("&amp;", "&")
    with pypdfium2.PdfDocument(pdf) as document:
        assert pdfium.FPDFCatalog_IsTagged(document.raw)
        assert document.count_attachments() == 1
        assert document.get_metadata_value("Title").startswith(f"Invoice {invoice.label}, Pier")
    catalog: Any = pypdf.PdfReader(BytesIO(pdf)).trailer["/Root"]
    assert catalog["/Lang"] == "en"
    [file] = catalog["/AF"]
    assert file.get_object()["/AFRelationship"] == "/Alternative"
    assert file.get_object()["/EF"]["/F"].get_object()["/Subtype"] == "/text/xml"
    assert catalog["/OutputIntents"]


def test_its_metadata_names_the_standards_and_the_profile(invoice):
    pdf = draw_fee_invoice(invoice)

    reader = pypdf.PdfReader(BytesIO(pdf))
    catalog: Any = reader.trailer["/Root"]
    root = etree.fromstring(catalog["/Metadata"].get_object().get_data())
    said = {each.tag.rpartition("}")[2]: each.text for each in root.iter(f"{FX}*")}
    assert said == {
        "ConformanceLevel": "EN 16931",
        "DocumentFileName": "factur-x.xml",
        "DocumentType": "INVOICE",
        "Version": "1.0",
    }
    ids = [each.text for each in root.iter("{*}part", "{*}conformance")]
    # PDF/A-3a and PDF/UA-1.
    assert ids == ["3", "A", "1"]
    described = [each.text for each in root.iter("{http://www.aiim.org/pdfa/ns/schema#}prefix")]
    assert described.count("fx") == 1
    # Info and XMP are to say the same: nobody else signs as their producer.
    assert set(reader.metadata or {}) <= {
        "/Title",
        "/Author",
        "/Creator",
        "/CreationDate",
        "/ModDate",
    }
    assert "/ID" in reader.trailer


def test_it_says_all_in_words(invoice):
    text = read_text(draw_fee_invoice(invoice))

    wanted = [
        f"Invoice{invoice.label}",
        "HarbourPayLtd",
        "VATnumberIE6433435F",
        "Pier&Söhne港\N{REPLACEMENT CHARACTER}",
        "Feesofpayments,takenby2settlements€1.71€0.39€2.10",
        "23%inthetotal:€0.39on€1.71net",
        "Nothingistobepaid.",
        "SettlementST-0001",
        "€0.60",
        "SettlementST-0002",
        "€1.50",
        "Totalofthemonth€2.10",
    ]
    places = [text.find(each) for each in wanted]
    assert -1 not in places, (wanted[places.index(-1)], text)
    assert places == sorted(places)


def test_the_same_invoice_is_the_same_bytes(invoice):
    assert draw_fee_invoice(invoice) == draw_fee_invoice(invoice)


def test_a_file_is_drawn_once_and_downloaded_as_it_was(shop, invoice, monkeypatch):
    owner = open_dashboard(factories.hire_person(shop, role=Role.ACCOUNTANT))
    address = f"/dashboard/fee-invoices/{invoice.public_id}.pdf"
    with monkeypatch.context() as broken:

        def refuse(*_args, **_options):
            raise PagesFailed

        broken.setattr(pages, "typeset", refuse)
        assert owner.get(address)["Location"] == "/dashboard/fee-invoices/?said=no_pdf"
        tasks.draw_fee_invoices()
        assert not FeeInvoiceFile.objects.exists()
    tasks.draw_fee_invoices()
    kept = FeeInvoiceFile.objects.get()
    # A newer template changes nothing that was issued.
    monkeypatch.setattr(fee_invoice_files, "draw_fee_invoice", lambda _invoice: b"%PDF-newer")

    tasks.draw_fee_invoices()
    answer = owner.get(address)

    assert answer.content == bytes(kept.pdf)
    assert f'filename="{invoice.label}.pdf"' in answer["Content-Disposition"]
    page = owner.get("/dashboard/fee-invoices/?said=no_pdf").content.decode()
    for words in (invoice.label, "€2.10", "cannot be made just now", address):
        assert words in page
    stranger = open_dashboard(factories.hire_person(factories.open_shop(), role=Role.OWNER))
    assert stranger.get(address).status_code == 404
    assert stranger.get("/dashboard/fee-invoices/fi_x.pdf").status_code == 404
    assert (
        "There is no invoice yet" in stranger.get("/dashboard/fee-invoices/").content.decode()
    )
    for after in ("x", invoice.public_id):
        status = owner.get(f"/dashboard/fee-invoices/?after={after}").status_code
        assert status == (404 if after == "x" else 200)


def test_an_invoice_that_cannot_be_drawn_keeps_no_other_one(invoice, caplog):
    broken = FeeInvoice.objects.get(pk=invoice.pk)
    # It is the oldest, and says nothing of who bills.
    broken.pk, broken.number, broken.seller = UUID(int=1), 99, {}
    broken.month = go_on(invoice.month, months=-1)
    broken.save(force_insert=True)

    tasks.draw_fee_invoices()

    assert FeeInvoiceFile.objects.get().invoice_id == invoice.pk
    assert broken.label in caplog.text


def test_three_decimals_are_billed_without_an_e_invoice(monkeypatch):
    set_up()
    shop = factories.open_shop(currency="KWD")
    customer = factories.open_customer(currency="KWD", balance_minor=1_000_000)
    factories.sell(shop, customer, amount_minor=500_000)
    factories.settle(shop)
    invoice = issue_fee_invoice(factories.balance_of(shop), end_month(monkeypatch))
    assert invoice is not None

    pdf = draw_fee_invoice(invoice)

    text = read_text(pdf)
    assert "KWD3.000" in text
    assert "Noe-invoiceisattached" in text
    with pypdfium2.PdfDocument(pdf) as document:
        assert document.count_attachments() == 0


def test_instants_are_the_invoice_s_own(invoice):
    invoice.made_at = datetime(2026, 12, 1, tzinfo=UTC)

    information = pypdf.PdfReader(BytesIO(draw_fee_invoice(invoice))).metadata

    assert information is not None
    assert information.creation_date == invoice.made_at
