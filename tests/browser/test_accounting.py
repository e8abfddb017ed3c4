"""The dashboard's accounting is for everybody, and its journal is the file it shows."""

from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.layout import LANGUAGES, find_faults, speak
from tests.browser.windows import PHONE, TABLET

pytestmark = pytest.mark.slow
SMALL: ViewportSize = {"width": 320, "height": 568}
SCREENS = [TABLET, PHONE, SMALL]
ACCOUNTS = {
    "Owed by the operator": "1460",
    "Sales": "8400",
    "Refunds": "8400",
    "Fees": "4970",
    "Adjustments": "2300",
    "Payouts on their way": "1361",
}


def test_accounts_are_set_and_a_journal_is_shown_and_downloaded(office, check, watch):
    watch.expect("status of 422")
    office.goto("/dashboard/accounting/")
    check(office, "programs")
    assert find_faults(office, screens=SCREENS) == []
    office.get_by_role("link", name="DATEV").click()
    office.get_by_label("Client's number (Mandantennummer)").fill("55003")
    office.get_by_label("Adviser's number (Beraternummer)").fill("1")
    office.get_by_role("button", name="Save").click()
    expect(office.get_by_label("Adviser's number (Beraternummer)")).to_be_focused()
    check(office, "accounts that are refused")
    office.get_by_label("Adviser's number (Beraternummer)").fill("29098")
    for purpose, number in ACCOUNTS.items():
        office.get_by_label(purpose, exact=True).fill(number)
    office.get_by_role("button", name="Save").click()

    expect(office.get_by_text("debits and credits are both")).to_be_visible()
    check(office, "a journal")
    with office.expect_download() as download:
        office.get_by_role("link", name="Download").click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b'"EXTF";700;21;"Buchungsstapel";13;')
    assert b'"Sales, Harbour Corner"' in content
    assert find_faults(office, screens=SCREENS) == []
    for language in LANGUAGES[1:]:
        office.reload()
        speak(office, language)
        assert find_faults(office) == [], language
