"""Nothing is cut off, torn or overlapped, in long words and from right to left."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.layout import LANGUAGES, find_faults, speak
from tests.browser.screens import MINUS, Till
from tests.browser.windows import TABLET

# As Django's catalogue of a language stands on a page; facts stay where a sentence has them.
_CATALOGUE = """
    const speak = (text) => text.replace(/(^|%\\(\\w+\\)s)([^%]+)/g, (_, fact, words) =>
      words.trim() ? fact + words.replace(/\\S.*\\S|\\S/, "«$&»") : fact + words);
    const choose = (one, many, count) => speak(count === 1 ? one : many);
    globalThis.django = { gettext: speak, ngettext: choose };
"""
LISTS = [
    "",
    "payments/",
    "settlements/",
    "reports/?by=item",
    "reports/mail/",
    "exports/",
    "tills/",
    "printers/",
    "stores/",
    "fees/",
    "fee-invoices/",
    "me/security/",
    "safeguarding/",
    "look/",
    "settlements/timetable/",
]


@pytest.fixture
def addresses(office):
    """Every page of the dashboard, those of one payment and one settlement too."""
    office.goto("/dashboard/settlements/")
    settlement = office.get_by_role("link", name=re.compile("^ST-")).first.get_attribute("href")
    office.goto("/dashboard/payments/?status=refunded")
    payment = office.locator("tbody").get_by_role("link").first.get_attribute("href")
    closing = "/dashboard/settlements/close/"
    lists = [f"/dashboard/{page}" for page in LISTS]
    return [*lists, settlement, f"{settlement}print/", payment, closing]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dashboard_fits(office, addresses, language):
    faults = []
    for address in addresses:
        office.goto(address)
        for details in office.locator("main details").all():
            details.evaluate("details => details.open = true")
        speak(office, language)
        faults += [f"{address} {fault}" for fault in find_faults(office)]

    assert faults == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_the_front_of_the_office_fits(windows, language, watch):
    watch.expect("status of 404")
    page, faults = windows.open(), []
    for address in ("/dashboard/sign-in/", "/dashboard/nothing/"):
        page.goto(address)
        speak(page, language)
        faults += [f"{address} {fault}" for fault in find_faults(page)]

    assert faults == []


def test_what_does_not_fit_is_found(windows):
    page = windows.open()
    page.goto("/dashboard/sign-in/")
    assert find_faults(page) == []
    page.evaluate(
        """() => {
          const button = document.querySelector("button.pri");
          button.style.inlineSize = "40px";
          button.style.overflowWrap = "anywhere";
          document.querySelector(".brand").style.marginBlockEnd = "-4rem";
          document.querySelector(".tiny").innerHTML = "<span dir=rtl>\u2212\u20ac5.20</span>";
          document.querySelector("label").style.marginInlineStart = "-4000px";
        }"""
    )

    faults = " ".join(find_faults(page))

    assert '"Sign" is torn in button.pri' in faults
    assert '"E-mail" leaves the screen' in faults
    assert f'"{MINUS}€5.20" has its minus behind it' in faults
    assert '"Tessera" lies over "Sign in to your shop"' in faults


def test_words_that_come_later_are_spoken_too(windows):
    page = windows.open()
    page.goto("/dashboard/sign-in/")
    speak(page, "pseudo")
    expect(page.get_by_role("heading")).to_have_text("Šîĝñšî îñî ţöţ ýöûŕýö šĥöþšĥ")
    page.evaluate("document.querySelector('h1').textContent = 'Net 4.80'")

    expect(page.get_by_role("heading")).to_have_text("Ñéţñé 4.80")


def test_what_scripts_write_comes_from_the_page_s_catalogue(windows, unlocked):
    page = windows.open(TABLET, state=unlocked)
    page.add_init_script(_CATALOGUE)
    page.goto("/till/")
    till = Till(page)

    expect(page.locator("#charge")).to_have_text("«Charge»")
    till.type("480")
    expect(page.locator("#charge")).to_have_text("«Charge» €4.80")
    page.locator("#charge").click()
    till.wait_for_code()
    expect(till.chip).to_have_text("«Waiting for customer»")
    expect(page.locator("#qr")).to_have_attribute(
        "alt", re.compile("^«Payment code for» €4.80 «to» ")
    )
    page.locator("#cancel").click()
    till.expect_result("«Sale canceled»", "«Nothing was taken.»")
