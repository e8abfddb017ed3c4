"""A customer opens a wallet, or forgot its PIN: a code proves the address."""

import pytest
from django.core import mail

from demo.texts import show_among_mail
from identity.models import Session, User, Verification
from identity.pins import is_pin_of
from identity.tries import name_nobody
from identity.verifications import derive_code
from merchants.models import Role
from qr.links import encode_token
from relay.letters import send_due_letters
from relay.models import Letter
from tests import factories
from tests.flows.steps import open_browser, open_wallet, sign_in
from wallet.models import Wallet

pytestmark = pytest.mark.django_db
JOIN, FORGOTTEN = "/wallet/join/", "/wallet/pin/"
TYPED = {"name": "Li  Wei", "address": "Li@Mail.test"}
PINS = {"pin": "482915", "again": "482915"}


def begin(browser, way=JOIN, **typed):
    """Ask for a code; return the page that takes it, and the code that was sent."""
    answer = browser.post(way, TYPED | typed)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"], derive_code(Verification.objects.latest("id").pk)


def test_a_wallet_is_opened_with_a_code_and_a_pin():
    browser = open_browser()
    page, code = begin(browser)
    send_due_letters()
    assert mail.outbox[0].to == ["li@mail.test"]
    assert f"{code[:4]} {code[4:]}" in str(mail.outbox[0].body)

    browser.post(page, {"code": f" {code[:4]}-{code[4:]} "})
    answer = browser.post(page, PINS)

    wallet = Wallet.objects.get(user__email="li@mail.test")
    assert answer["Location"] == "/wallet/"
    assert "Until your first payment" in browser.get("/wallet/").content.decode()
    assert (wallet.user.name, wallet.currency) == ("Li Wei", "EUR")
    assert is_pin_of(wallet.user_id, "482915")
    assert sign_in("li@mail.test", "482915").status_code == 302
    assert browser.get(page).status_code == 410


@pytest.mark.parametrize("way", [JOIN, FORGOTTEN])
def test_a_second_tap_leads_to_where_the_first_one_did(customer, way):
    then, browser = "/wallet/scan/", open_browser()
    address = TYPED["address"] if way == JOIN else customer.wallet.user.email
    page, code = begin(browser, way, address=address, next=then)
    browser.post(page, {"code": code})

    answers = [each.post(page, PINS) for each in (browser, open_browser())]

    assert [each["Location"] for each in answers] == [then, then]
    assert "tessera_wallet" not in answers[1].cookies
    Verification.objects.update(used_at="2026-01-01T00:00:00Z")
    assert browser.post(page, PINS).status_code == 410


def test_whoever_was_about_to_pay_goes_on_to_the_payment(shop):
    charge = factories.make_charge(shop)
    browser = open_browser()
    link = f"/p/{encode_token(charge.token).lower()}"
    assert f'href="/wallet/join/?next={link}"' in browser.get(link).content.decode()
    page, code = begin(browser, next=link)

    browser.post(page, {"code": code})

    assert browser.post(page, PINS)["Location"] == link


def test_a_number_gets_its_code_as_a_text(settings):
    settings.TEXT_SENDER = "demo.texts.show_among_mail"
    browser = open_browser()
    page, code = begin(browser, address="087 123 4567")

    send_due_letters()

    assert mail.outbox[0].to == ["+353871234567@texts.example"]
    browser.post(page, {"code": code})
    browser.post(page, PINS)
    assert Wallet.objects.filter(user__phone="+353871234567", user__email=None).exists()
    assert show_among_mail.__module__ == "demo.texts"


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name": ""}, "name", "Type your name"),
        ({"address": ""}, "address", "Type an e-mail address, or a phone number"),
        ({"address": "li@"}, "address", "Type an e-mail address, or a phone number"),
        ({"address": "12"}, "address", "Type an e-mail address, or a phone number"),
        ({"address": "0871234567"}, "address", "We send no texts here."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_stays(typed, field, words):
    page = open_browser().post(JOIN, TYPED | typed)

    assert page.status_code == 422
    assert words in page.context["form"].errors[field][0]
    assert 'value="Li  Wei"' in page.content.decode() or field == "name"
    assert not Verification.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"pin": "123456", "again": "123456"}, "pin", "easily guessed"),
        ({"pin": "48291", "again": "48291"}, "pin", "Type six digits."),
        ({"pin": "482915", "again": "482916"}, "pin", "The two PINs differ."),
        ({"pin": "482915", "again": ""}, "again", "Type the PIN a second time."),
    ],
)
def test_a_pin_that_cannot_be_is_refused_and_never_sent_back(typed, field, words):
    browser = open_browser()
    page, code = begin(browser)
    browser.post(page, {"code": code})

    answer = browser.post(page, typed)

    assert answer.status_code == 422
    assert words in answer.context["form"].errors[field][0]
    assert typed["pin"] not in answer.content.decode().replace("such as 123456", "")
    assert not Wallet.objects.exists()


def test_a_code_is_guessed_five_times_and_no_more():
    browser = open_browser()
    page, code = begin(browser)
    wrong = "00000000" if code != "00000000" else "00000001"

    answers = [browser.post(page, {"code": wrong}).status_code for _ in range(5)]
    late = browser.post(page, {"code": code})

    assert answers == [403] * 5
    assert late.status_code == 410
    assert browser.post(page, PINS).status_code == 422
    assert not Wallet.objects.exists()


def test_a_pin_without_the_code_opens_nothing():
    browser = open_browser()
    page, _code = begin(browser)

    assert browser.post(page, PINS).status_code == 422
    assert not Wallet.objects.exists()


def test_an_old_code_opens_nothing():
    browser = open_browser()
    page, code = begin(browser)
    Verification.objects.update(created_at="2026-01-01T00:00:00Z")

    assert browser.post(page, {"code": code}).status_code == 410
    send_due_letters()
    assert mail.outbox == []


@pytest.mark.parametrize("path", [JOIN, FORGOTTEN])
def test_a_forged_page_and_one_of_the_other_way_open_nothing(path):
    browser = open_browser()
    page, code = begin(browser)
    token = page.removeprefix(JOIN)

    assert browser.post(f"{path}x/", {"code": code}).status_code == 410
    assert browser.post(f"{FORGOTTEN}{token}", {"code": code}).status_code == 410


def test_an_address_gets_a_few_codes_and_no_more():
    answers = [open_browser().post(JOIN, TYPED).status_code for _ in range(7)]

    assert answers == [302] * 5 + [429] * 2
    assert Letter.objects.count() == 5


def test_the_codes_of_one_address_are_counted_for_no_other():
    crowd = [f"{number}@mail.test" for number in range(20_000)]
    crowded = next(each for each in crowd[1:] if name_nobody(each) == name_nobody(crowd[0]))
    for _ in range(6):
        open_browser().post(JOIN, TYPED | {"address": crowd[0]})

    assert open_browser().post(JOIN, TYPED | {"address": crowded}).status_code == 302
    assert open_browser().post(FORGOTTEN, {"address": crowd[0]}).status_code == 302
    Verification.objects.update(created_at="2026-01-01T00:00:00Z")
    assert open_browser().post(JOIN, TYPED | {"address": crowd[0]}).status_code == 302


@pytest.mark.parametrize("way", [JOIN, FORGOTTEN])
def test_an_hour_brings_so_many_codes_and_no_more(settings, way):
    settings.CODES_HOUR_MAX = 2
    pages = [
        open_browser().post(way, TYPED | {"address": f"{number}@mail.test"})
        for number in range(3)
    ]

    assert [page.status_code for page in pages] == [302, 302, 429]
    assert "Very many people" in pages[2].context["form"].errors["address"][0]
    Verification.objects.update(created_at="2026-01-01T00:00:00Z")
    assert open_browser().post(way, TYPED).status_code == 302


def test_an_hour_brings_so_many_wrong_codes_and_no_more(settings):
    settings.WRONG_CODES_HOUR_MAX = 2
    proven, wrong, browser = begin(open_browser()), "00000000", open_browser()
    assert browser.post(proven[0], {"code": proven[1]}).status_code == 302
    page, code = begin(browser)
    assert code != wrong

    answers = [browser.post(page, {"code": each}) for each in (wrong, wrong, code)]

    assert [answer.status_code for answer in answers] == [403, 403, 429]
    assert "Very many people" in answers[2].context["form"].errors["code"][0]
    verification = Verification.objects.latest("id")
    assert (verification.tries, verification.confirmed_at) == (2, None)
    settings.WRONG_CODES_HOUR_MAX = 3
    assert browser.post(page, {"code": code}).status_code == 302


def test_whoever_has_a_wallet_keeps_it_and_its_pin(customer):
    browser = open_browser()
    page, code = begin(browser, address=customer.wallet.user.email)
    browser.post(page, {"code": code})

    answer = browser.post(page, PINS)

    assert answer.status_code == 409
    assert "You have a wallet" in answer.content.decode()
    assert is_pin_of(customer.wallet.user_id, customer.pin)
    assert "tessera_wallet" not in browser.cookies


def test_a_member_of_staff_opens_a_wallet_with_the_same_sign_in(shop):
    member = factories.hire_person(shop, role=Role.OWNER)
    browser = open_browser()
    page, code = begin(browser, address=member.user.email)
    browser.post(page, {"code": code})

    browser.post(page, PINS)

    assert Wallet.objects.get().user == member.user
    assert User.objects.get(pk=member.user_id).name == "Nora Byrne"


@pytest.mark.parametrize("way", [JOIN, FORGOTTEN])
def test_whoever_is_shut_out_proves_an_address_in_vain(customer, way):
    browser = open_browser()
    page, code = begin(browser, way, address=customer.wallet.user.email)
    browser.post(page, {"code": code})
    User.objects.update(is_active=False)

    assert browser.post(page, PINS).status_code == 410

    assert is_pin_of(customer.wallet.user_id, customer.pin)
    assert "tessera_wallet" not in browser.cookies


def test_whoever_is_shut_out_opens_no_wallet(shop):
    member = factories.hire_person(shop)
    browser = open_browser()
    page, code = begin(browser, address=member.user.email)
    browser.post(page, {"code": code})
    User.objects.update(is_active=False)

    assert browser.post(page, PINS).status_code == 410

    assert not Wallet.objects.exists()
    assert is_pin_of(member.user_id, factories.PIN)


def test_a_proof_of_somebody_without_a_wallet_chooses_no_pin(shop):
    member = factories.hire_person(shop)
    browser = open_browser()
    page, code = begin(browser, FORGOTTEN, address=member.user.email)
    browser.post(page, {"code": code})

    assert browser.post(page, PINS).status_code == 410

    assert is_pin_of(member.user_id, factories.PIN)


def test_a_forgotten_pin_is_chosen_anew_and_devices_are_signed_out(customer):
    lost, browser = open_wallet(customer), open_browser()
    page, code = begin(browser, FORGOTTEN, address=customer.wallet.user.email)
    browser.post(page, {"code": code})

    assert browser.post(page, PINS)["Location"] == "/wallet/"

    assert is_pin_of(customer.wallet.user_id, "482915")
    assert lost.get("/wallet/").status_code == 302
    assert browser.get("/wallet/").status_code == 200
    assert Session.objects.filter(user=customer.wallet.user, ended_at=None).count() == 1


def test_a_new_pin_is_told_to_each_address_of_its_owner(customer, settings):
    settings.TEXT_SENDER = "demo.texts.show_among_mail"
    user = customer.wallet.user
    browser = open_browser()
    page, code = begin(browser, FORGOTTEN, address=user.phone)
    browser.post(page, {"code": code})

    browser.post(page, PINS)

    send_due_letters()
    told = [each.to for each in mail.outbox if "was changed just now" in str(each.body)]
    assert told == [[user.email], [f"{user.phone}@texts.example"]]


@pytest.mark.parametrize(
    "address",
    ["+353871234567/x@mail.test", "+353871234567@mail.test", "087-123-4567@mail.test"],
)
def test_a_mail_address_that_begins_with_a_number_replaces_no_pin(customer, address):
    customer.wallet.user.phone = "+353871234567"
    customer.wallet.user.save(update_fields=["phone"])
    owned, browser = open_wallet(customer), open_browser()
    page, code = begin(browser, FORGOTTEN, address=address)
    send_due_letters()
    assert mail.outbox == []
    browser.post(page, {"code": code})

    answer = browser.post(page, PINS)

    assert answer.status_code == 410
    assert is_pin_of(customer.wallet.user_id, customer.pin)
    assert "tessera_wallet" not in browser.cookies
    assert owned.get("/wallet/").status_code == 200


def test_nobody_learns_who_has_a_wallet(customer, shop):
    staff = factories.hire_person(shop).user
    pages = []
    for address in (customer.wallet.user.email, staff.email, "nobody@mail.test"):
        browser = open_browser()
        page = browser.get(begin(browser, FORGOTTEN, address=address)[0])
        words = page.content.decode().partition("<form")[0]
        pages.append((page.status_code, words.replace(address, "…")))

    assert len(set(pages)) == 1
    # A letter each, so that asking costs the same; only the one is written.
    assert Letter.objects.count() == 3
    send_due_letters()
    assert [each.to for each in mail.outbox] == [[customer.wallet.user.email]]
    assert not Letter.objects.filter(ended_at=None).exists()
