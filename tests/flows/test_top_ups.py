"""A customer announces a top-up, pays it at the bank, and sees it arrive."""

import re

import pytest

from banking import booking, imports, inbox
from banking.models import BankAccount, Expectation
from ledger.queries import read_balance
from qr.dialects.epc import DIALECT
from qr.image import draw_modules
from tests.banking import bank
from tests.banking.samples import Camt, Ntry, Tx
from tests.flows.steps import open_wallet, sign_id
from wallet.forms_top_ups import TopUpForm
from wallet.top_ups import write_slip

pytestmark = pytest.mark.django_db
PAGE = "/wallet/top-up/"


@pytest.fixture(autouse=True)
def account(db):
    return bank.find_account()


@pytest.fixture
def browser(customer):
    return open_wallet(customer)


def announce(browser, amount="25.00", *, number=1):
    return browser.post(PAGE, {"amount": amount, "made_id": sign_id(TopUpForm, number)})


def read_version(answer):
    [version] = re.findall(r'data-version="(\w+)"', answer.content.decode())
    return version


def arrive(reference, amount="25.00"):
    tx = Tx(amount=amount, reference=reference)
    entry = str(Ntry(amount, bank=reference, txs=(tx,)))
    content = Camt(kind="054", entries=(entry,)).write()
    inbox.keep_upload(content, name="a.xml", by=bank.make_user())
    imports.read_waiting_files()
    booking.book_entries()


def test_the_page_says_how_to_pay(browser, account):
    answer = browser.get(announce(browser)["Location"])

    expectation = Expectation.objects.get()
    text = answer.content.decode()
    assert "Waiting for your payment" in text
    assert "DE89 3704 0044 0532 0130 00" in text
    assert account.holder in text
    assert f'data-copy="{expectation.reference}"' in text
    assert expectation.amount_minor == 2500


def test_the_code_is_what_a_banking_app_reads(customer, browser, account):
    answer = browser.get(announce(browser, "1.234,50")["Location"])

    expectation = Expectation.objects.get()
    slip = write_slip(expectation)
    assert slip
    request = DIALECT.decode(slip.code).request
    assert request
    assert (request.amount_minor, request.currency) == (123450, "EUR")
    assert request.reference == expectation.reference
    assert [(each.kind, each.value) for each in request.accounts] == [
        ("iban", account.iban),
        ("bic", account.bic),
    ]
    assert request.payee_name == account.holder
    # No name that a customer typed.
    assert customer.wallet.user.name not in slip.code
    assert draw_modules(slip.code)[1] in answer.content.decode()


def test_what_arrived_is_shown_on_its_page_in_the_list_and_in_the_wallet(customer, browser):
    before = read_balance(customer.wallet.account_id)
    page = announce(browser)["Location"]
    waiting = read_version(browser.get(page))

    arrive(Expectation.objects.get().reference)

    text = browser.get(page).content.decode()
    assert "€25.00 arrived" in text
    assert read_version(browser.get(page)) != waiting
    assert "Arrived" in browser.get(PAGE).content.decode()
    assert read_balance(customer.wallet.account_id) == before + 2500
    assert "Top-up" in browser.get("/wallet/").content.decode()


def test_another_amount_arrives_as_it_is(browser):
    page = announce(browser)["Location"]

    arrive(Expectation.objects.get().reference, "20.00")

    assert "€20.00 arrived" in browser.get(page).content.decode()


def test_the_form_sent_twice_announces_once(browser):
    pages = {announce(browser)["Location"] for _ in range(2)}

    assert len(pages) == 1
    assert Expectation.objects.count() == 1


def test_a_form_that_was_kept_asks_again(browser):
    announce(browser)

    answer = announce(browser, "30.00")

    assert answer.status_code == 422
    assert "made with this form already" in answer.content.decode()
    assert Expectation.objects.count() == 1


@pytest.mark.parametrize("amount", ["", "0", "-5", "abc", "1.234", "10000.01", "9" * 39])
def test_what_is_no_amount_announces_nothing(browser, amount):
    answer = announce(browser, amount)

    assert answer.status_code == 422
    assert not Expectation.objects.exists()


def test_nobody_announces_without_end(browser):
    for number in range(20):
        assert announce(browser, number=number).status_code == 302

    answer = announce(browser, number=20)

    assert answer.status_code == 422
    assert Expectation.objects.count() == 20


def test_another_s_top_up_is_not_there(browser, another):
    page = announce(open_wallet(another))["Location"]

    assert browser.get(page).status_code == 404


@pytest.mark.parametrize("reference", ["tu_x", "po_0000000000000000000000000a", "x" * 300])
def test_what_is_no_reference_is_not_there(browser, reference):
    assert browser.get(f"{PAGE}{reference}/").status_code == 404


def test_without_an_account_the_page_says_so(browser):
    page = announce(browser)["Location"]
    BankAccount.objects.update(is_in_use=False)

    assert "no bank account" in browser.get(PAGE).content.decode()
    assert "no bank account" in browser.get(page).content.decode()


def test_strangers_sign_in_first(client):
    assert client.get(PAGE)["Location"].startswith("/wallet/sign-in/")


def test_the_wallet_leads_there(browser):
    assert f'href="{PAGE}"' in browser.get("/wallet/").content.decode()
