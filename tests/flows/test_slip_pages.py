"""A receipt for a receipt printer, for anybody who has its address: seen first, then a file."""

import pytest
from django.test import Client

from pos.print import typesetter
from pos.receipts import issue_receipts
from qr.links import encode_token
from tests import factories
from tests.pos.paper import read_escpos

TIMES = "\N{MULTIPLICATION SIGN}"
pytestmark = pytest.mark.django_db


@pytest.fixture
def charge(shop, customer):
    """A sale of two coffees at 13.5 %; one of them was given back."""
    coffee = factories.make_item(shop, name="Coffee")
    coffee.vat_bps = 1350
    coffee.save()
    charge = factories.sell_items(shop, customer, [(coffee, 2)])
    issue_receipts([charge.id])
    factories.refund(shop, charge, amount_minor=380)
    return charge


@pytest.fixture
def address(charge):
    return f"/r/{encode_token(charge.receipt_token).lower()}/"


def print_slip(address, **chosen):
    answer = Client().get(f"{address}slip.bin", chosen)
    assert answer["Content-Type"] == "application/octet-stream"
    return read_escpos(answer.content)


def test_a_printer_gets_the_whole_receipt(shop, charge, address):
    answer = Client().get(f"{address}slip.bin")

    name = f"receipt-{charge.short_code_grouped}.bin"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    paper = read_escpos(answer.content)
    text = "\n".join(" ".join(line.split()) for line in paper.lines)
    wanted = [
        *(shop.store.name, f"2 {TIMES} Coffee €7.60", "€3.80", "Paid €7.60", "Refunded Amount"),
        *("-€3.80", "VAT rate Net VAT Gross", "13.5 % €6.70 €0.90 €7.60", "Receipt: 00001"),
        *(charge.short_code_grouped, "Paid by:", "[code]", "Paid with Tessera."),
    ]
    places = [text.find(each) for each in wanted]
    assert -1 not in places, (wanted[places.index(-1)], text)
    assert places == sorted(places)
    assert paper.codes == [charge.receipt_url.encode()]
    assert paper.done[-1] == ("cut", b"B\x00")
    assert "DUPLICATE" not in text


def test_a_copy_says_so_and_when(address):
    paper = print_slip(address, printer="older", columns=32, copy="on")

    place = paper.lines.index("           DUPLICATE")
    assert paper.lines[place + 1].strip()
    assert max(map(len, paper.lines)) <= 32


def test_the_page_shows_the_slip_and_what_its_printer_lacks(shop, customer, address):
    tea = factories.make_item(shop, name="茶 \ue000")
    charge = factories.sell_items(shop, customer, [(tea, 1)])
    issue_receipts([charge.id])

    whole = Client().get(f"{address}slip/").content.decode()
    chosen = {"printer": "star", "columns": "32", "copy": "on"}
    page = Client().get(f"/r/{encode_token(charge.receipt_token).lower()}/slip/", chosen)

    assert f"2 {TIMES} Coffee" in whole
    assert "no letters for these" not in whole
    assert 'slip.bin?printer=epson&amp;columns=48" download' in whole
    text = page.content.decode()
    assert '<bdi class="letters">茶</bdi>' in text
    assert '<bdi class="letters">\ue000</bdi>' in text
    assert "DUPLICATE" in text
    assert "slip.bin?printer=star&amp;columns=32&amp;copy=on" in text


def test_a_slip_that_cannot_be_drawn_just_now_is_offered_again(shop, customer, address):
    tea = factories.make_item(shop, name="茶")
    charge = factories.sell_items(shop, customer, [(tea, 1)])
    issue_receipts([charge.id])
    own = f"/r/{encode_token(charge.receipt_token).lower()}/"

    with typesetter._guests, typesetter._guests:
        answer = Client().get(f"{own}slip.bin", follow=True)
        plain = Client().get(f"{address}slip.bin")

    assert answer.redirect_chain == [(f"{own}slip/?said=no_file", 302)]
    assert "The file could not be made just now." in answer.content.decode()
    assert plain.status_code == 200


def test_what_no_page_of_ours_asks_for_is_not_there(shop, customer, address):
    unissued = factories.sell(shop, customer)
    own = f"/r/{encode_token(unissued.receipt_token).lower()}/"

    for wrong in ({"printer": "laser", "columns": "48"}, {"printer": "epson", "columns": "9"}):
        assert Client().get(f"{address}slip/", wrong).status_code == 404
        assert Client().get(f"{address}slip.bin", wrong).status_code == 404
    assert Client().get(f"{own}slip/").headers["Location"] == own
    assert Client().get(f"{own}slip.bin").headers["Location"] == f"{own}slip/"
