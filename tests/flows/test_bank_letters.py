"""What the bank did is told once to whom it concerns, and never what was rolled back."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from banking.models import Expectation, Order
from banking.orders import book_order, refuse_order, return_order
from relay.letters import send_due_letters
from relay.models import Letter
from tests import factories
from tests.banking import bank
from tests.banking.samples import Camt, Ntry, Tx
from tests.banking.test_imports import bring
from tests.flows.steps import open_wallet, sign_id
from wallet.forms_top_ups import TopUpForm

pytestmark = pytest.mark.django_db
PAGE = "/wallet/top-up/"


def read_letters():
    """Send what waits; return to whom, the subject and the text of each."""
    send_due_letters()
    return [(letter.to[0], letter.subject, str(letter.body)) for letter in mail.outbox]


@pytest.fixture
def redemption(customer):
    order = bank.redeem(customer)
    bank.send()
    order.refresh_from_db()
    return order


def book(order):
    book_order(order, bank.enter(order, -order.amount_minor))


def give_back(order):
    return_order(order, bank.enter(order, order.amount_minor, reason_code="AC04"))


def test_a_customer_is_told_that_the_money_was_paid_out(customer, redemption):
    book(redemption)

    [(address, subject, text)] = read_letters()

    assert address == customer.wallet.user.email
    assert subject == "€10.00 was paid to your bank account"
    assert redemption.creditor_iban[-4:] in text
    assert redemption.creditor_iban not in text
    [link] = [word for word in text.split() if word.startswith("http")]
    assert open_wallet(customer).get(urlsplit(link).path).status_code == 200


def test_a_customer_is_told_that_the_money_came_back(customer, redemption):
    book(redemption)
    give_back(redemption)

    (_, _, _), (address, subject, text) = read_letters()

    assert (address, subject) == (customer.wallet.user.email, "€10.00 is back in your wallet")
    assert "AC04" in text


def test_a_refusal_is_told_once(redemption):
    assert refuse_order(redemption, reason_code="AC01")
    assert not refuse_order(redemption, reason_code="AC01")

    [(_, subject, text)] = read_letters()
    read_letters()

    assert subject == "€10.00 is back in your wallet"
    assert "AC01" in text
    assert len(mail.outbox) == 1


def test_what_is_rolled_back_is_not_told(redemption):
    with transaction.atomic():
        refuse_order(redemption, reason_code="AC01")
        transaction.set_rollback(True)

    assert not Letter.objects.exists()


@pytest.fixture
def payout(shop, customer):
    factories.name_bank_account(shop.merchant)
    factories.sell(shop, customer, amount_minor=1000)
    settlement = factories.settle(shop)
    bank.send()
    return Order.objects.get(subject=settlement.pk)


def test_a_shop_is_told_that_a_payout_came_back(shop, payout):
    owner = factories.hire_person(shop, role="owner")
    manager = factories.hire_person(shop, role="manager")
    factories.hire_person(shop, role="accountant")
    factories.add_cashier(shop)
    book(payout)
    give_back(payout)

    letters = read_letters()

    assert {to for to, _, _ in letters} == {owner.user.email, manager.user.email}
    assert {subject for _, subject, _ in letters} == {"Your payout of €9.94 came back"}
    assert all("AC04" in text and "/dashboard/settlements/" in text for _, _, text in letters)


def test_a_shop_is_told_that_a_payout_was_refused(shop, payout):
    owner = factories.hire_person(shop, role="owner")

    refuse_order(payout, reason_code="AC01")

    [(address, _, text)] = read_letters()
    assert address == owner.user.email
    assert "AC01" in text


def test_money_of_nobody_is_told_to_nobody(db):
    order = bank.make_sent_order()
    refuse_order(order, reason_code="AC01")

    assert not Letter.objects.exists()


@pytest.fixture
def browser(customer):
    bank.find_account()
    return open_wallet(customer)


def announce(browser, **more):
    fields = {"amount": "25.00", "made_id": sign_id(TopUpForm, 1)}
    return browser.post(PAGE, fields | more)["Location"]


def tell(kind, *, status="BOOK", number=1):
    reference = Expectation.objects.get().reference
    tx = Tx(amount="25.00", reference=reference)
    entry = str(Ntry("25.00", bank=f"{reference}{number}", status=status, txs=(tx,)))
    return bring(Camt(kind=kind, entries=(entry,)).write())


def test_who_wants_it_is_told_that_a_top_up_has_arrived(browser, customer):
    announce(browser, wants_letter="on")
    tell("054")
    # A second payment under the reference, days later, is no news that anybody asked for.
    Letter.objects.update(created_at=timezone.now() - timedelta(days=3))
    tell("054", number=2)

    [(address, subject, text)] = read_letters()

    assert (address, subject) == (customer.wallet.user.email, "€50.00 is in your wallet")
    assert "/wallet/top-up/tu_" in text


def test_who_does_not_want_it_is_not_told(browser):
    announce(browser)
    tell("054")

    assert not Letter.objects.exists()


def test_a_top_up_waits_is_on_its_way_and_arrives(browser):
    page = announce(browser)
    assert "Waiting for your payment" in browser.get(page).content.decode()
    assert "Waiting for your payment" in browser.get(PAGE).content.decode()

    tell("054", status="PDNG")
    on_its_way = browser.get(page).content.decode()
    tell("054")
    arrived = browser.get(page).content.decode()

    assert "On its way" in on_its_way
    assert 'data-version="seen"' in on_its_way
    assert "€25.00 arrived" in arrived


def test_a_pending_payment_of_nobody_is_seen_by_nobody(browser):
    announce(browser)
    entry = Ntry(
        "25.00", status="PDNG", txs=(Tx(amount="25.00", reference="RF18539007547034"),)
    )
    bring(Camt(kind="054", entries=(str(entry),)).write())

    assert Expectation.objects.get().seen_at is None
