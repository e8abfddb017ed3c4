"""The dashboard's accounting: accounts are set once, and journals downloaded by days."""

import pytest

from merchants import views_accounting
from merchants.models import Book, BookAccount, Role
from tests import factories
from tests.flows.routes import employ
from tests.merchants.journals import keep_book

pytestmark = pytest.mark.django_db
LIST, PAGE = "/dashboard/accounting/", "/dashboard/accounting/datev/"
TYPED = {
    "adviser": "29098",
    "client": "055003",
    "account_length": "4",
    "year_begins": "1",
    "clearing": "1460",
    "sales": "8400",
    "refunds": "8400",
    "fees": "4970",
    "adjustments": "2300",
    "transit": "1361",
    "bank": "",
}


@pytest.fixture
def accountant(shop):
    return employ(shop, Role.ACCOUNTANT, store=None)


@pytest.fixture
def settled(shop, customer):
    shop.store.name = "Quay 北京"
    shop.store.save(update_fields=["name"])
    factories.sell(shop, customer, amount_minor=1000)
    return factories.settle(shop)


def read(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_accounts_are_set_by_the_accountant_and_again_changes_nothing(shop, accountant):
    assert "Not set up" in read(accountant, LIST)

    for _ in range(2):
        assert accountant.post(f"{PAGE}change/", TYPED).status_code == 302

    book = Book.objects.get()
    assert (book.merchant, book.format, book.currency) == (shop.merchant, "datev", "EUR")
    assert (book.adviser, book.client) == ("29098", "55003")
    assert dict(BookAccount.objects.values_list("purpose", "number")) == {
        name: TYPED[name] for name in list(TYPED)[4:]
    }
    assert "Set up, EUR" in read(accountant, LIST)
    assert 'value="4970"' in read(accountant, PAGE)


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("datev", {"sales": "84"}, "Type an account number of 4 to 9 digits."),
        ("datev", {"sales": "840000"}, "Accounts have 4 digits here"),
        ("datev", {"adviser": "1000"}, "Type the adviser&#x27;s number, 1001 to 9999999."),
        (
            "datev",
            {"client": "\N{FULLWIDTH DIGIT ONE}"},
            "Type the client&#x27;s number, 1 to 99999.",
        ),
        ("fec", {"siren": "732829321"}, "Type the nine digits of the SIREN."),
        ("fec", {"siren": "732829320", "sales": "9070"}, "Type an account of the French chart"),
        ("sage", {"tax_word": "VAT"}, "Type a tax code, T0 to T99."),
        ("xero", {"sales": "=1+1"}, "Type an account code of up to 10"),
        ("iif", {"sales": '"A\tB'}, "Type the account&#x27;s name as QuickBooks has it"),
        # A file in Windows-1252 could not be written, and the page not be shown.
        ("iif", {"sales": "Продажи"}, "Type the account&#x27;s name as QuickBooks has it"),
        ("quickbooks", {"sales": "@SUM(A1)"}, "Type the account&#x27;s name as QuickBooks"),
    ],
)
def test_what_a_format_refuses_stands_beside_its_field(accountant, key, typed, said):
    usual = TYPED if key == "datev" else {"currency": "EUR", "year_begins": "1"}

    answer = accountant.post(f"{LIST}{key}/change/", usual | typed)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Book.objects.exists()


def test_a_journal_is_shown_with_what_was_changed_and_downloaded(shop, accountant, settled):
    keep_book(shop.merchant, "datev")
    day = settled.period.last_day.isoformat()

    page = read(accountant, PAGE)
    assert "ST-0001-1" in page
    assert "Quay ??" in page
    assert "1 text is written otherwise" not in page
    assert "2 texts are written otherwise" in page

    answer = accountant.get(f"{PAGE}file/?first={day}&last={day}&settlement=")
    assert answer["Content-Type"] == "text/csv; charset=windows-1252"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="EXTF_Buchungsstapel_{day.replace("-", "")}_'
        f'{day.replace("-", "")}.csv"'
    )
    assert b"Sales, Quay ??" in answer.content
    by_number = accountant.get(f"{PAGE}file/?first=&last=&settlement={settled.public_id}")
    assert by_number.content.splitlines()[2:] == answer.content.splitlines()[2:]


def test_a_settlement_s_page_leads_to_its_journal(shop, accountant, settled, monkeypatch):
    monkeypatch.setattr(views_accounting, "_SETTLEMENTS_OFFERED", 0)
    keep_book(shop.merchant, "datev")
    asked = f"?settlement={settled.public_id}"

    assert f"{LIST}{asked}" in read(accountant, f"/dashboard/settlements/{settled.public_id}/")
    assert f"{PAGE}{asked}" in read(accountant, f"{LIST}{asked}")
    page = read(accountant, f"{PAGE}{asked}")
    assert f'value="{settled.public_id}" selected' in page
    assert "Payout of ST-0001" in page


def test_what_stands_against_a_journal_is_said_on_the_page(shop, accountant, settled):
    for address in (f"{PAGE}file/", f"{PAGE}file/?first=&last="):
        answer = accountant.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (422, "text/html; charset=utf-8")
    accountant.post(f"{PAGE}change/", TYPED | {"sales": "", "fees": ""})
    day = settled.period.last_day.isoformat()

    answer = accountant.get(f"{PAGE}file/?first={day}&last={day}")
    assert answer.status_code == 422
    assert "No accounts are set for: Sales and Fees." in answer.content.decode()
    assert "No accounts are set for: Sales and Fees." in read(accountant, PAGE)
    for first, last, said in (
        ("", "", "Choose a settlement, or a first and a last day."),
        ("2026-03-02", "2026-03-01", "Choose a last day after the first one, within a year."),
        ("2025-01-01", "2026-01-02", "Choose a last day after the first one, within a year."),
        ("0001-01-01", "0001-01-01", "Choose days from the year 2000 on."),
        ("2026-02-30", "2026-03-01", "Type a day such as 2026-11-30."),
    ):
        page = read(accountant, f"{PAGE}?first={first}&last={last}")
        assert said in page, first


def test_another_shop_s_settlement_and_books_are_not_there(shop, accountant, customer):
    other = factories.open_shop()
    factories.sell(other, customer, amount_minor=500)
    foreign = factories.settle(other)
    keep_book(other.merchant, "datev")
    keep_book(shop.merchant, "datev")
    factories.sell(shop, customer, amount_minor=700)
    factories.settle(shop)

    answer = accountant.get(f"{PAGE}file/?first=&last=&settlement={foreign.public_id}")

    assert answer.status_code == 422
    assert "5,00" not in answer.content.decode()
    assert accountant.get(f"{LIST}nothing/").status_code == 404


def test_a_manager_reads_the_accounts_and_cannot_change_them(shop, settled):
    manager = employ(shop, Role.MANAGER, store=None)
    assert "Nobody has set this program up" in read(manager, PAGE)
    keep_book(shop.merchant, "datev")

    page = read(manager, PAGE)

    assert "8400" in page
    assert "change/" not in page
    assert manager.post(f"{PAGE}change/", TYPED).status_code == 403


def test_books_in_a_currency_without_settlements_say_so(shop, accountant, settled):
    keep_book(shop.merchant, "xero", currency="SEK")

    page = read(accountant, f"{LIST}xero/")

    assert "Nothing is settled in SEK yet." in page
    assert accountant.get(f"{LIST}xero/file/").status_code == 422
