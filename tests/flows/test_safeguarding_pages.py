"""Whoever is owed money sees where it is, and takes home a proof that it is counted."""

import json
import subprocess
import sys

import pytest

from banking.safeguarding import check_safeguarding
from merchants.models import Role
from servers.programs import ROOT
from tests import factories
from tests.banking import bank
from tests.banking.samples import Camt
from tests.banking.test_imports import bring
from tests.flows.routes import employ
from tests.flows.steps import make_operator, open_browser, open_wallet

pytestmark = pytest.mark.django_db
SCRIPT = ROOT / "docs" / "verify_safeguarding.py"
PAGE, PROOF = "/wallet/safeguarding/", "/wallet/safeguarding/proof.json"
SHOP, CONSOLE = "/dashboard/safeguarding/", "/console/safeguarding/"


@pytest.fixture
def phone(customer):
    return open_wallet(customer)


@pytest.fixture
def console(db):
    browser = open_browser()
    browser.force_login(make_operator())
    return browser


def state(closing):
    bank.find_account()
    bring(Camt(opening=closing, closing=closing).write())


def verify(proof):
    command = [sys.executable, "-I", str(SCRIPT), "-"]
    return subprocess.run(command, input=proof, capture_output=True, check=False)


def read(browser, page):
    answer = browser.get(page)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_the_first_report_the_page_says_so(phone):
    assert "There is no report yet" in read(phone, PAGE)
    assert phone.get(PROOF).status_code == 404


def test_a_customer_sees_the_own_amount_and_downloads_the_proof(phone):
    state("100.00")
    report = bank.report()

    text = read(phone, PAGE)
    proof = phone.get(PROOF)

    assert "Your money is at the bank" in text
    assert "All that is owed is at the bank, to the cent." in text
    assert report.hash_hex in text
    assert proof["Content-Disposition"] == 'attachment; filename="proof.json"'
    assert verify(proof.content).stdout.decode().startswith("OK: ")
    assert b"10000 minor units of EUR" in verify(proof.content).stdout


def test_money_that_is_missing_is_said(phone):
    state("60.00")
    bank.report()

    text = read(phone, PAGE)

    assert "€40.00 less is at the bank" in text
    assert "Your money is at the bank" not in text


def test_a_wallet_opened_since_is_told_so(db):
    bank.report()
    late = open_wallet(factories.open_customer())

    assert "opened after this report" in read(late, PAGE)
    assert late.get(PROOF).status_code == 404


def test_a_shop_downloads_its_proof(shop, customer):
    factories.sell(shop, customer, amount_minor=1000)
    bank.report()
    owner = employ(shop, Role.OWNER, store=None)

    text = read(owner, SHOP)
    proof = owner.get(SHOP, {"proof": "EUR"})

    assert "€10.00" in text or "10.00" in text
    accounts = {leaf["account_id"] for leaf in json.loads(proof.content)["leaves"]}
    assert str(shop.store.takings_account_id) in accounts
    assert len(accounts) == 2
    assert b"yours        1000 minor units" in verify(proof.content).stdout
    assert owner.get(SHOP, {"proof": "SEK"}).status_code == 404


def test_nobody_sees_the_accounts_of_another_shop(shop, customer):
    factories.sell(shop, customer, amount_minor=1000)
    bank.report()
    other = employ(factories.open_shop(), Role.OWNER, store=None)

    assert str(shop.store.takings_account_id) not in read(other, SHOP)
    # The other shop was opened after the report.
    assert other.get(SHOP, {"proof": "EUR"}).status_code == 404


def test_the_console_lists_reports_and_sends_them(console, customer):
    state("100.00")
    report = bank.report()

    text = read(console, CONSOLE)
    page = read(console, f"{CONSOLE}{report.public_id}/")
    file = console.get(f"{CONSOLE}{report.public_id}/report.json")

    assert "Signed reports" in text
    assert "is being made" not in text
    assert bytes(report.root).hex() in page
    assert file["Content-Disposition"] == 'attachment; filename="safeguarding-EUR-0001.json"'
    said = json.loads(file.content)
    assert (said["report"]["total_minor"], said["report_hash"]) == ("10000", report.hash_hex)
    assert console.get(f"{CONSOLE}sr_x/").status_code == 404


def test_the_console_says_that_a_report_is_being_made(console, customer):
    bank.find_account()
    check_safeguarding("EUR")

    assert "is being made" in read(console, CONSOLE)
