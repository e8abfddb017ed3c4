"""A shop's look: set in the dashboard, seen by customers, in mails and on paper."""

import io
import re

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMultiAlternatives
from PIL import Image

from merchants.looks import change_logo, has_contrast, measure_contrast
from merchants.models import Logo, Role
from pos.models import Charge
from pos.print.sheets import SheetSize, draw_sheet
from pos.queries import find_counter_codes
from pos.receipts import issue_receipts
from qr.links import encode_token
from tests import factories
from tests.flows.routes import employ
from tests.flows.steps import open_browser, open_wallet

pytestmark = pytest.mark.django_db
PAGE, LOGO = "/dashboard/look/", "/dashboard/look/logo/"


def draw(color="#085242", size=(400, 100), kind="PNG"):
    target = io.BytesIO()
    Image.new("RGB", size, color).save(target, kind)
    return target.getvalue()


def send(browser, content, name="logo.png"):
    return browser.post(LOGO, {"picture": SimpleUploadedFile(name, content)})


@pytest.fixture
def owner(shop):
    return employ(shop, Role.OWNER, store=None)


@pytest.fixture
def branded(shop):
    change_logo(shop.merchant, draw())
    shop.merchant.accent = "#5a2a82"
    shop.merchant.save(update_fields=["accent"])
    return shop


def test_name_trade_and_color_are_changed(shop, owner):
    wish = {"name": "  Pier   Coffee ", "trade": "5814", "accent": "5A2A82"}

    assert owner.post(PAGE, wish).status_code == 302

    shop.merchant.refresh_from_db()
    changed = (shop.merchant.name, shop.merchant.trade, shop.merchant.accent)
    assert changed == ("Pier Coffee", "5814", "#5a2a82")
    page = owner.get(PAGE).content.decode()
    assert 'value="Pier Coffee"' in page
    assert "/accent/5a2a82.css" in page


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"name": ""}, "Type the name that customers know"),
        ({"name": "x" * 81}, "Type the name that customers know"),
        ({"trade": "9999"}, "Choose what the shop sells"),
        ({"accent": "#ffcc00"}, "their contrast is 1.5 to 1"),
        ({"accent": "red"}, "Type a colour such as"),
        ({"accent": "#12"}, "Type a colour such as"),
        ({"accent": "#0852zz"}, "Type a colour such as"),
    ],
)
def test_a_look_that_cannot_be_is_refused(shop, owner, wish, words):
    answer = owner.post(PAGE, {"name": "Pier", "trade": "", "accent": ""} | wish)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    shop.merchant.refresh_from_db()
    assert (shop.merchant.name, shop.merchant.accent) != ("Pier", wish.get("accent"))


def test_contrast_is_measured_as_wcag_does():
    assert round(measure_contrast("#000000"), 2) == 21
    assert round(measure_contrast("#ffffff"), 2) == 1
    # The darkest gray that is too light, and the lightest that is not.
    assert has_contrast("#767676")
    assert not has_contrast("#777777")


def test_a_logo_is_shown_and_served_for_ever(shop, owner):
    assert send(owner, draw()).status_code == 302

    shop.merchant.refresh_from_db()
    assert re.fullmatch(r"[0-9a-f]{32}-192x48", shop.merchant.logo)
    answer = open_browser().get(f"/logo/{shop.merchant.logo}.png")
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer
    assert Image.open(io.BytesIO(answer.content)).size == (384, 96)


def test_the_same_logo_again_changes_nothing(shop, owner):
    send(owner, draw())
    send(owner, draw())

    assert Logo.objects.count() == 1


def test_a_logo_is_removed(branded, owner):
    assert owner.post(f"{LOGO}remove/").status_code == 302
    assert owner.post(f"{LOGO}remove/").status_code == 302

    branded.merchant.refresh_from_db()
    assert branded.merchant.logo == ""
    assert "/logo/" not in owner.get(PAGE).content.decode().replace(LOGO, "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<?xml version='1.0'?><svg/>", "This is SVG. A logo is a PNG, JPEG or WebP picture."),
        (b"GIF89a", "This is GIF."),
        (b"%PDF-1.7", "This is PDF."),
        (b"\x00\x00\x00\x18ftypheic", "This is HEIC."),
        (b"hello", "This is no picture that we know."),
        (b"", "The file is empty."),
        (draw(size=(30, 30)), "each side needs 48 pixels"),
        (draw()[:200], "damaged"),
        (b"\x00" * (12 * 2**20 + 1), "larger than 12 MB"),
    ],
    ids=["svg", "gif", "pdf", "heic", "text", "empty", "small", "half", "large"],
)
def test_a_bad_logo_is_refused_in_a_sentence(branded, owner, content, words):
    before = branded.merchant.logo

    answer = send(owner, content)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    branded.merchant.refresh_from_db()
    assert branded.merchant.logo == before


def test_no_file_is_asked_for(owner):
    answer = owner.post(LOGO)

    assert answer.status_code == 422
    assert "Choose a picture." in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/logo/nothing.png", "/accent/ffcc00.css", "/accent/x.css"]
)
def test_what_is_not_there_is_not_served(db, address):
    assert open_browser().get(address).status_code == 404


def test_the_color_is_served_for_ever(db):
    answer = open_browser().get("/accent/5a2a82.css")

    assert answer["Cache-Control"].endswith("immutable")
    assert b"background:#5a2a82" in answer.content


def test_the_payer_sees_it_before_and_after(branded, customer):
    phone = open_wallet(customer)
    charge = factories.make_charge(branded)

    text = phone.get(path(charge)).content.decode()

    assert f"/logo/{branded.merchant.logo}.png" in text
    assert "/accent/5a2a82.css" in text
    assert 'class="pri branded"' in text
    factories.confirm(customer, factories.claim(customer, charge))
    assert f"/logo/{branded.merchant.logo}.png" in phone.get(path(charge)).content.decode()


def path(charge):
    return f"/p/{encode_token(charge.token).lower()}"


def test_a_shop_without_a_look_has_ours(shop, customer):
    text = open_wallet(customer).get(path(factories.make_charge(shop))).content.decode()

    assert "/logo/" not in text
    assert "/accent/" not in text


def test_the_receipt_and_its_mail_have_the_logo(branded, customer, settings):
    charge = factories.sell(branded, customer)
    issue_receipts([charge.id])
    charge = Charge.objects.select_related("store__merchant").get(pk=charge.pk)

    page = open_browser().get(re.sub(r"^https?://[^/]+", "", charge.receipt_url))
    [letter] = mail.outbox

    assert f"/logo/{branded.merchant.logo}.png" in page.content.decode()
    assert isinstance(letter, EmailMultiAlternatives)
    html = str(letter.alternatives[0][0])
    assert f'src="{settings.PUBLIC_URL}/logo/{branded.merchant.logo}.png"' in html


@pytest.mark.parametrize("size", SheetSize)
def test_the_printed_code_has_the_logo(branded, size):
    plain = draw_sheet(find_code(factories.print_code(factories.open_shop())), size)
    sheet = draw_sheet(find_code(factories.print_code(branded)), size)

    assert plain.count(b"/Subtype/Image") == 0
    assert sheet.count(b"/Subtype/Image") >= 1


def find_code(code):
    return find_counter_codes().get(pk=code.pk)
