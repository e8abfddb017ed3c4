"""The dashboard's pages of the bank account and of payouts."""

import uuid

import pytest
from django.test import Client

from banking.models import Order
from banking.orders import refuse_order
from merchants.forms_bank import BankAccountForm
from merchants.models import PayoutAccount, Role, StaffMember
from merchants.queries import find_payout_account
from tests import factories
from tests.banking import bank
from tests.flows.steps import open_browser

pytestmark = pytest.mark.django_db

PAGE, NEW = "/dashboard/bank-account/", "/dashboard/bank-account/new/"
TYPED = {
    "iban": "ie29 aibk 9311 5212 3456 78",
    "holder": "Pier Foods Ltd",
    "street": "Quay Street",
    "building_number": "3",
    "postcode": "D02 X285",
    "town": "Dublin",
    "country": "IE",
}


def enter(shop, role=Role.OWNER, name="") -> tuple[StaffMember, Client]:
    person = factories.hire_person(shop, role=role)
    if name:
        person.user.name = name
        person.user.save()
    browser = open_browser()
    browser.force_login(person.user)
    return person, browser


def test_owner_names_the_account_and_its_bank_is_shown(shop):
    _, owner = enter(shop)
    assert b"Name the account" in owner.get(PAGE).content

    answer = owner.post(NEW, TYPED)

    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    page = owner.get(PAGE).content.decode()
    assert "IE29 AIBK 9311 5212 3456 78" in page
    assert "Allied Irish Banks" in page


def test_form_sent_twice_names_one_account(shop):
    _, owner = enter(shop)
    made_id = BankAccountForm.sign_id(uuid.uuid4())

    for _ in range(2):
        assert owner.post(NEW, TYPED | {"made_id": made_id}).status_code == 302

    assert PayoutAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"iban": "IE28AIBK93115212345678"}, "no valid IBAN"),
        ({"iban": "BR1500000000000010932840814P2"}, "do not reach"),
        ({"iban": ""}, "Type the account number"),
        ({"holder": "李伟"}, "Latin"),
        ({"town": ""}, "Type the town"),
        ({"street": "ß" * 40}, "too long"),
    ],
)
def test_what_no_bank_takes_is_refused_beside_its_field(shop, typed, words):
    _, owner = enter(shop)

    answer = owner.post(NEW, TYPED | typed)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not PayoutAccount.objects.exists()


def test_change_is_confirmed_by_a_second_person_on_the_page(shop):
    _, owner = enter(shop, name="Mary Nolan")
    _, manager = enter(shop, Role.MANAGER, name="Sam Doyle")
    owner.post(NEW, TYPED)
    owner.post(NEW, TYPED | {"iban": bank.IBAN})
    change = PayoutAccount.objects.order_by("id").last()
    assert change is not None
    confirm = f"{PAGE}{change.public_id}/confirm/"
    assert "A change waits" in owner.get(PAGE).content.decode()

    refused = owner.post(confirm)
    assert refused.status_code == 409
    assert "second person" in refused.content.decode()
    assert manager.post(confirm).status_code == 302

    assert find_payout_account(shop.merchant.id) == change
    assert "Sam Doyle" in owner.get(PAGE).content.decode()
    assert owner.post(f"{PAGE}{change.public_id}/withdraw/").status_code == 409


def test_change_is_withdrawn_on_the_page_and_stays_in_the_history(shop):
    _, owner = enter(shop)
    first = factories.name_bank_account(shop.merchant)
    change = factories.name_bank_account(shop.merchant)

    assert owner.post(f"{PAGE}{change.public_id}/withdraw/").status_code == 302

    page = owner.get(PAGE).content.decode()
    assert "A change waits" not in page
    assert "Withdrawn" in page
    assert find_payout_account(shop.merchant.id) == first


def test_account_of_another_shop_is_not_there(shop):
    _, owner = enter(shop)
    other = factories.open_shop()
    factories.name_bank_account(other.merchant)
    change = factories.name_bank_account(other.merchant)

    assert owner.post(f"{PAGE}{change.public_id}/withdraw/").status_code == 404


def test_payout_s_state_is_on_the_pages_and_in_the_api(shop, customer):
    _, owner = enter(shop)
    factories.sell(shop, customer)
    settlement = factories.settle(shop)
    page = f"/dashboard/settlements/{settlement.public_id}/"
    assert "Waits for a bank account" in owner.get(page).content.decode()

    factories.name_bank_account(shop.merchant)

    for address in (page, "/dashboard/settlements/", "/dashboard/"):
        assert "Ordered" in owner.get(address).content.decode(), address
    answer = Client().get(
        f"/api/v1/settlements/{settlement.public_id}",
        headers={"Host": "pay.test", "Authorization": f"Bearer {shop.key}"},
    )
    assert answer.json()["payout_status"] == "pending"


def test_refused_payout_is_paid_again_by_one_press(shop, customer):
    _, owner = enter(shop)
    factories.name_bank_account(shop.merchant)
    factories.sell(shop, customer)
    settlement = factories.settle(shop)
    bank.send()
    order = Order.objects.get(subject=settlement.pk)
    refuse_order(order, reason_code="AC04")
    page = f"/dashboard/settlements/{settlement.public_id}/"
    shown = owner.get(page).content.decode()
    assert "The account is closed. (AC04)" in shown

    for _ in range(2):
        owner.post(f"{page}pay-again/", {"order": order.public_id})

    assert Order.objects.filter(subject=settlement.pk).count() == 2
    late = owner.post(f"{page}pay-again/", {"order": "po_unknown"})
    assert "on its way already" in owner.get(late["Location"]).content.decode()
