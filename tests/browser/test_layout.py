"""Nothing is cut off, torn or overlapped, in long words and from right to left."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.layout import LANGUAGES, find_faults, speak
from tests.browser.screens import MINUS

LISTS = ["", "payments/", "settlements/", "tills/", "stores/"]


@pytest.fixture
def addresses(office):
    """Every page of the dashboard, those of one payment and one settlement too."""
    office.goto("/dashboard/settlements/")
    settlement = office.get_by_role("link", name=re.compile("^ST-")).first.get_attribute("href")
    office.goto("/dashboard/payments/?status=refunded")
    payment = office.locator("tbody").get_by_role("link").first.get_attribute("href")
    closing = "/dashboard/settlements/close/"
    return [*(f"/dashboard/{page}" for page in LISTS), settlement, payment, closing]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dashboard_fits(office, addresses, language):
    faults = []
    for address in addresses:
        office.goto(address)
        for details in office.locator("details").all():
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
