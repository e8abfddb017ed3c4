"""A till that is unpaired stops at once, on each of its pages and on the phone before it."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Office, Till
from tests.browser.windows import TABLET

PAIR = re.compile(r"/till/pair/$")
NAME = "Till to lose"
NEW_TILL = """
    INSERT INTO pos_terminal (id, store_id, name, may_refund)
    SELECT %s, store_id, %s, true FROM pos_terminal WHERE name = 'Till 1' LIMIT 1
"""


@pytest.fixture
def office(windows, owner_state):
    return Office(windows.open(TABLET, state=owner_state))


@pytest.fixture
def lost(windows, office, demo, sql):
    """A till of this test's own, paired and unlocked."""
    sql(NEW_TILL, uuid.uuid4(), NAME)
    page = windows.open(TABLET)
    page.goto("/till/pair/")
    page.get_by_label("Pairing code").fill(office.make_pairing_code(NAME))
    page.keyboard.press("Enter")
    till = Till(page)
    till.unlock(demo["merchants"][0]["stores"][0]["cashiers"][0])
    return till


def unpair(office):
    office.page.goto("/dashboard/tills/")
    office.page.get_by_label(f"Unpair: {NAME}").click()
    office.page.get_by_role("button", name=f"Stop {NAME} now").click()
    expect(office.page.get_by_label(f"Unpair: {NAME}")).to_have_count(0)


def test_unpairing_ends_the_sale_and_every_page_of_the_till(lost, office, phone, sql, watch):
    watch.expect("status of 401")
    others = [lost.page.context.new_page() for _ in range(3)]
    for page, path in zip(others, ["", "unlock/", "activity/"], strict=True):
        page.goto(f"/till/{path}")
    lost.charge("480")
    phone.open(lost.scan())
    phone.expect_state("confirm")

    unpair(office)

    for page in (lost.page, *others):
        expect(page).to_have_url(PAIR)
    phone.expect_state("canceled", "The shop canceled this sale")
    (status,) = sql("SELECT status FROM pos_charge ORDER BY id DESC LIMIT 1")[0]
    assert status == "canceled"
