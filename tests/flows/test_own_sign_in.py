"""One's own sign-in to the dashboard: a forgotten password, a new one, and the PIN."""

import re

import pytest
from django.core import mail

from identity.models import Session
from identity.passwords import choose_password
from identity.pins import is_pin_of
from merchants.models import Role
from merchants.onboarding import hire
from relay.letters import send_due_letters
from relay.models import Letter
from tests import factories
from tests.flows.routes import shop_stays_as_it_is
from tests.flows.steps import open_browser, open_dashboard, open_wallet, read_mailed_link
from wallet.models import PaymentCodeSeed
from wallet.payment_codes import issue_codes

FORGOTTEN = "/dashboard/password/"
OLD, NEW = "many-moneys-2026", "seven harbour seals"


@pytest.fixture
def person(shop):
    return factories.hire_person(shop, role=Role.MANAGER, password=OLD)


def read_told():
    """Send the letters that wait; return to whom the newest went, and its subject."""
    send_due_letters()
    return [mail.outbox[-1].to, str(mail.outbox[-1].subject)]


@pytest.mark.django_db
def test_a_forgotten_password_is_chosen_anew_by_a_link_that_works_once(person):
    elsewhere = open_dashboard(person)
    browser = open_browser()

    browser.post(FORGOTTEN, {"email": person.user.email.upper()})
    link = read_mailed_link()
    weak = browser.post(link, {"password": "password1234"})
    assert weak.status_code == 422
    assert "too common" in weak.content.decode()
    assert browser.post(link, {"password": NEW})["Location"] == "/dashboard/"

    assert browser.get("/dashboard/").status_code == 200
    assert elsewhere.get("/dashboard/").status_code == 302
    person.user.refresh_from_db()
    assert person.user.check_password(NEW)
    twice = open_browser().post(link, {"password": NEW})
    assert twice["Location"] == "/dashboard/"
    Letter.objects.update(created_at="2026-01-01T00:00:00Z")
    again = open_browser().post(link, {"password": OLD})
    assert again.status_code == 410
    assert "This link is over" in again.content.decode()


@pytest.mark.django_db
def test_nobody_learns_who_may_sign_in(person):
    answers = [
        re.sub(r"<input[^>]*>", "", page.content.decode()).replace(address, "…")
        for address in (person.user.email, "nobody@mail.test")
        for page in [open_browser().post(FORGOTTEN, {"email": address})]
    ]

    assert answers[0] == answers[1]
    # A letter each, so that asking costs the same; only the one is written.
    assert Letter.objects.count() == 2
    send_due_letters()
    assert [each.to for each in mail.outbox] == [[person.user.email]]
    assert not Letter.objects.filter(ended_at=None).exists()


@pytest.mark.django_db
def test_a_link_is_mailed_a_few_times_and_no_more(person):
    for _ in range(7):
        assert open_browser().post(FORGOTTEN, {"email": person.user.email}).status_code == 200
        Letter.objects.update(created_at="2026-01-01T00:00:00Z")

    assert Letter.objects.count() == 5


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["", "mary", "a\x00@mail.test"])
def test_what_is_no_address_is_refused(email):
    page = open_browser().post(FORGOTTEN, {"email": email})

    assert page.status_code == 422
    assert page.context["form"].errors["email"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["us_x/y/", "us_00000000000000000000000000/abc-def/"])
def test_a_link_that_was_never_one_is_over(path):
    assert open_browser().get(f"{FORGOTTEN}{path}").status_code == 410


@pytest.mark.django_db
def test_one_sets_one_s_own_pin_with_the_password(person):
    browser = open_dashboard(person)
    typed = {"pin": "482915", "current": OLD}

    with shop_stays_as_it_is():
        wrong = browser.post("/dashboard/me/pin/", typed | {"current": "guess"})
        easy = browser.post("/dashboard/me/pin/", typed | {"pin": "111111"})
    assert (wrong.status_code, easy.status_code) == (403, 422)
    assert "not the password you sign in with" in wrong.content.decode()
    answer = browser.post("/dashboard/me/pin/", typed)

    assert "Your new PIN works at once." in browser.get(answer["Location"]).content.decode()
    assert is_pin_of(person.user_id, "482915")


@pytest.mark.django_db
def test_one_s_own_new_pin_ends_what_the_old_one_opened_and_is_told(shop, customer):
    user = customer.wallet.user
    choose_password(user, OLD)
    member = hire(shop.merchant, user, role=Role.MANAGER)
    phone = open_wallet(customer)
    issue_codes(customer.wallet)
    assert phone.get("/wallet/").status_code == 200

    open_dashboard(member).post("/dashboard/me/pin/", {"pin": "482915", "current": OLD})

    assert is_pin_of(user.id, "482915")
    assert phone.get("/wallet/").status_code == 302
    assert not Session.objects.filter(user=user, ended_at=None).exists()
    assert PaymentCodeSeed.objects.get(wallet=customer.wallet).revoked_at is not None
    assert read_told() == [[user.email], "Your PIN was changed"]


@pytest.mark.django_db
def test_a_changed_password_is_told(person):
    open_dashboard(person).post(
        "/dashboard/me/password/", {"own-password": NEW, "own-current": OLD}
    )

    assert read_told() == [[person.user.email], "Your password was changed"]
    assert read_mailed_link() == FORGOTTEN


@pytest.mark.django_db
def test_a_password_that_a_link_has_changed_is_told(person):
    browser = open_browser()
    browser.post(FORGOTTEN, {"email": person.user.email})

    browser.post(read_mailed_link(), {"password": NEW})

    assert read_told() == [[person.user.email], "Your password was changed"]


@pytest.mark.django_db
def test_a_changed_password_ends_the_other_sessions(person):
    browser, elsewhere = open_dashboard(person), open_dashboard(person)

    browser.post("/dashboard/me/password/", {"own-password": NEW, "own-current": OLD})

    person.user.refresh_from_db()
    assert person.user.check_password(NEW)
    assert browser.get("/dashboard/me/").status_code == 200
    assert elsewhere.get("/dashboard/me/").status_code == 302


@pytest.mark.django_db
def test_guesses_at_the_password_lock_it(person):
    browser = open_dashboard(person)
    typed = {"pin": "482915", "current": "guess"}

    for _ in range(5):
        browser.post("/dashboard/me/pin/", typed)
    locked = browser.post("/dashboard/me/pin/", typed | {"current": OLD})

    assert locked.status_code == 403
    assert "locked after 5 wrong tries" in locked.content.decode()
    assert not is_pin_of(person.user_id, "482915")


@pytest.mark.django_db
def test_a_cashier_with_a_sign_in_has_a_page_and_no_other(shop):
    cashier = factories.hire_person(shop, role=Role.CASHIER)

    page = open_dashboard(cashier).get("/dashboard/me/")

    assert page.status_code == 200
    assert "/dashboard/payments/" not in page.content.decode()
