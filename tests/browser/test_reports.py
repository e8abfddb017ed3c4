"""Reports in a browser: another way in one tap, and a long file that gets ready by itself."""

import re

from playwright.sync_api import expect


def test_a_report_is_split_another_way_in_one_tap(office):
    office.goto("/dashboard/reports/")
    ways = office.get_by_role("navigation", name="Report by")
    total = office.locator("tr.total td.n").nth(1)
    expect(total).to_be_visible()
    sold = total.inner_text()

    ways.get_by_role("link", name="Till").click()

    expect(office.get_by_role("columnheader", name="Till")).to_be_visible()
    expect(total).to_have_text(sold)
    expect(office.locator("svg.share").first).to_be_visible()
    expect(office.get_by_role("button", name="Print")).to_be_visible()
    office.get_by_text("Download", exact=True).click()
    with office.expect_download() as download:
        office.get_by_role("link", name="CSV: Programs").click()
    assert download.value.path().read_text().startswith("till,sales,gross,refunds,tips,fee,net")


def test_a_long_file_gets_ready_while_one_looks_on(office):
    office.goto("/dashboard/exports/new/?kind=report&by=store")
    office.get_by_role("button", name="Have it made").click()
    expect(office).to_have_url(re.compile("/dashboard/exports/ex_"))

    ready = office.get_by_role("link", name="Download CSV")
    expect(ready).to_be_visible(timeout=30_000)

    with office.expect_download() as download:
        ready.click()
    assert "Store" in download.value.path().read_text().splitlines()[0]
