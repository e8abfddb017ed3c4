"""Whose sale it is: the terminal's. No tab, crash or second page loses one."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import launch
from tests.browser.screens import Till
from tests.browser.windows import TABLET, remember
from tests.ports import find_port

CUT = "ERR_FAILED|ERR_INTERNET_DISCONNECTED"
REPEAT = "row => { for (let more = 9; more; more--) row.after(row.cloneNode(true)); }"
# Not those of other tests, which expire at their time.
STILL_OPEN = """
    SELECT count(*) FROM pos_charge
     WHERE status IN ('open', 'claimed') AND expires_at > now()
"""


@pytest.fixture
def reopen(windows, stack):
    """Open the till anew: a tablet that remembers its pairing, and nothing else."""

    def open_again(page, path: str = "/till/"):
        (secret,) = [
            cookie["value"]
            for cookie in page.context.cookies()
            if cookie["name"] == "tessera_till"
        ]
        page.close()
        fresh = windows.open(TABLET, state=remember(stack.url, "tessera_till", secret))
        fresh.goto(path)
        return fresh

    return open_again


@pytest.fixture
def open_tab(chromium, stack, watch, unlocked):
    """Open tabs of one window: all but the last, or the one brought to the front, are hidden.

    In the other tests' windows playwright keeps every page in sight.
    """
    port = find_port()
    with launch(chromium.browser_type, f"--remote-debugging-port={port}") as started:
        attached = started.browser_type.connect_over_cdp(
            f"http://127.0.0.1:{port}", no_defaults=True
        )
        (context,) = attached.contexts
        context.add_cookies(unlocked["cookies"])

        def open_one() -> Till:
            page = context.new_page()
            watch.over(page)
            page.goto(f"{stack.url}/till/")
            return Till(page)

        yield open_one
        attached.close()


def find_status(sql, short_code: str) -> str:
    rows = sql(
        "SELECT status FROM pos_charge WHERE short_code = %s", short_code.replace("-", "")
    )
    return rows[0][0]


def paid_rows(page):
    return page.locator("#desk [data-paid]:not([hidden])")


def waiting_rows(page):
    return page.locator("#desk [data-waiting]:not([hidden])")


def test_a_till_opened_again_goes_on_with_its_sale(till, phone, reopen):
    till.charge("480")
    words, code = till.words.inner_text(), till.read_short_code()

    again = Till(reopen(till.page))

    again.wait_for_code()
    assert (again.words.inner_text(), again.read_short_code()) == (words, code)
    expect(again.page.locator("#code-amount")).to_have_text("€4.80")
    phone.open(again.scan())
    phone.pay()
    again.expect_result("Paid")
    expect(again.page.locator("#again")).to_be_hidden()
    expect(paid_rows(again.page)).to_have_count(0)
    with again.page.expect_response(lambda answer: answer.request.method == "POST"):
        again.page.get_by_role("button", name="New sale").click()
    again.page.reload()
    expect(again.page.locator("#charge")).to_be_visible()
    expect(paid_rows(again.page)).to_have_count(0)


def test_a_payment_nobody_saw_is_told_on_every_page_until_it_is_acknowledged(
    till, phone, reopen, watch
):
    # What the other page still asks of a till that was locked.
    watch.expect("status of 401")
    till.charge("480")
    code, link = till.read_short_code(), till.scan()
    till.page.goto("about:blank")
    phone.open(link)
    phone.pay()

    page = reopen(till.page, "/till/activity/")

    told = re.compile(f"Paid €4.80.*{code}.*Li W", re.DOTALL)
    expect(paid_rows(page)).to_have_text(told)
    page.goto("/till/")
    expect(paid_rows(page)).to_have_text(told)
    other = page.context.new_page()
    other.goto("/till/")
    expect(paid_rows(other)).to_have_text(told)
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("heading", name="Who is at the till?")).to_be_visible()
    expect(paid_rows(page)).to_have_text(re.compile(f"Paid €4.80.*{code}", re.DOTALL))
    # Who is not at the till is told neither a name nor may say that it was seen.
    expect(paid_rows(page)).not_to_contain_text("Li W")
    expect(paid_rows(page).get_by_role("button")).to_have_count(0)
    expect(other).to_have_url(re.compile("/till/unlock/"))


def test_it_is_told_at_once_wherever_the_till_is_and_once_for_all(till, phone, reopen, sql):
    till.charge("480")
    link = till.scan()
    phone.open(link)
    elsewhere, locked = till.page.context.new_page(), till.page.context.new_page()
    elsewhere.goto("/till/activity/")
    locked.goto("/till/unlock/")
    expect(elsewhere.locator("#sales [data-cancel]").first).to_be_visible()
    till.page.goto("about:blank")

    phone.pay()

    expect(paid_rows(elsewhere)).to_have_count(1)
    expect(paid_rows(locked)).to_have_count(1)
    # The list beside it says the same.
    expect(elsewhere.locator("#sales tbody tr").first).to_contain_text("Paid")
    till.page.goto("/till/")
    till.page.evaluate("sessionStorage.clear()")
    till.page.goto("/till/")
    with till.page.expect_response(lambda answer: answer.request.method == "POST"):
        paid_rows(till.page).get_by_role("button").click()
    expect(paid_rows(till.page)).to_have_count(0)
    expect(paid_rows(elsewhere)).to_have_count(0)
    expect(paid_rows(locked)).to_have_count(0)


def test_many_payments_nobody_saw_leave_the_lock_screen_its_keypad(till, phone, reopen, watch):
    # What the other page still asks of a till that was locked.
    watch.expect("status of 401")
    till.charge("480")
    link = till.scan()
    till.page.goto("about:blank")
    phone.open(link)
    phone.pay()
    page = reopen(till.page)
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("heading", name="Who is at the till?")).to_be_visible()
    expect(paid_rows(page)).to_have_count(1)

    paid_rows(page).evaluate(REPEAT)

    expect(paid_rows(page)).to_have_count(10)
    for name in ("1", "0", "Unlock"):
        button = page.get_by_role("button", name=name, exact=True)
        expect(button).to_be_in_viewport(ratio=1)
    paid_rows(page).first.focus()
    page.keyboard.press("End")
    expect(paid_rows(page).last).to_be_in_viewport(ratio=0.9)


def test_several_open_sales_are_listed_and_each_is_resumed_or_canceled(
    till, phone, reopen, sql
):
    other = Till(till.page.context.new_page())
    other.page.goto("/till/")
    codes = []
    for tab, digits in ((till, "480"), (other, "520")):
        tab.charge(digits)
        codes.append(tab.read_short_code())
    other.page.close()
    page = reopen(till.page)

    expect(waiting_rows(page)).to_have_count(2)
    expect(waiting_rows(page).first).to_contain_text(f"Not paid yet: €4.80 {codes[0]}")
    page.get_by_role("button", name=f"Cancel sale {codes[0]}").click()
    expect(waiting_rows(page)).to_have_count(1)
    assert find_status(sql, codes[0]) == "canceled"
    Till(page).charge("610")
    codes.append(Till(page).read_short_code())
    page.goto("/till/activity/")
    row = page.get_by_role("row").filter(has_text=codes[1])
    row.get_by_role("button", name=f"Cancel sale {codes[1]}").click()
    expect(row).to_contain_text("Canceled")
    assert find_status(sql, codes[1]) == "canceled"
    page.get_by_role("link", name=f"Resume {codes[2]}").click()

    again = Till(page)
    assert again.read_short_code() == codes[2]
    phone.open(again.scan())
    expect(again.chip).to_have_text("Li W. is checking")
    page.goto("/till/activity/")
    # What a customer looks at is canceled only when it is asked for twice.
    button = page.locator("#sales [data-cancel]")
    button.click()
    expect(button).to_have_text("A customer is checking it. Cancel?")
    assert find_status(sql, codes[2]) == "claimed"
    button.click()
    expect(page.get_by_role("row").filter(has_text=codes[2])).to_contain_text("Canceled")
    phone.expect_state("canceled")


def test_as_many_tabs_of_a_till_sell_as_there_are(open_tab, phone):
    # Each listens to its desk and to its sale; a browser has six connections for all of them.
    tabs = [open_tab() for _ in range(4)]
    for tab, digits in zip(tabs, ("480", "520", "610", "770"), strict=True):
        tab.page.bring_to_front()
        tab.charge(digits)
    link = tabs[3].scan()
    tabs[0].page.bring_to_front()
    phone.open(link)
    phone.pay()

    # The one in sight is told of the other's.
    expect(paid_rows(tabs[0].page)).to_have_count(1)
    tabs[3].page.bring_to_front()
    tabs[3].expect_result("Paid")


def test_charged_without_network_there_is_a_way_out_and_nothing_is_left_open(till, watch, sql):
    watch.expect(CUT)
    before = sql(STILL_OPEN)
    lost: list[int] = []

    def lose_answer(route) -> None:
        # The first reaches the server, and no answer reaches the till.
        if not lost:
            lost.append(route.fetch().status)
        route.abort()

    till.page.route("**/api/v1/charges", lose_answer)
    till.type("480")
    till.page.locator("#charge").click()
    expect(till.banner).to_contain_text("sending the sale again, nobody can pay it yet")
    cancel = till.page.get_by_role("button", name="Cancel sale")
    expect(cancel).to_be_in_viewport(ratio=1)
    cancel.click()

    expect(till.banner).to_contain_text("Sale canceled. No code was shown")
    expect(till.page.locator("#charge")).to_have_text("Charge €4.80")
    with till.page.expect_response("**/cancel") as canceled:
        till.page.unroute_all()
    assert (lost, canceled.value.status) == ([201], 200)
    assert sql(STILL_OPEN) == before


def test_canceled_without_network_it_is_canceled_as_soon_as_there_is_one(till, watch, sql):
    watch.expect(CUT)
    till.charge("480")
    code = till.read_short_code()
    till.page.context.set_offline(True)
    expect(till.banner).to_contain_text(f"No connection: checking sale {code}")
    till.page.locator("#cancel").click()
    ask = till.page.get_by_role("dialog")
    expect(ask).to_contain_text("The customer may have paid, or may still pay.")
    ask.get_by_role("button", name="Cancel sale").click()
    expect(till.banner).to_contain_text(f"not canceled yet, checking sale {code}")
    till.page.context.set_offline(False)

    till.expect_result("Sale canceled", "Nothing was taken.")
    assert find_status(sql, code) == "canceled"


def test_today_is_the_shop_s_day_and_all_tills_and_turns_over_by_itself(till, phone, sql):
    today = till.page.locator("#today-count")
    before = int(today.text_content())
    till.charge("480")
    code = till.read_short_code()
    phone.open(till.scan())
    phone.pay()
    expect(today).to_have_text(str(before + 1))
    expect(till.page.locator("#today")).to_contain_text("All tills:")

    sql(
        "UPDATE pos_charge SET captured_at = captured_at - interval '1 day'"
        " WHERE short_code = %s",
        code.replace("-", ""),
    )

    expect(today).to_have_text(str(before))
