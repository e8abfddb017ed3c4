"""A receipt as PDF, for anybody who has its address: whole, tagged, and drawn once."""

import pypdfium2
import pytest
from django.test import Client

from merchants.models import Application
from pos.print import receipts, typesetter
from pos.receipts import issue_receipts
from qr.links import encode_token
from tests import factories

pytestmark = pytest.mark.django_db
MINUS = "\N{MINUS SIGN}"


@pytest.fixture
def charge(shop, customer):
    """A sale of two coffees at 13.5 % and a bun without a rate; one coffee was given back."""
    coffee, bun = (factories.make_item(shop, name=name) for name in ("مقهى Coffee", "Bun"))
    coffee.vat_bps = 1350
    coffee.save()
    charge = factories.sell_items(shop, customer, [(coffee, 2), (bun, 1)])
    issue_receipts([charge.id])
    return charge


@pytest.fixture
def address(charge):
    return f"/r/{encode_token(charge.receipt_token).lower()}/"


def read(answer):
    assert answer["Content-Type"] == "application/pdf"
    with pypdfium2.PdfDocument(answer.content) as document:
        (page,) = document
        text = " ".join(page.get_textpage().get_text_range().split())
        return text, page.get_width() / 72 * 25.4


def test_a_receipt_has_items_refunds_and_vat_on_one_slip_of_80_mm(shop, charge, address):
    refund = factories.refund(shop, charge, amount_minor=380)

    answer = Client().get(f"{address}receipt.pdf")

    text, width_mm = read(answer)
    assert round(width_mm) == 80
    assert b"pdfuaid:part>1<" in answer.content
    wanted = [
        *(shop.store.name, "Coffee", "€3.80", "€7.60", "Bun €3.80", "Paid €11.40"),
        *("Refunded", refund.public_id, f"{MINUS}€3.80", "13.5 % €6.70 €0.90 €7.60"),
        f"13.5 % {MINUS}€2.23 {MINUS}€0.30 {MINUS}€2.53",
        "VAT is rounded once for each rate of a receipt.",
        *("Receipt: 00001", charge.short_code_grouped, "Till: Till 1"),
    ]
    places = [text.find(each) for each in wanted]
    assert -1 not in places, (wanted[places.index(-1)], text)
    assert places == sorted(places)
    name = f"receipt-{charge.short_code_grouped}.pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


def test_page_and_pdf_name_who_sells_by_law(shop, charge, address):
    application = factories.apply_as_shop()
    Application.objects.filter(pk=application.pk).update(
        merchant=shop.merchant, status="approved", vat_number="IE6388047V"
    )

    page = Client().get(address).content.decode()

    assert f'href="{address}receipt.pdf"' in page
    text, _ = read(Client().get(f"{address}receipt.pdf"))
    for words in (application.legal_name, "VAT number IE6388047V", "13.5 %", "€0.90"):
        assert words in page
        assert words in text


def test_a_receipt_that_did_not_change_is_drawn_once(shop, charge, address, monkeypatch):
    drawn = []
    real = typesetter.typeset

    def count(*args, **options):
        drawn.append(args)
        return real(*args, **options)

    monkeypatch.setattr(receipts, "typeset", count)

    first, again = (Client().get(f"{address}receipt.pdf?{each}") for each in "ab")
    factories.refund(shop, charge, amount_minor=100)
    after = Client().get(f"{address}receipt.pdf")

    assert first.content == again.content != after.content
    assert len(drawn) == 2


def test_strangers_who_wait_are_few_and_the_page_says_so(address):
    with typesetter._guests, typesetter._guests:
        answer = Client().get(f"{address}receipt.pdf", follow=True)

    assert answer.redirect_chain == [(f"{address}?said=no_pdf", 302)]
    assert "The PDF could not be made just now." in answer.content.decode()
    read(Client().get(f"{address}receipt.pdf"))


def test_a_receipt_without_a_number_or_without_a_sale_has_no_pdf(shop, customer, charge):
    unissued = factories.sell(shop, customer)
    address = f"/r/{encode_token(unissued.receipt_token).lower()}/"

    assert Client().get(f"{address}receipt.pdf").headers["Location"] == address
    assert Client().get(f"/r/{encode_token(charge.token)}/receipt.pdf").status_code == 404
