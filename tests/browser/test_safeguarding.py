"""Whoever is owed money sees where it is: checked by an operator, reported by the banker."""

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.layout import find_faults
from tests.browser.windows import PHONE, TABLET, remember
from tests.faults.shop import wait_for

pytestmark = pytest.mark.slow
SMALL: ViewportSize = {"width": 320, "height": 568}
SCREENS = [TABLET, PHONE]


def test_a_report_is_made_seen_and_proved(windows, stack, payer, console, office, check):
    console.goto("/console/safeguarding/")
    console.get_by_role("button", name="Check now").click()
    wait_for(
        lambda: (
            console.goto("/console/safeguarding/")
            and not console.get_by_text("is being made").count()
        )
    )
    check(console, "checks and reports")
    console.get_by_role("table").first.get_by_role("link").first.click()
    expect(console.get_by_role("heading", level=1)).to_contain_text("Report")
    check(console, "a report")
    assert find_faults(console, screens=SCREENS) == []

    phone = windows.open(PHONE, state=remember(stack.url, "tessera_wallet", payer["token"]))
    phone.goto("/wallet/")
    phone.get_by_role("link", name="Your money at the bank").click()
    fingerprint = phone.get_by_text(re.compile("^[0-9a-f]{64}$"))
    expect(fingerprint).to_be_visible()
    check(phone, "a customer's money")
    assert find_faults(phone, screens=[PHONE, SMALL]) == []
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Download proof.json").click()
    assert download.value.suggested_filename == "proof.json"

    office.goto("/dashboard/safeguarding/")
    expect(office.get_by_text(fingerprint.inner_text())).to_be_visible()
    check(office, "a shop's money")
    assert find_faults(office, screens=SCREENS) == []
