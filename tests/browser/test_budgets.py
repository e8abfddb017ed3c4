"""Pages stay small: what a phone has to fetch before it can pay, compressed, in bytes."""

import pytest

from tests.browser.windows import PHONE, TABLET

KB = 1024
# HTML, CSS, JavaScript, and how many requests; ux: speed budgets. Scripts are many and small;
# the pages name all of theirs, so that they come together and none waits for another.
TILL = (12 * KB, 10 * KB, 30 * KB, 18)
# The fifth is the one file of what every page needs.
PAY = (10 * KB, 8 * KB, 12 * KB, 5)
DASHBOARD = (25 * KB, 12 * KB, 35 * KB, 8)
KINDS = ("document", "stylesheet", "script")
NAMED = """() =>
  [...document.querySelectorAll('script[src], link[rel=modulepreload]')]
    .map((each) => each.src || each.href)"""
FETCHED = """() =>
  performance.getEntriesByType('resource').map((each) => each.name)
    .filter((name) => name.endsWith('.js'))"""


@pytest.fixture
def weigh():
    def load(page, address: str) -> tuple[int, ...]:
        answers = []

        def keep(answer) -> None:
            answers.append(answer)

        page.on("response", keep)
        page.goto(address, wait_until="load")
        page.remove_listener("response", keep)
        # A stream has no end, and what a script asks for later delays nothing.
        first = [answer for answer in answers if answer.request.resource_type in KINDS]
        assert all(answer.header_value("content-encoding") for answer in first)
        return *(sum_bytes(first, kind) for kind in KINDS), len(first)

    return load


def sum_bytes(answers, kind: str) -> int:
    requests = [answer.request for answer in answers if answer.request.resource_type == kind]
    sizes = [request.sizes()["responseBodySize"] for request in requests]
    assert min(sizes, default=1) > 0, "a window that has been here before fetches nothing"
    return sum(sizes)


def is_within(weight, budget) -> bool:
    return all(have <= allowed for have, allowed in zip(weight, budget, strict=True))


def test_the_till_is_small_and_names_each_script_it_needs(windows, unlocked, weigh):
    page = windows.open(TABLET, state=unlocked)
    weight = weigh(page, "/till/")

    later = page.evaluate(
        "Object.entries(document.getElementById('main').dataset)"
        ".map(([, value]) => value).filter((value) => value.endsWith('.js'))"
        ".map((value) => new URL(value, location).href)"
    )

    assert is_within(weight, TILL), weight
    assert set(page.evaluate(FETCHED)) - set(later) == set(page.evaluate(NAMED))


def test_the_pay_page_is_small_and_names_each_script_it_needs(till, phone, weigh):
    till.charge("480")
    address = till.scan()

    weight = weigh(phone.page, address)

    assert is_within(weight, PAY), weight
    assert set(phone.page.evaluate(FETCHED)) == set(phone.page.evaluate(NAMED))


def test_a_stranger_sees_what_is_to_be_paid_in_a_small_page(till, windows, weigh):
    till.charge("480")

    weight = weigh(windows.open(PHONE), till.scan())

    assert is_within(weight, PAY), weight


@pytest.mark.parametrize("page", ["payments/", "settlements/", "tills/", ""])
def test_a_list_of_the_dashboard_is_small(office, weigh, page):
    weight = weigh(office, f"/dashboard/{page}")

    assert is_within(weight, DASHBOARD), weight
