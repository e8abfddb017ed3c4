"""The wallet's scanner: by what the camera saw, and by a picture alone, without script."""

import io
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from merchants.models import CodeFormat
from merchants.onboarding import choose_code_format
from pos import pictures
from pos.counter_codes import write_counter_link
from pos.payloads import write_payload
from qr.image import draw_png
from qr.links import encode_link, encode_token
from qr.split_codes import Part
from tests import factories
from tests.conftest import Api
from tests.flows.steps import open_wallet
from tests.qr.payloads import VECTORS
from tests.qr.test_scanning import paint_bars
from tests.qr.test_split_codes import TRANSFER as EPC_SPLIT
from tests.qr.test_split_codes import paint, split
from tests.snapshots import nothing_changes
from wallet.errors import CodeInParts, CodeNotSeen, CodesSeveral
from wallet.scans import choose_seen

pytestmark = pytest.mark.django_db
SCAN = "/wallet/scan/"
PIX = next(each["payload"] for each in VECTORS if each["valid"] and each["format"] == "pix")
EPC = next(each["payload"] for each in VECTORS if each["valid"] and each["format"] == "epc")
OWN_STICKER = "HTTP://PAY.TEST/S/" + "0" * 26
BLANK = Image.new("L", (300, 300), 255)


@pytest.fixture
def browser(customer):
    return open_wallet(customer)


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


def save(image):
    file = io.BytesIO()
    image.save(file, "JPEG")
    return file.getvalue()


def send_picture(browser, data, name="photo.jpg"):
    return browser.post(SCAN, {"picture": SimpleUploadedFile(name, data, "image/jpeg")})


def link_of(charge):
    return encode_link("http://pay.test", charge.token)


def page_of(charge):
    return f"/p/{encode_token(charge.token).lower()}"


def test_a_text_the_camera_saw_leads_to_the_sale(browser, charge):
    with nothing_changes(charge):
        answer = browser.post(SCAN, {"text": write_payload(charge)})

    assert (answer.status_code, answer["Location"]) == (302, page_of(charge))


def test_a_picture_leads_to_the_sale(browser, charge):
    with nothing_changes(charge):
        answer = send_picture(browser, draw_png(write_payload(charge)))

    assert (answer.status_code, answer["Location"]) == (302, page_of(charge))


def test_the_sale_s_emvco_code_leads_there_as_well(browser, shop):
    choose_code_format(shop.store, CodeFormat.EMV)
    charge = factories.make_charge(shop)
    assert write_payload(charge).startswith("000201")

    answer = send_picture(browser, draw_png(write_payload(charge)))

    assert (answer.status_code, answer["Location"]) == (302, page_of(charge))


def test_a_counter_code_leads_to_its_page(browser, shop):
    code = factories.print_code(shop)

    answer = browser.post(SCAN, {"text": write_counter_link(code)})

    assert answer["Location"] == f"/s/{encode_token(code.id).lower()}/"


@pytest.mark.parametrize(
    "neighbor", [PIX, EPC, "https://shop.example/menu", "771234567890123456"]
)
def test_beside_another_system_s_code_ours_is_meant(browser, charge, neighbor):
    answer = browser.post(SCAN, {"text": [neighbor, write_payload(charge)]})

    assert answer["Location"] == page_of(charge)


def test_of_two_sales_in_one_picture_none_is_chosen(browser, shop, charge):
    other = factories.make_charge(shop)

    with nothing_changes(charge):
        answer = browser.post(SCAN, {"text": [link_of(charge), link_of(other)]})

    assert answer.status_code == 422
    assert "more than one code in the picture" in answer.content.decode()


def test_another_system_s_code_is_named(browser):
    with nothing_changes():
        answer = browser.post(SCAN, {"text": PIX})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "A code for Pix" in page
    assert "Nothing was taken." in page


def test_a_code_of_several_lines_keeps_them_as_they_are(browser):
    head = ["BCD", "002", "1", "SCT", "", "", "DE02120300000000202051", "EUR999999999.99"]
    tail = ["CHAR", "", "t" * 140, "i" * 70]
    head[5] = "n" * (331 - len("\n".join(head + tail)))
    longest = "\n".join(head + tail)
    assert (len(longest), len(head[5])) == (331, 59)

    # A form sends each line end as two signs; with those it would be too long.
    answer = browser.post(SCAN, {"text": longest.replace("\n", "\r\n")})

    assert "A code for GiroCode" in answer.content.decode()
    assert "not well formed" not in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (save(BLANK), "No code can be made out in this picture."),
        (b"no picture", "This file cannot be read: a picture is a whole JPEG, PNG or WebP."),
    ],
)
def test_a_picture_that_shows_no_code_is_refused(browser, data, words):
    with nothing_changes():
        answer = send_picture(browser, data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Nothing was taken." in answer.content.decode()


def test_nothing_sent_shows_no_code(browser):
    assert "No code can be made out" in browser.post(SCAN).content.decode()


def test_a_code_that_is_unknown_here_is_told(browser):
    answer = browser.post(SCAN, {"text": "HTTP://PAY.TEST/P/" + "0" * 26})

    assert answer.status_code == 422
    assert "This code is not known here." in answer.content.decode()


def test_a_mistyped_code_is_told(browser):
    answer = browser.post(SCAN, {"text": "7K4M92QA"})

    assert "One character is wrong" in answer.content.decode()


def test_who_is_not_signed_in_comes_back_afterwards(db):
    answer = Client(SERVER_NAME="pay.test").get(SCAN)

    assert urlsplit(answer["Location"]).query == "next=%2Fwallet%2Fscan%2F"


def test_the_page_starts_with_nothing_seen(browser):
    page = browser.get(SCAN)

    assert page.status_code == 200
    assert 'data-state="ready"' in page.content.decode()
    assert 'type="file"' in page.content.decode()


@pytest.mark.parametrize(
    ("texts", "seen"),
    [
        ([PIX], PIX),
        ([PIX, OWN_STICKER], OWN_STICKER),
        ([], CodeNotSeen),
        ([PIX, EPC], CodesSeveral),
        (["HTTP://ELSEWHERE.TEST/P/" + "0" * 26, PIX], CodesSeveral),
    ],
)
def test_one_text_is_meant_or_none(texts, seen):
    if isinstance(seen, str):
        assert choose_seen(texts) == seen
    else:
        with pytest.raises(seen):
            choose_seen(texts)


def post_picture(api, data, *, where="wallet/pictures", make="image/jpeg"):
    headers = {"Authorization": f"Bearer {api.secret}"}
    return api.client.post(f"/api/v1/{where}", data, content_type=make, headers=headers)


@pytest.mark.parametrize("make", ["image/jpeg", "image/png", "image/webp"])
def test_the_api_reads_what_a_phone_s_camera_saw(phone, make):
    with nothing_changes():
        answer = post_picture(phone, draw_png("any text"), make=make)

    assert (answer.status_code, answer.json()) == (200, {"texts": ["any text"], "parts": []})


def test_the_api_reads_what_a_till_s_camera_saw(till):
    answer = post_picture(till, draw_png("771234567890123456"), where="pictures")

    assert answer.json() == {"texts": ["771234567890123456"], "parts": []}


def test_a_picture_without_a_code_is_no_error(phone):
    assert post_picture(phone, save(BLANK)).json() == {"texts": [], "parts": []}


def test_a_phone_s_picture_is_not_searched_for_the_bars_of_goods(phone, till):
    bars = save(paint_bars("771234567890123456"))

    assert post_picture(phone, bars).json() == {"texts": [], "parts": []}
    assert post_picture(till, bars, where="pictures").json() == {
        "texts": ["771234567890123456"],
        "parts": [],
    }


def test_only_two_pictures_are_read_at_a_time(phone, browser, monkeypatch):
    monkeypatch.setattr(pictures, "_PATIENCE_S", 0.01)
    readers = [pictures._READERS.get(), pictures._READERS.get()]
    answer = post_picture(phone, draw_png("any text"))
    page = send_picture(browser, draw_png("any text"))
    for reader in readers:
        pictures._READERS.put(reader)

    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer["Retry-After"] == "1"
    assert page.status_code == 503
    assert post_picture(phone, draw_png("any text")).json() == {
        "texts": ["any text"],
        "parts": [],
    }


def test_half_of_a_split_code_is_no_payment(phone, browser):
    half, other = split(EPC_SPLIT)

    with nothing_changes():
        answer = post_picture(phone, paint(half))
        page = send_picture(browser, paint(half))
        whole = post_picture(phone, paint(half, other))

    assert answer.json() == {"texts": [], "parts": [{"number": 1, "total": 2}]}
    assert page.status_code == 422
    assert "This is part 1 of 2 of a split code" in page.content.decode()
    assert whole.json() == {"texts": [EPC_SPLIT], "parts": []}


def test_beside_a_part_only_our_own_code_is_meant():
    part = Part(1, 2, 0)

    assert choose_seen([OWN_STICKER], parts=[part]) == OWN_STICKER
    with pytest.raises(CodeInParts, match="part 1 of 2"):
        choose_seen([PIX], parts=[part])


@pytest.mark.parametrize("data", [b"", b"no picture"])
def test_the_api_says_what_is_wrong_with_a_picture(phone, data):
    answer = post_picture(phone, data)

    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
    assert answer.json()["errors"][0]["field"] == "picture"


def test_the_api_takes_no_other_type(phone):
    answer = Api(phone.secret).post("wallet/pictures", {})

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
