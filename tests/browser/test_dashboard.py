"""The dashboard of a shop with many currencies, of an empty one, and of who only reads."""

import io
import re

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.browser.layout import LANGUAGES, find_faults, speak
from tests.browser.screens import MINUS, Till
from tests.browser.shops import LINES, PASSWORD, SUMS, ask_for_shops
from tests.browser.windows import PHONE, TABLET

LISTS = [
    *("", "payments/", "settlements/", "reports/", "tills/", "stores/", "items/", "people/"),
]
CURRENCIES = ", ".join(SUMS)


@pytest.fixture(scope="package")
def facts(stack, tmp_path_factory):
    """One sale of the shop of many currencies, its refund and their settlement."""
    return ask_for_shops(stack, tmp_path_factory.mktemp("shops"))


@pytest.fixture
def sign_in(windows, facts):
    """Sign somebody in whose e-mail begins so."""

    def let_in(email, heading="Overview"):
        page = windows.open()
        page.goto("/dashboard/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        return page

    return let_in


@pytest.fixture
def owner(sign_in):
    return sign_in("owner@many.test")


def test_every_currency_is_shown_and_proved(owner):
    for title in ("Today", "Owed to you"):
        figures = owner.get_by_role("region", name=title, exact=True).locator(".mid")
        expect(figures).to_have_count(len(SUMS))
        for sign in ("CLP", "€", "IDR", "¥", "KWD"):
            expect(figures.filter(has_text=sign)).to_have_count(1)

    owner.goto("/dashboard/settlements/")

    expect(owner.get_by_text(f"Figures in {CURRENCIES}, each on its own.")).to_be_visible()
    expect(owner.locator(".eq")).to_have_count(len(SUMS))
    expect(owner.locator(".chip.ok")).to_have_text("Balanced")
    expect(owner.locator("p.line")).to_contain_text(CURRENCIES)


def test_closing_asks_first_for_every_currency(owner, sql):
    count = "SELECT count(*) FROM merchants_settlement"
    before = sql(count)
    owner.goto("/dashboard/settlements/")
    owner.get_by_role("link", name="Close a settlement now").click()

    expect(owner.get_by_role("heading", level=2)).to_have_count(len(SUMS))
    expect(owner.get_by_role("heading", level=2).first).to_contain_text("is paid out")
    expect(owner.locator("dl").first).to_contain_text("Payments (1)")
    expect(owner.locator("dl").first).to_contain_text("Due")
    expect(owner.get_by_role("button", name=f"Close {len(SUMS)} settlements")).to_be_visible()
    owner.get_by_role("link", name="Not now").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("Settlements")
    assert sql(count) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_large_sums_of_many_currencies_fit(owner, facts, language):
    faults = []
    pages = [*LISTS, f"settlements/{facts['settlement']}/", f"payments/{facts['charge']}/"]
    for page in [*pages, "settlements/close/"]:
        owner.goto(f"/dashboard/{page}")
        speak(owner, language)
        faults += [f"{page} {fault}" for fault in find_faults(owner)]

    assert faults == []


def test_an_empty_shop_is_a_checklist(sign_in):
    page = sign_in("owner@empty.test")
    for address in LISTS:
        page.goto(f"/dashboard/{address}")
        steps = page.get_by_role("region", name="Until the first sale").get_by_role("listitem")
        expect(steps).to_have_count(5)
        for language in LANGUAGES[1:]:
            speak(page, language)
            assert find_faults(page) == []
            page.reload()


def test_who_made_a_refund_when_and_by_which_reference(owner, facts):
    maker = "Mary Manager · Till EUR"
    date = re.compile(r"\d{1,2} \w{3} \d{4}, \d\d:\d\d:\d\d")
    owner.goto(f"/dashboard/payments/{facts['charge']}/")
    step = owner.locator(".time-line li").filter(has_text="Refund made")
    refund = owner.get_by_role("region", name="Refunds").locator("dt")
    for place in (step, refund):
        expect(place).to_contain_text(maker)
        expect(place).to_contain_text(facts["refund"])
        expect(place).to_contain_text(date)
    owner.goto(f"/dashboard/settlements/{facts['settlement']}/")

    row = owner.get_by_role("row").filter(has_text=facts["refund"])
    expect(row).to_contain_text(facts["code"])
    expect(row).to_contain_text(f"{MINUS}€411.52")
    for layout in ("program", "comma"):
        file = owner.request.get(
            f"/dashboard/settlements/{facts['settlement']}.csv?as={layout}"
        )
        (line,) = [line for line in file.text().splitlines() if facts["refund"] in line]
        assert "Till EUR" in line
        assert "Mary Manager" in line


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_settlement_on_paper_is_whole(owner, facts, scheme):
    owner.emulate_media(color_scheme=scheme)
    owner.goto(f"/dashboard/settlements/{facts['settlement']}/")
    owner.get_by_role("link", name="Print").click()
    expect(owner.get_by_role("button", name="Print")).to_be_visible()
    lines = owner.get_by_role("region", name="Every sale and refund in it")
    codes = lines.locator("tbody th").all_inner_texts()
    owner.evaluate("scheme => document.documentElement.dataset.theme = scheme", scheme)

    with pypdfium2.PdfDocument(io.BytesIO(owner.pdf(format="A4"))) as paper:
        # Where a page's letters stand far apart, the reader takes some for lines of their own.
        pages = [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in paper]
        # The paper's own white, and nothing but ink on it.
        shades = paper[0].render(scale=0.5).to_pil().convert("L")

    text = "".join(pages)
    assert len(codes) == LINES
    for code in {code.split()[0] for code in codes}:
        assert code in text
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"{number}/{len(pages)}" in page
        has_lines = any(code.split()[0] in page for code in codes)
        assert page.count("Gross") == has_lines
    for words in ("Byday", "Bystore", "Bytill", "Bycashier", "Totalnet", "Carriedover"):
        assert words in text
    for button in ("Print", "PDF", "Signout", "Theme", "Show", "Backtothesettlement"):
        assert button not in text
    assert shades.getextrema()[0] < 100


def test_a_receipt_on_paper_has_no_button(office):
    office.emulate_media(color_scheme="dark")
    office.goto("/dashboard/payments/?status=refunded")
    office.locator("tbody").get_by_role("link").first.click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("Payment")
    refund = office.get_by_role("region", name="Refunds").locator("bdi.code-text")
    reference = refund.first.inner_text()
    office.locator(".row").filter(has_text="Receipt").get_by_role("link").first.click()
    expect(office.get_by_text("Paid with Tessera.")).to_be_visible()
    expect(office.get_by_role("button", name="Print")).to_be_visible()

    with pypdfium2.PdfDocument(io.BytesIO(office.pdf(width="80mm"))) as paper:
        text = "".join(page.get_textpage().get_text_range() for page in paper)

    # A reference that is longer than the paper is wide goes on in the next line.
    assert reference in re.sub(r"\s", "", text)
    for button in ("Print", "Invariant"):
        assert button not in text


@pytest.mark.parametrize("who", ["accountant", "scoped"])
def test_nobody_sees_what_would_be_refused(sign_in, facts, who):
    """An accountant changes no sale; who was hired for one store looks at that one alone."""
    reads = who == "accountant"
    page = sign_in(f"{who}@many.test", heading="Overview" if reads else "Payments")
    whole = ["", "settlements/", f"settlements/{facts['settlement']}/"] if reads else []
    for address in [*whole, "payments/", "tills/", "stores/", f"payments/{facts['charge']}/"]:
        page.goto(f"/dashboard/{address}")
        if reads:
            # A form that only looks for something changes nothing.
            expect(page.locator("main form:not([method=get])")).to_have_count(0)
        hrefs = page.locator("a[href^='/dashboard/']").evaluate_all(
            "links => [...new Set(links.map((link) => link.pathname))]"
        )
        for href in hrefs[:15]:
            assert page.request.get(href).status == 200, href


def test_errors_of_the_shop_lead_back_to_the_shop(sign_in, windows, watch):
    watch.expect("status of 40")
    cashier = sign_in("cashier@many.test", heading="You may not open this page")
    expect(cashier.get_by_text("You are signed in as Mary Cashier.")).to_be_visible()
    cashier.goto("/dashboard/nothing/")
    expect(cashier.get_by_role("link", name="Go to the dashboard")).to_be_visible()
    cashier.go_back()
    cashier.get_by_role("button", name="Sign out").click()
    expect(cashier.get_by_role("heading", level=1)).to_have_text("Sign in to your shop")

    accountant = sign_in("accountant@many.test")
    accountant.goto("/dashboard/settlements/close/")
    accountant.get_by_role("link", name="Go to the dashboard").click()
    expect(accountant.get_by_role("heading", level=1)).to_have_text("Overview")

    stranger = windows.open()
    stranger.goto("/till/nothing/")
    expect(stranger.get_by_role("link", name="Go to the till")).to_be_visible()


def test_a_new_shop_opens_by_pages_alone(sign_in, windows):
    """Store, item, cashier, till: then a tablet is paired and charges the item."""
    page = sign_in("owner@fresh.test")
    steps = page.get_by_role("region", name="Until the first sale")
    steps.get_by_role("link", name="A store").click()
    page.get_by_role("link", name="Open the first store").click()
    for label, text in {"Name": "Pier", "Street": "Quay Street", "Number": "3"}.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("Postcode").fill("D02 X285")
    page.get_by_label("Town").fill("Dublin")
    expect(page.get_by_label("Country")).to_have_value("IE")
    page.get_by_role("button", name="Open the store").click()
    expect(page.get_by_text("3 Quay Street")).to_be_visible()

    steps.get_by_role("link", name="Something to sell").click()
    page.get_by_role("link", name="Add the first item").click()
    page.get_by_label("Name").fill("Flat white")
    page.get_by_label("Price in EUR").fill("3,8")
    expect(page.locator("#id_price-read")).to_have_text("= €3.80")
    page.get_by_label("Category").fill("Coffee")
    page.get_by_label("Yellow").check()
    page.get_by_role("button", name="Add the item").click()

    steps.get_by_role("link", name="Somebody at the till").click()
    page.get_by_role("link", name="Add a cashier").click()
    page.get_by_label("Name").fill("Ann")
    page.get_by_label("PIN").fill("482915")
    page.get_by_role("button", name="Add the cashier").click()

    steps.get_by_role("link", name="A till").click()
    page.get_by_role("link", name="Add a till").click()
    page.get_by_label("Name").fill("Bar")
    page.get_by_role("button", name="Add and show its code").click()
    code = page.locator(".pair-code").inner_text()

    tablet = windows.open(TABLET)
    tablet.goto("/till/pair/")
    tablet.get_by_label("Pairing code").fill(code)
    tablet.keyboard.press("Enter")
    till = Till(tablet)
    till.unlock({"name": "Ann", "pin": "482915"})
    tablet.get_by_role("tab", name="Items").click()
    expect(tablet.get_by_role("heading", name="Coffee")).to_be_visible()
    tablet.get_by_role("button", name="Flat white €3.80").click()
    tablet.locator("#charge").click()
    till.wait_for_code()


def test_rare_ways_are_under_more_and_the_bar_stays_low(owner):
    ways = owner.get_by_role("navigation", name="Dashboard")
    owner.set_viewport_size(PHONE)
    for here in ("", "payments/", "settlements/", "tills/", "stores/", "people/", "fees/"):
        address = f"/dashboard/{here}"
        owner.goto(address)
        # Two lines of 48 pixels and the gap between them.
        assert ways.bounding_box()["height"] <= 100, address
    expect(ways.get_by_role("link", name="Keys")).to_be_hidden()

    ways.locator("summary").focus()
    owner.keyboard.press("Enter")
    ways_before = ("Reports", "Bank account", "Accounting", "Fees", "Shop's look")
    for _way in (*ways_before, "Money at the bank", "Keys"):
        owner.keyboard.press("Tab")
    owner.keyboard.press("Enter")

    expect(owner.get_by_role("heading", level=1)).to_have_text("Keys")
    expect(ways.locator("summary")).to_have_css("font-weight", "600")


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_what_an_owner_types_into_fits(owner, language):
    faults = []
    owner.goto("/dashboard/people/")
    person = owner.get_by_role("link", name="Change: Mary Cashier").get_attribute("href")
    owner.goto("/dashboard/stores/")
    store = owner.get_by_role("link", name="Name, address, hours: Shop EUR").get_attribute(
        "href"
    )
    pages = ["stores/new/", "people/cashiers/new/", "invitations/new/", "keys/", "me/"]
    own = [person, store, f"{store}prices/", f"{store}discounts/"]
    for address in [*own, *(f"/dashboard/{page}" for page in pages)]:
        owner.goto(address)
        speak(owner, language)
        faults += [f"{address} {fault}" for fault in find_faults(owner)]

    assert faults == []
