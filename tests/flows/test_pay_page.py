"""The link behind the code, in each of its states, by plain pages and forms alone."""

import pytest
from django.test import Client

from ledger.queries import read_balance
from pos.charges import cancel_charge
from qr.links import encode_token
from tests import factories
from tests.clocks import let_expire, let_lease_end
from tests.flows.steps import open_wallet
from tests.snapshots import nothing_changes
from wallet.models import Payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


@pytest.fixture
def browser(customer):
    return open_wallet(customer)


def address(charge):
    return f"/p/{encode_token(charge.token).lower()}"


def look(browser, charge):
    page = browser.get(address(charge))
    return page.context["state"], page.content.decode()


def test_looking_claims_and_asks_to_confirm(browser, charge, shop):
    page = browser.get(address(charge))

    charge.refresh_from_db()
    text = page.content.decode()
    assert (page.status_code, page.context["state"]) == (200, "confirm")
    assert charge.status == "claimed"
    assert page.context["balance_after_minor"] == 9520
    for shown in (shop.store.name, "€4.80", charge.check_word, charge.short_code_grouped):
        assert shown in text
    assert "no-store" in page["Cache-Control"]


def test_the_code_s_own_upper_case_address_works(browser, charge):
    page = browser.get(f"/P/{encode_token(charge.token)}")

    assert (page.status_code, page.context["state"]) == (200, "confirm")


def test_a_browser_that_fetches_ahead_claims_nothing(browser, charge):
    with nothing_changes(charge):
        answer = browser.get(address(charge), headers={"Sec-Purpose": "prefetch;prerender"})

    assert (answer.status_code, answer.content) == (204, b"")


def test_somebody_not_signed_in_sees_shop_and_amount_and_claims_nothing(charge, shop):
    with nothing_changes(charge):
        page = Client().get(address(charge))

    text = page.content.decode()
    assert page.status_code == 200
    assert 'name="pin"' in text
    assert shop.store.name in text
    assert "<small>€</small>4.80" in text
    assert page.context["next"] == address(charge)


def test_the_plain_form_pays(browser, charge, customer):
    page = browser.get(address(charge))
    typed = {"idempotency_key": page.context["idempotency_key"]}

    answer = browser.post(f"{address(charge)}/pay", typed)
    state, text = look(browser, charge)

    assert (answer.status_code, answer["Location"]) == (302, address(charge))
    assert state == "paid"
    assert "€95.20" in text
    assert charge.check_word in text
    assert read_balance(customer.wallet.account_id) == 9520
    assert Payment.objects.get().idempotency_key == typed["idempotency_key"]


@pytest.mark.parametrize("key", ["\x00", "a\x00b", "a\nb", "\x7f", "\u2028"])
def test_a_key_nobody_can_read_counts_as_none(browser, charge, customer, key):
    browser.get(address(charge))

    for _ in range(2):
        answer = browser.post(f"{address(charge)}/pay", {"idempotency_key": key})

        assert (answer.status_code, answer["Location"]) == (302, address(charge))

    payment = Payment.objects.get()
    assert payment.idempotency_key.startswith("cl_")
    assert read_balance(customer.wallet.account_id) == 9520


def test_the_form_sent_twice_pays_once(browser, charge, customer):
    key = {"idempotency_key": browser.get(address(charge)).context["idempotency_key"]}

    for _ in range(3):
        browser.post(f"{address(charge)}/pay", key)

    assert read_balance(customer.wallet.account_id) == 9520


def test_a_form_without_key_pays_once_too(browser, charge, customer):
    browser.get(address(charge))

    for _ in range(2):
        browser.post(f"{address(charge)}/pay")

    assert read_balance(customer.wallet.account_id) == 9520


def test_a_large_amount_asks_for_the_pin(browser, shop):
    charge = factories.make_charge(shop, amount_minor=5000)

    state, text = look(browser, charge)

    assert state == "pin"
    assert 'name="pin"' in text


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "abcdef", "\u00b2" * 6, "12345\x00"])
def test_what_is_no_pin_is_asked_for_again_and_counted_as_no_try(browser, shop, pin):
    charge = factories.make_charge(shop, amount_minor=5000)
    browser.get(address(charge))

    answer = browser.post(f"{address(charge)}/pay", {"pin": pin})

    assert (answer.status_code, answer.context["state"]) == (403, "pin")
    assert not Payment.objects.exists()
    assert factories.count_tries(answer.context["wallet"].user) == 0


def test_a_wrong_pin_says_how_many_tries_are_left(browser, shop):
    charge = factories.make_charge(shop, amount_minor=5000)
    browser.get(address(charge))

    answer = browser.post(f"{address(charge)}/pay", {"pin": "000000"})

    assert (answer.status_code, answer.context["state"]) == (403, "pin")
    assert answer.context["pin_tries_left"] == 4
    assert "4 tries left" in answer.content.decode()
    assert not Payment.objects.exists()


def test_the_locked_pin_says_until_when(browser, shop):
    charge = factories.make_charge(shop, amount_minor=5000)
    browser.get(address(charge))
    for _ in range(4):
        browser.post(f"{address(charge)}/pay", {"pin": "000000"})

    answer = browser.post(f"{address(charge)}/pay", {"pin": "000000"})

    assert answer.status_code == 403
    assert answer.context["pin_locked_until"] is not None
    assert "The PIN is locked until" in answer.content.decode()


def test_the_right_pin_pays(browser, shop, customer):
    charge = factories.make_charge(shop, amount_minor=5000)
    browser.get(address(charge))

    browser.post(f"{address(charge)}/pay", {"pin": f" {factories.PIN} "})

    assert look(browser, charge)[0] == "paid"
    assert read_balance(customer.wallet.account_id) == 5000


def test_too_little_money_says_how_much_is_missing(shop):
    poor = factories.open_customer(balance_minor=400)
    charge = factories.make_charge(shop)

    state, text = look(open_wallet(poor), charge)
    answer = open_wallet(poor).post(f"{address(charge)}/pay")

    assert state == "insufficient"
    assert "Your balance is €0.80 short. Nothing was taken." in text
    assert answer["Location"] == address(charge)
    assert read_balance(poor.wallet.account_id) == 400


def test_another_phone_sees_that_one_is_paying(browser, charge, another):
    look(browser, charge)
    charge.refresh_from_db()

    with nothing_changes(charge):
        state, text = look(open_wallet(another), charge)

    assert state == "claimed_by_another"
    assert "Another phone is paying" in text


def test_another_phone_sees_that_it_is_paid(shop, customer, another):
    charge = factories.sell(shop, customer)

    with nothing_changes(charge):
        state, text = look(open_wallet(another), charge)

    assert state == "already_paid"
    assert "Nothing was taken from you." in text
    assert "Li W." not in text


def test_an_expired_code_says_so(browser, charge):
    let_expire(charge)

    with nothing_changes(charge):
        assert look(browser, charge)[0] == "expired"


def test_a_canceled_code_says_so(browser, charge, shop):
    cancel_charge(charge.id, principal=shop.till)
    charge.refresh_from_db()

    with nothing_changes(charge):
        assert look(browser, charge)[0] == "canceled"


def test_a_wallet_in_another_currency_says_so(charge):
    traveller = factories.open_customer(currency="JPY")

    with nothing_changes(charge):
        state, text = look(open_wallet(traveller), charge)

    assert state == "other_currency"
    assert "This wallet holds no EUR." in text


@pytest.mark.parametrize("token", ["0" * 26, "Z" * 26, "x", "u" * 26, "%00", "0" * 300])
def test_an_unknown_code_says_so(browser, token):
    for visitor in (browser, Client()):
        page = visitor.get(f"/p/{token}")

        assert (page.status_code, page.context["state"]) == (404, "unknown")
        assert "This code is not from us or was changed" in page.content.decode()


@pytest.mark.parametrize("action", ["pay", "decline"])
@pytest.mark.parametrize("token", ["0" * 26, "x"])
def test_nothing_is_done_with_an_unknown_code(browser, token, action):
    with nothing_changes():
        answer = browser.post(f"/p/{token}/{action}", follow=True)

    assert answer.status_code == 404


def test_declining_takes_nothing_and_claims_nothing_again(browser, charge):
    look(browser, charge)

    answer = browser.post(f"{address(charge)}/decline")
    page = browser.get(answer["Location"])

    charge.refresh_from_db()
    assert answer["Location"] == f"{address(charge)}/declined"
    assert page.context["state"] == "declined"
    assert "Nothing was taken." in page.content.decode()
    assert charge.status == "open"


def test_declining_what_is_paid_shows_it_paid(browser, charge):
    browser.get(address(charge))
    browser.post(f"{address(charge)}/pay")

    with nothing_changes(charge):
        late = browser.post(f"{address(charge)}/decline", follow=True)

    assert (late.request["PATH_INFO"], late.context["state"]) == (address(charge), "paid")
    assert "Nothing was taken" not in late.text


def test_what_was_declined_and_paid_after_all_is_shown_paid(browser, charge):
    browser.get(address(charge))
    browser.post(f"{address(charge)}/decline")
    browser.get(address(charge))
    browser.post(f"{address(charge)}/pay")

    gone_back_to = browser.get(f"{address(charge)}/declined", follow=True)

    assert gone_back_to.context["state"] == "paid"


def test_what_was_declined_and_paid_by_somebody_else_is_said_to_be(browser, charge, another):
    browser.get(address(charge))
    browser.post(f"{address(charge)}/decline")
    factories.confirm(another, factories.claim(another, charge))

    gone_back_to = browser.get(f"{address(charge)}/declined", follow=True)

    assert gone_back_to.context["state"] == "already_paid"
    assert "Nothing was taken from you." in gone_back_to.text


def test_a_tab_that_is_opened_again_asks_once_more(browser, charge):
    browser.get(address(charge))

    with nothing_changes(charge):
        answer = browser.get(f"{address(charge)}/pay")

    assert (answer.status_code, answer["Location"]) == (302, address(charge))


def test_a_session_that_ended_meanwhile_comes_back_to_the_payment(charge):
    with nothing_changes(charge):
        page = Client(SERVER_NAME="pay.test").post(f"{address(charge)}/pay", follow=True)

    assert page.context["next"] == address(charge)
    assert (page.context["charge"], "PIN" in page.text) == (charge, True)


def test_declining_what_was_never_claimed_changes_nothing(browser, charge):
    with nothing_changes(charge):
        answer = browser.post(f"{address(charge)}/decline")

    assert answer.status_code == 302


def test_paying_what_was_never_claimed_takes_nothing(browser, charge):
    with nothing_changes(charge):
        answer = browser.post(f"{address(charge)}/pay")

    assert answer["Location"] == address(charge)


def test_confirming_after_the_minute_takes_nothing_and_asks_again(browser, charge, customer):
    look(browser, charge)
    let_lease_end(charge)

    answer = browser.post(f"{address(charge)}/pay")

    assert (answer.status_code, answer.context["state"]) == (409, "confirm")
    assert "Your minute was over. Nothing was taken." in answer.content.decode()
    assert read_balance(customer.wallet.account_id) == 10_000


def test_confirming_what_was_canceled_shows_it(browser, charge, shop, customer):
    look(browser, charge)
    cancel_charge(charge.id, principal=shop.till)

    answer = browser.post(f"{address(charge)}/pay")

    assert (answer.status_code, answer.context["state"]) == (409, "canceled")
    assert read_balance(customer.wallet.account_id) == 10_000


@pytest.mark.parametrize("action", ["pay", "decline"])
def test_forms_need_a_session_and_the_csrf_token(charge, customer, action):
    # Who signs in first comes back to the payment; who declines has nothing to come back for.
    asked = {"pay": address(charge), "decline": "/wallet/sign-in/?next="}
    factories.claim(customer, charge)
    charge.refresh_from_db()

    with nothing_changes(charge):
        stranger = Client().post(f"{address(charge)}/{action}")
        forged = open_wallet(customer, enforce_csrf_checks=True).post(
            f"{address(charge)}/{action}"
        )

    assert (stranger.status_code, stranger["Location"]) == (302, asked[action])
    assert forged.status_code == 403


@pytest.mark.parametrize(("action", "status"), [("pay", 302), ("decline", 405)])
def test_a_look_at_a_form_s_address_changes_nothing(browser, charge, action, status):
    with nothing_changes(charge):
        assert browser.get(f"{address(charge)}/{action}").status_code == status


def test_the_paid_page_shows_what_came_back(browser, shop, customer):
    charge = factories.sell(shop, customer, amount_minor=1000)
    factories.refund(shop, charge, amount_minor=300)

    state, text = look(browser, charge)

    assert state == "paid"
    assert "€3.00 came back to your wallet." in text


def test_a_wrong_pin_is_told_also_where_none_was_wanted(browser, charge):
    browser.get(address(charge))

    answer = browser.post(f"{address(charge)}/pay", {"pin": "000000"})

    assert (answer.status_code, answer.context["state"]) == (403, "pin")
    assert answer.context["needs_pin"] is True
