"""The bank's pages: money is sent once, from a code or typed, and the counter shows all."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from demo.bank.accounts import make_iban
from demo.bank.branch import OPERATOR_IBAN
from demo.bank.moods import Mood, Topic
from qr.image import draw_png
from tests.demo.bank_files import SHOP_IBAN, Letter, drop, list_inbox, pick
from tests.demo.test_bank_accounts import CODE

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.demo.urls")]
TYPED = {
    "payer": "",
    "payer_name": "Niamh Walsh",
    "payee_name": "Harbour Payments",
    "payee": "ie98 demo 9900 0000 0010 00",
    "amount": "25,50",
    "reference": "rf18 5390 0754 7034",
    "remittance": "",
    "mood": "well",
}


@pytest.fixture
def browser(bank, settings, tmp_path):
    settings.DEMO_BANK = str(tmp_path)
    return Client()


def read_form_id(browser):
    return browser.get("/demo/bank/").context["form"]["made_id"].value()


def submit(browser, form_id="", **other):
    return browser.post("/demo/bank/", {**TYPED, "made_id": form_id, **other}, follow=True)


def test_a_typed_transfer_is_sent_and_told(bank, browser):
    page = submit(browser)

    assert "€25.50 sent to Harbour Payments." in page.content.decode()
    [advice] = list_inbox(bank, "camt054")
    assert pick(advice, "Ntry/Amt") == ["25.50"]
    assert pick(advice, "Strd/CdtrRefInf/Ref") == ["RF18539007547034"]
    assert pick(advice, "RltdPties/Dbtr/Pty/Nm") == ["Niamh Walsh"]
    assert pick(advice, "RltdPties/DbtrAcct/Id/IBAN") == [make_iban(2000)]


def test_a_code_fills_the_form(browser):
    form = browser.get("/demo/bank/", {"code": CODE.replace("\n", "\r\n")}).context["form"]

    assert form.initial == {
        "payee": "IE98 DEMO 9900 0000 0010 00",
        "payee_name": "Harbour Payments (demo)",
        "amount": "25.50",
        "reference": "RF18539007547034",
        "remittance": "",
    }


def test_what_is_no_code_is_said_and_stays(browser):
    answer = browser.get("/demo/bank/", {"code": "https://pay.test/P/1"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "This is no code of a transfer." in page
    assert "https://pay.test/P/1</textarea>" in page


def test_a_picture_of_a_code_fills_the_form_too(browser):
    picture = SimpleUploadedFile("code.png", draw_png(CODE), content_type="image/png")

    page = browser.post("/demo/bank/picture/", {"picture": picture}, follow=True)

    assert page.context["form"].initial["amount"] == "25.50"
    assert page.redirect_chain[0][0].endswith("#transfer")


@pytest.mark.parametrize("content", [b"no picture", draw_png("https://pay.test/P/1")])
def test_a_picture_without_such_a_code_is_refused(browser, content):
    picture = SimpleUploadedFile("code.png", content, content_type="image/png")

    page = browser.post("/demo/bank/picture/", {"picture": picture})

    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()


def test_a_form_sent_twice_moves_money_once(bank, browser):
    form_id = read_form_id(browser)

    submit(browser, form_id)
    submit(browser, form_id)

    assert bank.balance_minor == 100_000 + 2550


def test_a_kept_form_with_another_amount_asks_again(bank, browser):
    form_id = read_form_id(browser)
    submit(browser, form_id)

    page = submit(browser, form_id, amount="7")
    assert page.status_code == 422
    assert "Something else was made" in page.content.decode()
    assert bank.balance_minor == 100_000 + 2550
    submit(browser, page.context["form"]["made_id"].value(), amount="7")

    assert bank.balance_minor == 100_000 + 3250


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("payee", "IE99DEMO99000000001000"),
        ("payee", ""),
        ("amount", "0"),
        ("amount", "much"),
        ("payee_name", ""),
        ("payer_name", ""),
        ("payer", "IE99DEMO99000000001000"),
        ("mood", "merry"),
        ("reference", "x" * 36),
    ],
)
def test_what_cannot_be_sent_is_refused_beside_its_field(bank, browser, field, typed):
    page = submit(browser, **{field: typed})

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert bank.balance_minor == 100_000


def test_nobody_sends_money_to_the_same_account(bank, browser):
    submit(browser)

    page = submit(browser, payer=make_iban(2000), payer_name="", payee=make_iban(2000))

    assert list(page.context["form"].errors) == ["payee"]


def test_a_transfer_arrives_in_the_mood_that_was_chosen(bank, browser):
    submit(browser, mood="no_reference")

    [advice] = list_inbox(bank, "camt054")
    assert pick(advice, "RmtInf/Ustrd") == ["Top-up"]


def test_the_counter_shows_entries_files_and_refusals(bank, browser):
    submit(browser)
    drop(bank, Letter().write())
    drop(bank, Letter().write(), name="again.xml")

    page = browser.get("/demo/bank/counter/").content.decode()

    assert "€1,013.16" in page
    assert "Niamh Walsh" in page
    assert "-€12.34" in page.replace("\u2212", "-")
    assert "The file MSG1 was handed in before." in page
    assert "DE89 3704 0044 0532 0130 00" in page
    assert SHOP_IBAN in bank.branch.list_names()
    assert OPERATOR_IBAN not in browser.get("/demo/bank/").content.decode()


def test_a_file_of_the_bank_can_be_downloaded_once_it_was_delivered(bank, browser):
    submit(browser)
    bank.wish(Topic.ADVICE, Mood.LATE)
    submit(browser)

    page = browser.get("/demo/bank/counter/").content.decode()
    answer = browser.get("/demo/bank/files/1/")

    assert answer.content == list_inbox(bank, "camt054")[0]
    assert answer.headers["Content-Disposition"].endswith('"camt054-20261130-000001.xml"')
    assert "/demo/bank/files/1/" in page
    assert "/demo/bank/files/2/" not in page
    assert "camt054-20261130-000002.xml" in page
    assert browser.get("/demo/bank/files/2/").status_code == 404
    assert browser.get(f"/demo/bank/files/{2**63}/").status_code == 404


def test_a_day_is_ended_by_the_page_that_shows_it_and_only_once(bank, browser):
    shown = {"day": str(bank.day)}

    browser.post("/demo/bank/day/", shown)
    browser.post("/demo/bank/day/", shown)

    assert len(list_inbox(bank, "camt053")) == 1


def test_moods_are_kept_until_they_are_used_up(bank, browser):
    well = {topic.value: "well" for topic in Topic if topic != Topic.TRANSFER}

    browser.post("/demo/bank/moods/", well | {"advice": "again", "order": "returned"})

    assert bank.read_wishes() == {Topic.ADVICE: Mood.AGAIN, Topic.ORDER: Mood.RETURNED}
    assert 'value="again" selected' in browser.get("/demo/bank/counter/").content.decode()
    browser.post("/demo/bank/moods/", well | {"advice": "merry"})
    assert bank.read_wishes() == {Topic.ADVICE: Mood.AGAIN, Topic.ORDER: Mood.RETURNED}


@pytest.mark.parametrize("folder", ["", "/nonexistent"])
def test_without_a_bank_there_is_no_page(client, settings, folder):
    settings.DEMO_BANK = folder

    assert client.get("/demo/bank/").status_code == 404
