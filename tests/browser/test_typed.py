"""What is typed into a page: the script reads as the server does, in every kind of currency."""

import json
import re
import sys
from pathlib import Path
from unicodedata import category

import pytest
from playwright.sync_api import expect

from ledger.money import find_exponent
from tests.browser.moneys import CURRENCIES, open_shops, remember_till, sell
from tests.browser.windows import PHONE, TABLET, remember
from tests.scripts import ARABIC, FULL_WIDTH

TABLE = json.loads(Path(__file__).parents[1].joinpath("ledger/typed_amounts.json").read_text())
READ_ALL = """async (cases) => {
  const { readAmount } = await import("/static/js/amounts.js");
  return cases.map(([currency, text, exponent]) => {
    const read = readAmount(text, { currency, exponent });
    return read.minor ?? read.refusal;
  });
}"""
ARTICLES = json.loads(Path(__file__).parents[1].joinpath("pos/articles.json").read_text())
READ_ARTICLES = """async (cases) => {
  const { readArticle } = await import("/static/js/typed.js");
  return cases.map(readArticle);
}"""
FOLD = """async (text) => (await import("/static/js/typed.js")).foldDigits(text)"""
# What a customer pays, what is typed to refund a part of it, and how both are shown.
REFUNDS = {
    "JPY": (6800, "50", 50, "¥50"),
    "CLP": (1990, "1.900", 1900, "CLP 1,900"),
    "EUR": (123_450, "1.234,5", 123_450, "€1,234.50"),
    "IDR": (150_000_000, "1,500,000.00", 150_000_000, "IDR 1,500,000.00"),
    "KWD": (1500, "1.234", 1234, "KWD 1.234"),
}


@pytest.fixture(scope="module")
def shops(stack):
    return open_shops(stack)


def squeeze(text):
    """Take the blanks out: after a currency's code the browser writes one, the server none."""
    return re.sub(r"\s", "", text)


def test_the_script_reads_articles_as_the_server_does(windows):
    page = windows.open(PHONE)
    page.goto("/wallet/sign-in/")

    read = page.evaluate(READ_ARTICLES, [typed for typed, _ in ARTICLES])

    assert read == [number for _, number in ARTICLES]


def test_the_script_reads_amounts_as_the_server_does(windows):
    page = windows.open(PHONE)
    page.goto("/wallet/sign-in/")
    cases = [[currency, typed, find_exponent(currency)] for currency, typed, _ in TABLE]

    read = page.evaluate(READ_ALL, cases)

    wrong = [(*case, got) for case, got in zip(TABLE, read, strict=True) if case[2] != got]
    assert wrong == []


def test_the_script_knows_the_digits_of_every_script(windows):
    page = windows.open(PHONE)
    page.goto("/wallet/sign-in/")
    digits = [chr(point) for point in range(sys.maxunicode + 1) if category(chr(point)) == "Nd"]

    assert len(digits) > 600
    assert page.evaluate(FOLD, "".join(digits)) == "0123456789" * (len(digits) // 10)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_the_refund_sheet_refunds_what_is_typed(shops, windows, stack, sql, currency):
    sold, typed, refunded, shown = REFUNDS[currency]
    shop = shops[currency]
    sell(stack, shop, sold)
    page = windows.open(TABLET, state=remember_till(sql, stack, shop))
    page.goto("/till/activity/")
    page.get_by_role("button", name=re.compile("^Refund")).first.click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("Amount").fill("1,234" if currency == "KWD" else "12.3456")
    sheet.locator("#r-send").click()
    expect(sheet.locator("#r-amount-error")).to_have_text(
        re.compile("can be read in two ways|decimals")
    )
    assert sheet.get_by_label("Amount").input_value() in {"1,234", "12.3456"}
    sheet.get_by_label("Amount").fill(typed)

    sent = sheet.locator("#r-send")
    assert squeeze(sent.inner_text()) == squeeze(f"Refund{shown}")
    sent.click()

    title = sheet.locator("#r-done-title")
    expect(title).to_be_visible()
    assert squeeze(title.inner_text()) == squeeze(f"Refunded{shown}")
    newest = sql("SELECT amount_minor, currency FROM pos_refund ORDER BY id DESC LIMIT 1")
    assert newest == [(refunded, currency)]


@pytest.mark.parametrize(
    ("currency", "typed", "understood"),
    [
        ("JPY", "480".translate(ARABIC), "= ¥480"),
        ("CLP", "1.990", "= CLP 1,990"),
        ("EUR", "4.80".translate(FULL_WIDTH), "= €4.80"),
        ("IDR", "4,80", "= IDR 4.80"),
        ("KWD", "1,234", "“1,234” can be read in two ways. Leave out the mark of thousands"),
        ("KWD", "0,480", "= KWD 0.480"),
    ],
)
def test_a_counter_code_shows_what_it_understood_before_it_counts(
    shops, windows, stack, currency, typed, understood
):
    shop = shops[currency]
    page = windows.open(PHONE, state=remember(stack.url, "tessera_wallet", shop.wallet))
    page.goto(shop.code)
    page.locator("#amount").fill(typed)

    expect(page.locator("#amount-read")).to_be_visible()
    assert squeeze(page.locator("#amount-read").inner_text()).startswith(squeeze(understood))
    if understood.startswith("="):
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("#pay-button")).to_be_visible()
        assert squeeze(page.locator("#pay-button").inner_text()).endswith(
            squeeze(understood[2:])
        )
        page.locator("#decline").click()
