"""A customer takes money out: held at once, to an own account, canceled until it leaves."""

import re
import uuid

import pytest

from banking.dispatch import send_due_files
from banking.models import Order, OrderStatus
from banking.orders import book_order, refuse_order, return_order
from banking.runs import hand_over
from ledger.queries import read_available, read_balance
from tests import factories
from tests.banking import bank
from tests.broken import find_broken
from tests.flows.steps import open_browser, open_wallet
from wallet.forms_redemption import RedemptionForm
from wallet.freezing import freeze

pytestmark = pytest.mark.django_db

PAGE = "/wallet/redeem/"
TYPED = {
    "amount": "40,00",
    "iban": "DE89 3704 0044 0532 0130 00",
    "holder": "Wei LI",
    "pin": factories.PIN,
}


@pytest.fixture
def phone(customer):
    return open_wallet(customer)


def ask(phone, **typed):
    return phone.post(PAGE, TYPED | typed)


def test_request_holds_the_amount_and_shows_how_far_it_is(phone, customer):
    answer = ask(phone)

    order = Order.objects.get(source_account=customer.wallet.account_id)
    assert answer["Location"] == f"{PAGE}{order.public_id}/"
    assert (order.amount_minor, order.creditor_name) == (4000, "Wei LI")
    account_id = customer.wallet.account_id
    assert (read_balance(account_id), read_available(account_id)) == (10_000, 6000)
    assert "Requested" in phone.get(answer["Location"]).content.decode()
    home = phone.get("/wallet/").content.decode()
    assert f'<a href="{answer["Location"]}">€40.00 waits to leave' in home
    assert find_broken() == {}


def test_page_follows_the_order_to_the_bank_and_back(phone, customer):
    address = ask(phone)["Location"]
    order = Order.objects.get(source_account=customer.wallet.account_id)

    def read():
        return phone.get(address).content.decode()

    bank.release()
    assert "Cancel" not in read()
    order.refresh_from_db()
    assert order.file is not None
    hand_over(order.file, by=bank.make_user())
    send_due_files()
    assert "Sent to the bank" in read()
    order.refresh_from_db()
    book_order(order, bank.enter(order, -4000))
    assert "Paid out" in read()
    return_order(order, bank.enter(order, 4000, reason_code="AC04"))
    page = read()
    assert "back in your wallet" in page
    assert "The account is closed. (AC04)" in page
    home = phone.get("/wallet/").content.decode()
    assert "To your bank account" in home
    assert "Came back from the bank" in home


def test_refused_redemption_is_back_in_the_wallet(phone, customer):
    address = ask(phone)["Location"]
    bank.send()
    order = Order.objects.get(source_account=customer.wallet.account_id)

    refuse_order(order, reason_code="AC01")

    assert read_balance(customer.wallet.account_id) == 10_000
    assert "Refused by the bank" in phone.get(address).content.decode()


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"holder": "Ana Silva"}, 422, "account of your own"),
        ({"holder": "Li"}, 422, "account of your own"),
        ({"pin": "111111"}, 403, "tries"),
        ({"pin": "12"}, 422, "Type six digits"),
        ({"amount": "100.01"}, 422, "too little money"),
        ({"amount": "0"}, 422, "more than zero"),
        ({"amount": "1.234"}, 422, "two ways"),
        ({"iban": "DE88370400440532013000"}, 422, "no valid IBAN"),
        ({"iban": "BR1500000000000010932840814P2"}, 422, "do not reach"),
        ({"iban": "CH9300762011623852957"}, 422, "town and country"),
        ({"iban": ""}, 422, "account number"),
    ],
)
def test_what_cannot_be_paid_out_is_refused_beside_its_field(
    phone, customer, nothing_moved, typed, status, words
):
    answer = ask(phone, **typed)

    page = answer.content.decode()
    assert (answer.status_code, words in page) == (status, True)
    assert factories.PIN not in page
    assert not Order.objects.filter(source_account=customer.wallet.account_id).exists()
    assert read_available(customer.wallet.account_id) == 10_000
    assert nothing_moved()


def test_account_outside_the_area_is_paid_with_an_address(phone, customer):
    refused = ask(phone, iban="CH9300762011623852957")
    assert 'name="town"' in refused.content.decode()

    answer = ask(phone, iban="CH9300762011623852957", town="Bern", country="CH")

    assert answer.status_code == 302
    order = Order.objects.get(source_account=customer.wallet.account_id)
    assert (order.town, order.country) == ("Bern", "CH")


def test_form_sent_twice_holds_once(phone, customer):
    made_id = RedemptionForm.sign_id(uuid.uuid4())

    answers = [ask(phone, made_id=made_id) for _ in range(2)]

    assert answers[0]["Location"] == answers[1]["Location"]
    assert read_available(customer.wallet.account_id) == 6000
    other = ask(phone, made_id=made_id, amount="41,00")
    assert other.status_code == 409
    assert read_available(customer.wallet.account_id) == 6000
    carried = re.search(r'name="made_id" value="([^"]+)"', other.content.decode())
    assert carried is not None
    assert ask(phone, made_id=carried[1], amount="41,00").status_code == 302


def test_redemption_is_canceled_once_and_its_money_free(phone, customer):
    address = ask(phone)["Location"]

    for _ in range(2):
        assert phone.post(f"{address}cancel/").status_code == 302

    assert read_available(customer.wallet.account_id) == 10_000
    assert "Canceled" in phone.get(address).content.decode()
    assert find_broken() == {}


def test_what_is_on_its_way_is_not_canceled(phone, customer, nothing_moved):
    address = ask(phone)["Location"]
    bank.release()

    answer = phone.post(f"{address}cancel/")

    assert answer.status_code == 409
    assert "can no longer be canceled" in answer.content.decode()
    order = Order.objects.get(source_account=customer.wallet.account_id)
    assert order.status == OrderStatus.PENDING


def test_nothing_leaves_a_frozen_wallet_and_what_waits_is_canceled(phone, customer):
    first, second = ask(phone, amount="10")["Location"], ask(phone, amount="20")["Location"]
    bank.release()
    ask(phone, amount="5")

    freeze(customer.wallet)

    refused = ask(phone)
    assert refused.status_code == 403
    assert "This wallet is frozen" in refused.content.decode()
    orders = Order.objects.filter(source_account=customer.wallet.account_id).order_by("id")
    assert [order.status for order in orders] == ["pending", "pending", "canceled"]
    assert read_available(customer.wallet.account_id) == 7000
    assert phone.get(first).status_code == phone.get(second).status_code == 200


def test_somebody_else_s_redemption_is_not_there(phone, another):
    address = ask(phone)["Location"]
    stranger = open_wallet(another)

    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}cancel/").status_code == 404
    assert open_browser().get(PAGE).status_code == 302


def test_all_of_it_is_one_tap_and_the_last_account_is_kept(phone):
    ask(phone)

    page = phone.get(f"{PAGE}?all").content.decode()

    assert 'value="60.00"' in page
    assert "DE89 3704 0044 0532 0130 00" in page
    assert "Earlier ones" in page
